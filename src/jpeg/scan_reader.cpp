// SPDX-License-Identifier: Apache-2.0
// Huffman codes to coefficients, sequential and progressive: ITU T.81, annexes F and G.
#include "jpeg/scan_reader.h"

#include <array>

#include "jpeg/scan_order.h"

namespace nnzip::jpeg {
namespace {

// Bits up to the next marker; what is read past it are zeros, and failed() tells.
class BitReader {
 public:
  explicit BitReader(std::span<const std::uint8_t> data) : data_(data) {}

  int bits(int count) {
    if (count == 0) return 0;
    need(count);
    left_ -= count;
    return static_cast<int>(buffer_ >> left_ & ((1U << count) - 1));
  }

  // A number of so many bits as F.1.2.1 writes it.
  int signed_bits(int count) {
    const int value = bits(count);
    return count == 0 || value >> (count - 1) != 0 ? value : value - (1 << count) + 1;
  }

  // A symbol, or -1.
  int symbol(const HuffmanTable& table) {
    need(16);
    const auto window = static_cast<std::uint32_t>(buffer_ >> (left_ - 16) & 0xFFFF);
    for (std::size_t length = 1; length <= 16; ++length) {
      if (window >= table.limits[length]) continue;
      left_ -= static_cast<int>(length);
      const auto code = static_cast<std::int32_t>(window >> (16 - length));
      return table.symbols[static_cast<std::size_t>(code + table.offsets[length])];
    }
    return -1;
  }

  bool failed() const { return left_ < missing_; }

  // Goes to the marker. False unless nothing but one byte's padding is in between.
  bool end_interval(std::optional<int>& padding) {
    need(8);
    const int rest = left_ - missing_;
    if (rest < 0 || rest > 7) return false;
    const int value = static_cast<int>(buffer_ >> missing_ & ((1U << rest) - 1));
    const bool ones = value == (1 << rest) - 1;
    if (rest != 0 && !ones && value != 0) return false;
    if (rest != 0 && padding && *padding != (ones ? 1 : 0)) return false;
    if (rest != 0) padding = ones ? 1 : 0;
    left_ = missing_ = 0;
    return true;
  }

  bool restart(std::size_t number) {
    if (at_ + 2 > data_.size() || data_[at_ + 1] != kRst0 + static_cast<int>(number % 8)) {
      return false;
    }
    at_ += 2;
    return true;
  }

  std::size_t position() const { return at_; }

 private:
  void need(int count) {
    while (left_ < count) {
      buffer_ <<= 8;
      left_ += 8;
      const bool more = at_ < data_.size();
      const bool stuffed =
          more && data_[at_] == 0xFF && at_ + 1 < data_.size() && data_[at_ + 1] == 0;
      if (!more || (data_[at_] == 0xFF && !stuffed)) {
        missing_ += 8;
        continue;
      }
      buffer_ |= data_[at_];
      at_ += stuffed ? 2 : 1;
    }
  }

  std::span<const std::uint8_t> data_;
  std::size_t at_ = 0;
  std::uint64_t buffer_ = 0;
  int left_ = 0;     // bits in the buffer, of which
  int missing_ = 0;  // the last ones are not there
};

class ScanReader {
 public:
  ScanReader(const Scan& scan, std::span<const std::uint8_t> data, Coefficients& coefficients)
      : scan_(scan), in_(data), coefficients_(coefficients) {}

  std::optional<std::size_t> read(const Frame& frame, std::optional<int>& padding) {
    const bool whole = for_each_block(
        frame, scan_, [&](std::size_t part, std::size_t index) { return block(part, index); },
        [&](std::size_t number) {
          if (run_ != 0 || !in_.end_interval(padding) || !in_.restart(number)) return false;
          last_dc_ = {};
          return true;
        });
    if (!whole || run_ != 0 || !in_.end_interval(padding)) return {};
    return in_.position();
  }

