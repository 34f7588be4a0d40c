// SPDX-License-Identifier: Apache-2.0
// Each number is taken apart, put together again and, if that is not what it was, listed.
#include "filter/integers.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

namespace nnzip {
namespace {

constexpr std::uint32_t kLowFirst = 8, kFloat = 16;  // beside the bytes, less 1
constexpr int kMaxFine = 63;
constexpr int kMaxGroups = 5;  // of 7 bits: a gap between exceptions

struct FloatForm {
  int digits;          // of the significand, with the hidden one
  int exponent;        // least one: a denormal is its significand times 2^exponent
  std::uint64_t most;  // of the exponent's field: infinities
};

FloatForm form_of(const IntegerSource& source) {
  return source.bytes == 8 ? FloatForm{53, -1074, 2047} : FloatForm{24, -149, 255};
}

// A whole number, and what is below it.
struct Parts {
  std::int64_t number = 0;
  std::uint64_t fine = 0;
};

class Numbers {
 public:
  Numbers(const IntegerSource& source, const Layout& layout)
      : source_(source),
        form_(form_of(source)),
        limit_(std::int64_t{1} << (8 * layout.number_bytes() - 1)) {}

  std::uint64_t read(const std::uint8_t* p) const {
    std::uint64_t raw = 0;
    for (std::uint32_t i = 0; i < source_.bytes; ++i) {
      raw = raw << 8 | p[source_.low_first ? source_.bytes - 1 - i : i];
    }
    return raw;
  }
  void write(std::uint64_t raw, std::uint8_t* p) const {
    for (std::uint32_t i = 0; i < source_.bytes; ++i) {
      p[source_.low_first ? i : source_.bytes - 1 - i] = static_cast<std::uint8_t>(raw >> (8 * i));
    }
  }

  // How many bits are kept apart.
  int fine_bits(std::int64_t number) const {
    if (source_.fine == 0 || number == 0) return 0;
    return std::clamp(form_.digits - width(number), 0, source_.fine);
  }

  // The nearest to what it is.
  Parts take(std::uint64_t raw) const {
    Parts parts;
    if (!source_.is_float) {
      parts.number = as_signed(raw) >> (8 * source_.scale);
      parts.number = std::clamp(parts.number, -limit_, limit_ - 1);
      return parts;
    }
    const std::uint64_t field = raw >> (form_.digits - 1) & form_.most;
    if (field == form_.most) return parts;
    std::uint64_t digits = raw & ((std::uint64_t{1} << (form_.digits - 1)) - 1);
    if (field != 0) digits |= std::uint64_t{1} << (form_.digits - 1);
    const int shift =
        static_cast<int>(std::max<std::uint64_t>(field, 1)) - 1 + form_.exponent + source_.scale;
    const bool negative = raw >> (8 * source_.bytes - 1) != 0;
    const auto most = static_cast<std::uint64_t>(limit_ - (negative ? 0 : 1));
    std::uint64_t size = 0;
    if (shift >= 0) {
      const bool fits = shift + static_cast<int>(std::bit_width(digits)) <= 63;
      size = digits == 0 ? 0 : fits ? digits << shift : most;
    } else if (shift > -form_.digits) {
      size = digits >> -shift;
    }
    parts.number = static_cast<std::int64_t>(std::min(size, most));
    if (const int bits = fine_bits(parts.number); bits > 0 && -shift >= bits) {
      parts.fine = digits >> (-shift - bits) & ((std::uint64_t{1} << bits) - 1);
    }
    if (negative) parts.number = -parts.number;
    return parts;
  }

  std::uint64_t give(const Parts& parts) const {
    if (!source_.is_float) {
      return static_cast<std::uint64_t>(parts.number) << (8 * source_.scale) & mask();
    }
    if (parts.number == 0) return 0;
    const int bits = fine_bits(parts.number), all = width(parts.number) + bits;
    const std::uint64_t size =
        static_cast<std::uint64_t>(std::abs(parts.number)) << bits | parts.fine;
    const int up = form_.digits - all;
    std::uint64_t digits = up >= 0 ? size << up : size >> -up;
    const int field = -up - bits - source_.scale - form_.exponent + 1;
    // What would not be normal is nothing that take() was given.
    if (field < 1 || field >= static_cast<int>(form_.most)) return 0;
    digits &= (std::uint64_t{1} << (form_.digits - 1)) - 1;
    const std::uint64_t sign = parts.number < 0 ? 1 : 0;
    return sign << (8 * source_.bytes - 1) |
           static_cast<std::uint64_t>(field) << (form_.digits - 1) | digits;
  }

 private:
  static int width(std::int64_t number) {
    return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(std::abs(number))));
  }
  std::uint64_t mask() const { return ~std::uint64_t{0} >> (64 - 8 * source_.bytes); }
  std::int64_t as_signed(std::uint64_t raw) const {
    const auto unused = static_cast<int>(64 - 8 * source_.bytes);
    return static_cast<std::int64_t>(raw << unused) >> unused;
  }

