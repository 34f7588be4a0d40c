// SPDX-License-Identifier: Apache-2.0
// Numbers out of bytes and into them, and what becomes of them.
#include "filter/samples.h"

#include <algorithm>
#include <bit>

#include "filter/sample_predictor.h"
#include "filter/sample_targets.h"

namespace nnzip::filter {
namespace {

// Numbers of one width, as unsigned ones in the high bits of 32: "levels".
class Numbers {
 public:
  Numbers(std::span<std::uint8_t> content, const Layout& layout)
      : content_(content),
        width_(layout.number_bytes()),
        shift_(static_cast<int>(32 - 8 * width_)),
        low_first_(layout.low_first) {}

  std::size_t size() const { return content_.size() / width_; }
  int shift() const { return shift_; }

  std::uint32_t read(std::size_t i) const { return read(i, low_first_); }
  std::uint32_t read_high_first(std::size_t i) const { return read(i, false); }
  void write(std::size_t i, std::uint32_t level) { write(i, level, low_first_); }
  void write_high_first(std::size_t i, std::uint32_t level) { write(i, level, false); }

 private:
  std::uint32_t read(std::size_t i, bool low_first) const {
    const std::uint8_t* const bytes = content_.data() + i * width_;
    std::uint32_t number = 0;
    for (std::size_t k = 0; k < width_; ++k) {
      number = number << 8 | bytes[low_first ? width_ - 1 - k : k];
    }
    return number << shift_;
  }
  void write(std::size_t i, std::uint32_t level, bool low_first) {
    std::uint8_t* const bytes = content_.data() + i * width_;
    for (std::size_t k = 0; k < width_; ++k) {
      bytes[low_first ? width_ - 1 - k : k] = static_cast<std::uint8_t>(level >> (24 - 8 * k));
    }
  }

  std::span<std::uint8_t> content_;
  std::size_t width_;
  int shift_;
  bool low_first_;
};

// Of a number of one byte that is unsigned, the middle is the silence.
std::uint32_t silence(const Layout& layout) {
  return layout.number_bytes() == 1 && !layout.is_signed ? std::uint32_t{1} << 31 : 0;
}

// The nearest number to an amplitude, as a number of 32 - shift bits.
std::uint32_t nearest(std::int32_t amplitude, int shift) {
  const std::int64_t level = std::int64_t{amplitude} * 256;
  return static_cast<std::uint32_t>((level + ((std::int64_t{1} << shift) >> 1)) >> shift);
}

std::int32_t amplitude_of(std::uint32_t level) { return static_cast<std::int32_t>(level) >> 8; }

// Distances 0, -1, 1, -2 ... as 0, 1, 2, 3 ..., a number of 32 - shift bits, as a level.
std::uint32_t folded(std::uint32_t distance, int shift) {
  const auto top = static_cast<std::int32_t>(distance << shift);
  return (distance << 1 ^ static_cast<std::uint32_t>(top >> 31)) << shift;
}

std::uint32_t unfolded(std::uint32_t level, int shift) {
  const std::uint32_t number = level >> shift;
  return number >> 1 ^ (0 - (number & 1));
}

}  // namespace

void reverse_numbers(std::span<std::uint8_t> content, const Layout& layout) {
  const std::size_t width = layout.number_bytes();
  if (layout.is_signed) {
    for (std::uint8_t& byte : content) byte ^= 0x80;
  }
  std::uint8_t* number = content.data();
  for (std::size_t i = content.size() / width; i > 0; --i, number += width) {
    std::reverse(number, number + width);
  }
}

int unused_low_bits(std::span<const std::uint8_t> content, const Layout& layout) {
  const std::size_t width = layout.number_bytes();
  std::uint32_t used = std::uint32_t{1} << (8 * width - 1);
  for (std::size_t i = 0; i + width <= content.size(); i += width) {
    std::uint32_t number = 0;
    for (std::size_t k = 0; k < width; ++k) {
      number = number << 8 | content[i + (layout.low_first ? width - 1 - k : k)];
    }
    used |= number;
  }
  return std::countr_zero(used);
}

void to_residuals(std::span<std::uint8_t> content, const Layout& layout, int unused_bits,
                  const std::string& target) {
  Numbers numbers(content, layout);
  SamplePredictor predictor(layout.channels, find_sample_kernels(target));
  const std::uint32_t zero = silence(layout);
  const int shift = numbers.shift() + unused_bits;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::uint32_t level = numbers.read(i) ^ zero;
    const std::uint32_t distance = (level >> shift) - nearest(predictor.predict(), shift);
    numbers.write_high_first(i, folded(distance, shift) >> unused_bits);
    predictor.update(amplitude_of(level));
  }
}

void from_residuals(std::span<std::uint8_t> content, const Layout& layout, int unused_bits,
                    const std::string& target) {
  Numbers numbers(content, layout);
  SamplePredictor predictor(layout.channels, find_sample_kernels(target));
  const std::uint32_t zero = silence(layout);
  const int shift = numbers.shift() + unused_bits;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::uint32_t distance = unfolded(numbers.read_high_first(i) << unused_bits, shift);
    const std::uint32_t level = (distance + nearest(predictor.predict(), shift)) << shift;
    numbers.write(i, level ^ zero);
    predictor.update(amplitude_of(level));
  }
}

}  // namespace nnzip::filter