 private:
  bool block(std::size_t part, std::size_t index) {
    std::int16_t* const block = coefficients_.data() + index * kBlock;
    const Scan::Part& means = scan_.parts[part];
    bool good = true;
    if (scan_.first == 0 && scan_.high == 0) good = dc(means, last_dc_[part], block);
    if (scan_.first == 0 && scan_.high != 0 && in_.bits(1) != 0) {
      block[0] = static_cast<std::int16_t>(block[0] | 1 << scan_.low);
    }
    if (scan_.last != 0) {
      good = good && (scan_.high != 0 ? refine_ac(*means.ac, block) : ac(*means.ac, block));
    }
    return good && !in_.failed();
  }

  bool dc(const Scan::Part& means, int& last, std::int16_t* block) {
    const int size = in_.symbol(*means.dc);
    if (size < 0 || size > 12) return false;
    last += in_.signed_bits(size);
    const int value = last * (1 << scan_.low);
    if (value > kMaxCoefficient || value < -kMaxCoefficient) return false;
    block[0] = static_cast<std::int16_t>(value);
    return true;
  }

  bool ac(const HuffmanTable& table, std::int16_t* block) {
    if (run_ > 0) {
      --run_;
      return true;
    }
    for (int k = scan_.first > 0 ? scan_.first : 1; k <= scan_.last; ++k) {
      const int symbol = in_.symbol(table);
      if (symbol < 0) return false;
      const int zeros = symbol >> 4, size = symbol & 15;
      if (size == 0 && zeros < 15) {
        if (zeros > 0 && !scan_.progressive) return false;
        run_ = (1 << zeros) - 1 + in_.bits(zeros);
        return true;
      }
      k += zeros;
      if (size == 0) continue;
      const int value = in_.signed_bits(size) * (1 << scan_.low);
      if (k > scan_.last || value > kMaxCoefficient || value < -kMaxCoefficient) return false;
      block[kNatural[static_cast<std::size_t>(k)]] = static_cast<std::int16_t>(value);
    }
    return true;
  }

  // One bit more of a coefficient that is not zero.
  void refine(std::int16_t& value) {
    if (in_.bits(1) == 0) return;
    const int step = 1 << scan_.low;
    value = static_cast<std::int16_t>(value + (value > 0 ? step : -step));
  }

  bool refine_ac(const HuffmanTable& table, std::int16_t* block) {
    int k = scan_.first;
    while (run_ == 0 && k <= scan_.last) {
      const int symbol = in_.symbol(table);
      if (symbol < 0) return false;
      int zeros = symbol >> 4;
      const int size = symbol & 15;
      if (size > 1) return false;
      if (size == 0 && zeros < 15) {
        run_ = (1 << zeros) + in_.bits(zeros);
        break;
      }
      const int value = size == 0 ? 0 : in_.bits(1) != 0 ? 1 << scan_.low : -(1 << scan_.low);
      for (; k <= scan_.last; ++k) {
        std::int16_t& there = block[kNatural[static_cast<std::size_t>(k)]];
        if (there != 0) {
          refine(there);
        } else if (zeros-- == 0) {
          there = static_cast<std::int16_t>(value);
          break;
        }
        if (in_.failed()) return false;
      }
      if (k > scan_.last && size != 0) return false;
      ++k;
    }
    if (run_ == 0) return true;
    --run_;
    for (; k <= scan_.last; ++k) {
      std::int16_t& there = block[kNatural[static_cast<std::size_t>(k)]];
      if (there != 0) refine(there);
    }
    return true;
  }

  const Scan& scan_;
  BitReader in_;
  Coefficients& coefficients_;
  std::array<int, 4> last_dc_{};
  int run_ = 0;  // blocks that hold nothing more
};

}  // namespace

std::optional<std::size_t> read_scan(const Frame& frame, const Scan& scan,
                                     std::span<const std::uint8_t> data,
                                     std::optional<int>& padding, Coefficients& coefficients) {
  return ScanReader(scan, data, coefficients).read(frame, padding);
}

}  // namespace nnzip::jpeg