  IntegerSource source_;
  FloatForm form_;
  std::int64_t limit_;
};

class BitWriter {
 public:
  void write(std::uint64_t value, int bits) {
    while (bits-- > 0) {
      byte_ = byte_ << 1 | (value >> bits & 1);
      if (++count_ % 8 == 0) bytes.push_back(static_cast<std::uint8_t>(byte_));
    }
  }
  void finish() {
    while (count_ % 8 != 0) write(0, 1);
  }
  Bytes bytes;

 private:
  std::uint64_t byte_ = 0;
  std::size_t count_ = 0;
};

// What lies behind the numbers.
class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::uint64_t bits(int count) {
    std::uint64_t value = 0;
    for (; count > 0; --count) {
      if (bit_ == 0) byte_ = take();
      bit_ = (bit_ + 1) % 8;
      value = value << 1 | (byte_ >> ((8 - bit_) % 8) & 1);
    }
    return value;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int i = 0; i < kMaxGroups; ++i) {
      const std::uint8_t byte = take();
      value |= std::uint64_t{byte & 127U} << (7 * i);
      if (byte < 128) break;
    }
    return value;
  }
  void copy(std::span<std::uint8_t> to) {
    bit_ = 0;
    for (std::uint8_t& byte : to) byte = take();
  }
  // Whether all was there, and no more.
  bool ended_well() const { return !overrun_ && at_ == bytes_.size(); }
  bool overrun() const { return overrun_; }

 private:
  std::uint8_t take() {
    if (at_ < bytes_.size()) return bytes_[at_++];
    overrun_ = true;
    return 0;
  }
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
  int bit_ = 0;
  std::uint8_t byte_ = 0;
  bool overrun_ = false;
};

void write_number(std::uint64_t value, Bytes& out) {
  for (; value >= 128; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 128));
  out.push_back(static_cast<std::uint8_t>(value));
}

// Counts of numbers from -kMiddle to kMiddle.
class Counts {
 public:
  void add(int value) { ++counts_[static_cast<std::size_t>(kMiddle + value)]; }
  // The least that so many exceed at most.
  int highest(std::size_t exceptions) const {
    std::size_t i = counts_.size() - 1;
    for (std::size_t above = 0; i > 0 && (above += counts_[i]) <= exceptions;) --i;
    return static_cast<int>(i) - kMiddle;
  }

 private:
  static constexpr int kMiddle = 1200;
  std::array<std::uint32_t, 2 * kMiddle + 1> counts_{};
};

}  // namespace

std::uint32_t IntegerSource::packed() const {
  return (bytes - 1) | (low_first ? kLowFirst : 0) | (is_float ? kFloat : 0) |
         static_cast<std::uint32_t>(scale & 0xFF) << 8 | static_cast<std::uint32_t>(fine) << 16;
}

std::optional<IntegerSource> IntegerSource::unpack(std::uint32_t packed) {
  IntegerSource source;
  source.bytes = (packed & 7) + 1;
  source.low_first = (packed & kLowFirst) != 0;
  source.is_float = (packed & kFloat) != 0;
  source.scale = static_cast<std::int8_t>(packed >> 8);
  source.fine = static_cast<int>(packed >> 16);
  const bool wide = source.is_float ? source.bytes == 4 || source.bytes == 8
                                    : source.bytes == 3 || source.bytes == 4;
  const bool whole =
      source.is_float || (source.scale >= 0 && source.scale <= 2 && source.fine == 0);
  if (!wide || !whole || source.fine > kMaxFine || source.packed() != packed) return {};
  return source;
}

Bytes apply_integers(const IntegerSource& source, const Layout& layout,
                     std::span<const std::uint8_t> content) {
  const Numbers numbers(source, layout);
  const std::size_t count = content.size() / source.bytes, width = layout.number_bytes();
  Bytes made(count * width), exceptions;
  BitWriter fine;
  std::size_t excepted = 0, next = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* const at = content.data() + i * source.bytes;
    const std::uint64_t raw = numbers.read(at);
    const Parts parts = numbers.take(raw);
    for (std::size_t k = 0; k < width; ++k) {
      made[i * width + k] = static_cast<std::uint8_t>(parts.number >> (8 * (width - 1 - k)));
    }
    if (numbers.give(parts) == raw) {
      fine.write(parts.fine, numbers.fine_bits(parts.number));
      continue;
    }
    ++excepted;
    write_number(i - next, exceptions);
    exceptions.insert(exceptions.end(), at, at + source.bytes);
    next = i + 1;
  }
  fine.finish();
  write_number(excepted, made);
  made.insert(made.end(), exceptions.begin(), exceptions.end());
  made.insert(made.end(), fine.bytes.begin(), fine.bytes.end());
  made.insert(made.end(), content.begin() + static_cast<std::ptrdiff_t>(count * source.bytes),
              content.end());
  return made;
}

