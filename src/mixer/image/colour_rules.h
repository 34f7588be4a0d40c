// SPDX-License-Identifier: Apache-2.0
// Ways to compute colours from a brightness and two differences, all whole numbers, as decoders of
// JPEG files and of Photo CDs do: few of all colours come out of one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace nnzip::mixer {

// What a pixel comes from, but for its brightness: the difference that its first colour has, and
// that of its third one. The second colour has both.
using Differences = std::array<std::int32_t, 2>;
using Colours = std::array<std::int32_t, 3>;

// In 1/65536. A brightness is worth at least one step of a colour: no two give the same.
struct ColourRule {
  std::int32_t brightness;             // in all colours
  std::int32_t first, third;           // a difference in its own colour
  std::array<std::int32_t, 2> second;  // both in the second colour
  std::int32_t offset;                 // of all colours
  bool rounded;                        // each product is a whole step, as from tables

  // Of all colours.
  std::int32_t light(std::int32_t y) const { return product(brightness, y); }
  // Of a colour, without its brightness.
  std::int32_t rest(int colour, const Differences& d) const;
  // The brightness that gives a colour this value, if one does.
  std::optional<std::int32_t> brightness_of(int colour, std::int32_t value,
                                            const Differences& d) const;

 private:
  std::int32_t product(std::int32_t gain, std::int32_t n) const {
    return rounded ? (gain * n + (1 << 15)) & ~0xFFFF : gain * n;
  }
};

// A rule's differences of a pixel.
struct Origin {
  Differences differences;
  bool exact;  // the pixel comes from them; else they are the nearest
};

std::span<const ColourRule> colour_rules();
Origin origin_of(const ColourRule& rule, const Colours& colours);

}  // namespace nnzip::mixer
