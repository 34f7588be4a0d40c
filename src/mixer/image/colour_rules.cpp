// SPDX-License-Identifier: Apache-2.0
// Rules of standards, and how to go back.
#include "mixer/image/colour_rules.h"

namespace nnzip::mixer {
namespace {

constexpr std::int32_t kOne = 1 << 16, kHalf = kOne / 2;

constexpr ColourRule reversed(const ColourRule& r) {
  return {r.brightness, r.third, r.first, {r.second[1], r.second[0]}, r.offset, r.rounded};
}

// Full range as JFIF has it; BT.709; both of 219 steps, the first one as BT.601.
constexpr ColourRule kStandards[] = {{kOne, 91881, 116130, {-46802, -22554}, kHalf, false},
                                     {kOne, 103206, 121609, {-30679, -12276}, kHalf, false},
                                     {76309, 104597, 132201, {-53279, -25675}, kHalf, false},
                                     {76309, 117489, 138438, {-34925, -13975}, kHalf, false}};
// Photo CD, as it is usually written down, and as its inventors did: 1.402, 255 / 135.64, 255 /
// 111.4.
constexpr ColourRule kPhotoCds[] = {{89024, 119374, 145352, {-60761, -28198}, 0, false},
                                    {91881, 123206, 150015, {-62712, -29103}, 0, false}};

// Rounded, cut, and of rounded tables.
constexpr std::array<ColourRule, 20> make_rules() {
  std::array<ColourRule, 20> rules{};
  std::size_t n = 0;
  for (const ColourRule& rule : kStandards) rules[n++] = rule;
  for (const ColourRule& rule : kPhotoCds) {
    for (int i = 0; i < 3; ++i) rules[n++] = rule;
    rules[n - 3].offset = kHalf;
    rules[n - 1].rounded = true;
  }
  for (std::size_t i = 0; i < n; ++i) rules[n + i] = reversed(rules[i]);
  return rules;
}
constexpr std::array<ColourRule, 20> kRules = make_rules();

// Rounded down; divisor > 0.
std::int64_t floor_of(std::int64_t dividend, std::int64_t divisor) {
  return dividend / divisor - (dividend % divisor < 0 ? 1 : 0);
}

// Steps from the nearest differences to others.
constexpr Differences kSteps[] = {{0, 0},   {-1, 0}, {1, 0},  {0, -1}, {0, 1},
                                  {-1, -1}, {-1, 1}, {1, -1}, {1, 1}};

}  // namespace

std::span<const ColourRule> colour_rules() { return kRules; }

std::int32_t ColourRule::rest(int colour, const Differences& d) const {
  const std::int32_t add = colour == 0   ? product(first, d[0])
                           : colour == 1 ? product(second[0], d[0]) + product(second[1], d[1])
                                         : product(third, d[1]);
  return add + offset;
}

std::optional<std::int32_t> ColourRule::brightness_of(int colour, std::int32_t value,
                                                      const Differences& d) const {
  const std::int64_t least = std::int64_t{value} * kOne - rest(colour, d);
  const std::int64_t from = least - (rounded ? kHalf : 0);
  const auto y = static_cast<std::int32_t>(floor_of(from + brightness - 1, brightness));
  if (light(y) < least || light(y) >= least + kOne) return std::nullopt;
  return y;
}

Origin origin_of(const ColourRule& rule, const Colours& colours) {
  const auto& [r, g, b] = colours;
  // Colours less the second one do not have the brightness: two equations.
  const std::int64_t a00 = rule.first - rule.second[0], a01 = -rule.second[1],
                     a10 = -rule.second[0], a11 = rule.third - rule.second[1];
  const std::int64_t n0 = std::int64_t{r - g} * kOne;
  const std::int64_t n1 = std::int64_t{b - g} * kOne;
  const std::int64_t whole = a00 * a11 - a01 * a10;
  const auto nearest = [&](std::int64_t part) {
    return static_cast<std::int32_t>(floor_of(part + whole / 2, whole));
  };
  const Differences middle{nearest(n0 * a11 - n1 * a01), nearest(n1 * a00 - n0 * a10)};
  for (const Differences& step : kSteps) {
    const Differences d{middle[0] + step[0], middle[1] + step[1]};
    const auto y = rule.brightness_of(1, g, d);
    if (!y) continue;
    const std::int32_t light = rule.light(*y);
    if ((light + rule.rest(0, d)) >> 16 == r && (light + rule.rest(2, d)) >> 16 == b) {
      return {d, true};
    }
  }
  return {middle, false};
}

}  // namespace nnzip::mixer