bool revert_integers(const IntegerSource& source, const Layout& layout,
                     std::span<const std::uint8_t> made, std::span<std::uint8_t> content) {
  const Numbers numbers(source, layout);
  const std::size_t count = content.size() / source.bytes, width = layout.number_bytes();
  if (made.size() < count * width) return false;
  Reader reader(made.subspan(count * width));
  std::vector<bool> excepted(count);
  std::size_t next = 0;
  for (std::uint64_t left = reader.number(); left > 0; --left) {
    const std::uint64_t gap = reader.number();
    if (reader.overrun() || gap >= count - next) return false;
    next += static_cast<std::size_t>(gap);
    excepted[next] = true;
    reader.copy(content.subspan(next * source.bytes, source.bytes));
    ++next;
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (excepted[i]) continue;
    Parts parts;
    const std::uint8_t* const at = made.data() + i * width;
    parts.number = static_cast<std::int8_t>(at[0]);
    for (std::size_t k = 1; k < width; ++k) parts.number = parts.number * 256 + at[k];
    parts.fine = reader.bits(numbers.fine_bits(parts.number));
    numbers.write(numbers.give(parts), content.data() + i * source.bytes);
  }
  reader.copy(content.subspan(count * source.bytes));
  return reader.ended_well();
}

namespace {

constexpr std::size_t kMostExceptions = 1024;  // one number of so many

// Of whole numbers: containers of more bytes than are used.
std::optional<FoundIntegers> find_shorter(std::span<const std::uint8_t> content,
                                          std::uint32_t channels, IntegerSource source) {
  const Numbers numbers(source, {.form = Form::kSamples, .element = 4});
  const auto bits = static_cast<int>(8 * source.bytes);
  const std::size_t count = content.size() / source.bytes;
  Counts tops, belows;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t raw = numbers.read(content.data() + i * source.bytes);
    const std::int64_t number = static_cast<std::int64_t>(raw << (64 - bits)) >> (64 - bits);
    const auto size = static_cast<std::uint64_t>(number < 0 ? ~number : number);
    tops.add(static_cast<int>(std::bit_width(size)) + 1);
    belows.add(-std::min(std::countr_zero(raw), bits));
  }
  const std::size_t most = count / kMostExceptions;
  source.scale = std::min(-belows.highest(most) / 8, static_cast<int>(source.bytes) - 2);
  const int left = tops.highest(most) - 8 * source.scale;
  const auto width = static_cast<std::uint32_t>(std::max((left + 7) / 8, 2));
  if (width >= source.bytes) return {};
  return FoundIntegers{source,
                       {.form = Form::kSamples, .element = channels * width, .channels = channels}};
}

// Of floats: a whole number of as many bytes as they need, or of three and bits below it.
std::optional<FoundIntegers> find_scaled(std::span<const std::uint8_t> content,
                                         std::uint32_t channels, IntegerSource source) {
  constexpr int kSilence = -40, kLoudest = 40;  // of the exponents of most samples
  const FloatForm form = form_of(source);
  const Numbers numbers(source, {.form = Form::kSamples, .element = 4});
  const std::size_t count = content.size() / source.bytes;
  Counts tops, belows;
  std::size_t strange = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t raw = numbers.read(content.data() + i * source.bytes);
    const std::uint64_t field = raw >> (form.digits - 1) & form.most;
    const std::uint64_t one = std::uint64_t{1} << (form.digits - 1);
    if (raw == 0) continue;
    const int exponent = static_cast<int>(field) - 1 + form.exponent;
    const int top = exponent + form.digits;
    if (top < kSilence || top > kLoudest) {
      ++strange;
      continue;
    }
    tops.add(top);
    belows.add(-exponent - std::countr_zero((raw & (one - 1)) | one));
  }
  if (strange > count / 64) return {};
  const std::size_t most = count / kMostExceptions;
  const int top = tops.highest(most), below = belows.highest(most);
  if (top < kSilence || below < -kLoudest) return {};
  const int bits = 1 + top + below;
  const int width = std::clamp((bits + 7) / 8, 2, 3);
  const int least = std::min(below, 8 * width - 1 - top), full = 8 * width - 1;
  source.scale = full >= least && full <= 8 * width - 1 - top ? full : 8 * width - 1 - top;
  source.fine = std::clamp(below - source.scale, 0, kMaxFine);
  return FoundIntegers{source,
                       {.form = Form::kSamples,
                        .element = channels * static_cast<std::uint32_t>(width),
                        .channels = channels}};
}

}  // namespace

std::optional<FoundIntegers> find_integers(std::span<const std::uint8_t> content,
                                           std::uint32_t channels, std::uint32_t bytes,
                                           bool low_first, bool is_float) {
  const IntegerSource source{.bytes = bytes, .low_first = low_first, .is_float = is_float};
  if (!IntegerSource::unpack(source.packed()) || content.size() < bytes) return {};
  return is_float ? find_scaled(content, channels, source)
                  : find_shorter(content, channels, source);
}

}  // namespace nnzip
