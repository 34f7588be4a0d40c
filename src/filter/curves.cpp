// SPDX-License-Identifier: Apache-2.0
// Every curve is tried on every number; each column takes the one that came closest of late.
#include "filter/curves.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>

#include "base/bytes.h"

namespace nnzip {
namespace {

constexpr std::size_t kCurves = 6;  // constant, line and parabola; down the column, along the row
constexpr int kForget = 5;          // a score loses 2^-5 of itself with every number

template <typename Number>
Number read_little(const std::uint8_t* p) {
  Number value = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) value |= Number{p[i]} << (8 * i);
  return value;
}

template <typename Number>
void write_little(Number value, std::uint8_t* p) {
  for (std::size_t i = 0; i < sizeof(Number); ++i) p[i] = static_cast<std::uint8_t>(value >> 8 * i);
}

// Its own inverse.
template <typename Number>
Number swapped(Number value) {
  return sizeof(Number) == 4
             ? static_cast<Number>(__builtin_bswap32(static_cast<std::uint32_t>(value)))
             : static_cast<Number>(__builtin_bswap64(value));
}

// Of the magnitude of a difference, taken as a signed number.
template <typename Number>
std::uint32_t bits_of(Number difference) {
  constexpr int kTop = std::numeric_limits<Number>::digits - 1;
  const Number magnitude = (difference >> kTop) != 0 ? ~difference : difference;
  return static_cast<std::uint32_t>(std::bit_width(magnitude));
}

template <typename Number>
class Curves {
 public:
  // numbers: of a row.
  explicit Curves(std::size_t numbers) : row_(numbers), scores_(numbers) {}

  // Of the next number; content holds all before it, low bytes first.
  Number predict(const std::uint8_t* content) {
    follow(content, row_, curves_.data());
    follow(content, 1, curves_.data() + kCurves / 2);
    const auto& scores = scores_[column_];
    return curves_[std::min_element(scores.begin(), scores.end()) - scores.begin()];
  }
  // A score stays below 2^16: 16 * 64 bits, 2^kForget times.
  void learn(Number number) {
    for (std::size_t k = 0; k < kCurves; ++k) {
      std::uint32_t& score = scores_[column_][k];
      score += 16 * bits_of<Number>(number - curves_[k]);
      score -= score >> kForget;
    }
    if (++column_ == row_) column_ = 0;
    ++position_;
  }

 private:
  void follow(const std::uint8_t* content, std::size_t distance, Number* curves) const {
    const auto at = [&](std::size_t back) -> Number {
      return back > position_ ? 0
                              : read_little<Number>(content + (position_ - back) * sizeof(Number));
    };
    const Number a = at(distance), b = at(2 * distance), c = at(3 * distance);
    curves[0] = a;
    curves[1] = 2 * a - b;
    curves[2] = 3 * (a - b) + c;
  }

  std::size_t row_, column_ = 0;
  std::size_t position_ = 0;  // in numbers
  std::array<Number, kCurves> curves_{};
  std::vector<std::array<std::uint32_t, kCurves>> scores_;
};

template <typename Number>
void apply(std::uint32_t stride, std::span<std::uint8_t> content) {
  const Bytes original(content.begin(), content.end());
  Curves<Number> curves(stride / sizeof(Number));
  for (std::size_t at = 0; at + sizeof(Number) <= content.size(); at += sizeof(Number)) {
    const auto number = read_little<Number>(original.data() + at);
    const Number distance = number - curves.predict(original.data());
    write_little(swapped(distance), content.data() + at);
    curves.learn(number);
  }
}

template <typename Number>
void revert(std::uint32_t stride, std::span<std::uint8_t> content) {
  Curves<Number> curves(stride / sizeof(Number));
  for (std::size_t at = 0; at + sizeof(Number) <= content.size(); at += sizeof(Number)) {
    const auto distance = swapped(read_little<Number>(content.data() + at));
    const Number number = distance + curves.predict(content.data());
    write_little(number, content.data() + at);
    curves.learn(number);
  }
}

template <typename Number>
std::int64_t shortened(std::uint32_t stride, std::span<const std::uint8_t> content) {
  Curves<Number> curves(stride / sizeof(Number));
  std::int64_t bits = 0, count = 0;
  for (std::size_t at = 0; at + sizeof(Number) <= content.size(); at += sizeof(Number)) {
    const auto number = read_little<Number>(content.data() + at);
    const Number above = at < stride ? 0 : read_little<Number>(content.data() + at - stride);
    bits += bits_of<Number>(number - above);
    bits -= bits_of<Number>(number - curves.predict(content.data()));
    curves.learn(number);
    ++count;
  }
  return count == 0 ? 0 : bits * 16 / count;
}

}  // namespace

void apply_curves(const Layout& layout, std::span<std::uint8_t> content) {
  if (layout.element == 4) apply<std::uint32_t>(layout.stride, content);
  if (layout.element == 8) apply<std::uint64_t>(layout.stride, content);
}

void revert_curves(const Layout& layout, std::span<std::uint8_t> content) {
  if (layout.element == 4) revert<std::uint32_t>(layout.stride, content);
  if (layout.element == 8) revert<std::uint64_t>(layout.stride, content);
}

std::int64_t shortened_by_curves(const Layout& layout, std::span<const std::uint8_t> content) {
  return layout.element == 4 ? shortened<std::uint32_t>(layout.stride, content)
                             : shortened<std::uint64_t>(layout.stride, content);
}

}  // namespace nnzip
