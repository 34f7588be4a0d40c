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

constexpr std::size_t kCurves = 7;  // constant, line and parabola, down the column and along the
                                    // row; the plane through three neighbours
constexpr int kForget = 5;          // a score loses 2^-5 of itself with every number

template <typename Number>
Number read(const std::uint8_t* p, bool high_first) {
  Number value = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    value |= Number{p[high_first ? sizeof(Number) - 1 - i : i]} << (8 * i);
  }
  return value;
}

template <typename Number>
void write(Number value, std::uint8_t* p, bool high_first) {
  for (std::size_t i = 0; i < sizeof(Number); ++i) {
    p[high_first ? sizeof(Number) - 1 - i : i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
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
  explicit Curves(const Layout& layout)
      : row_(layout.stride / sizeof(Number)), high_first_(layout.high_first), scores_(row_) {}

  // Of the next number; content holds all before it.
  Number predict(const std::uint8_t* content) {
    follow(content, row_, curves_.data());
    follow(content, 1, curves_.data() + kCurves / 2);
    curves_[kCurves - 1] = at(content, 1) + at(content, row_) - at(content, row_ + 1);
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
  // 0 before the first number.
  Number at(const std::uint8_t* content, std::size_t back) const {
    if (back > position_) return 0;
    return read<Number>(content + (position_ - back) * sizeof(Number), high_first_);
  }
  void follow(const std::uint8_t* content, std::size_t distance, Number* curves) const {
    const Number a = at(content, distance), b = at(content, 2 * distance),
                 c = at(content, 3 * distance);
    curves[0] = a;
    curves[1] = 2 * a - b;
    curves[2] = 3 * (a - b) + c;
  }

  std::size_t row_, column_ = 0;
  bool high_first_;
  std::size_t position_ = 0;  // in numbers
  std::array<Number, kCurves> curves_{};
  std::vector<std::array<std::uint32_t, kCurves>> scores_;
};

template <typename Number>
void apply(const Layout& layout, std::span<std::uint8_t> content) {
  const Bytes original(content.begin(), content.end());
  Curves<Number> curves(layout);
  for (std::size_t at = 0; at + sizeof(Number) <= content.size(); at += sizeof(Number)) {
    const auto number = read<Number>(original.data() + at, layout.high_first);
    const Number distance = number - curves.predict(original.data());
    write(distance, content.data() + at, true);
    curves.learn(number);
  }
}

template <typename Number>
void revert(const Layout& layout, std::span<std::uint8_t> content) {
  Curves<Number> curves(layout);
  for (std::size_t at = 0; at + sizeof(Number) <= content.size(); at += sizeof(Number)) {
    const auto distance = read<Number>(content.data() + at, true);
    const Number number = distance + curves.predict(content.data());
    write(number, content.data() + at, layout.high_first);
    curves.learn(number);
  }
}

template <typename Number>
std::int64_t shortened(const Layout& layout, std::span<const std::uint8_t> content) {
  const std::size_t stride = layout.stride;
  Curves<Number> curves(layout);
  std::int64_t bits = 0, count = 0;
  for (std::size_t at = 0; at + sizeof(Number) <= content.size(); at += sizeof(Number)) {
    const auto number = read<Number>(content.data() + at, layout.high_first);
    const Number above =
        at < stride ? 0 : read<Number>(content.data() + at - stride, layout.high_first);
    bits += bits_of<Number>(number - above);
    bits -= bits_of<Number>(number - curves.predict(content.data()));
    curves.learn(number);
    ++count;
  }
  return count == 0 ? 0 : bits * 16 / count;
}

}  // namespace

void apply_curves(const Layout& layout, std::span<std::uint8_t> content) {
  if (layout.element == 4) apply<std::uint32_t>(layout, content);
  if (layout.element == 8) apply<std::uint64_t>(layout, content);
}

void revert_curves(const Layout& layout, std::span<std::uint8_t> content) {
  if (layout.element == 4) revert<std::uint32_t>(layout, content);
  if (layout.element == 8) revert<std::uint64_t>(layout, content);
}

std::int64_t shortened_by_curves(const Layout& layout, std::span<const std::uint8_t> content) {
  return layout.element == 4 ? shortened<std::uint32_t>(layout, content)
                             : shortened<std::uint64_t>(layout, content);
}

}  // namespace nnzip
