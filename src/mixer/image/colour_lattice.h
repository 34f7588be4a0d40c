// SPDX-License-Identifier: Apache-2.0
// Images that were computed from a brightness and two differences of whole numbers: what these may
// be says which colours a pixel may have.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "mixer/core/adaptive_map.h"
#include "mixer/image/colour_rules.h"
#include "mixer/image/image_plane.h"
#include "mixer/image/image_regression.h"

namespace nnzip::mixer {

// What one stream keeps of its pixel.
struct LatticePixel {
  static constexpr int kReach = 5, kWindow = 2 * kReach + 1;  // differences around what is expected

  int rule = -1;           // none
  bool speaks = false;     // something is known of the colour that comes
  std::int32_t light = 0;  // what the brightness is expected to add, in 1/65536
  std::int64_t scale = 0;  // of the first colour
  std::size_t parity = 0;
  // Of each of the two differences: the least one that may be, the sum of W's and N's, the place
  // of its counts, taps.
  Differences first{}, sums{};
  std::array<std::size_t, 2> counts{};
  std::array<Taps, 2> taps;
  // By the difference of the first colour, once that is known: what the brightness adds, and how
  // likely that is.
  std::array<std::int32_t, kWindow> lights{};
  std::array<std::uint64_t, kWindow> weights{};
};

// Of three or four channels of a byte. begin(), then add_inputs() and update() for eight bits, then
// learn(), of any number but padding.
class ColourLattice {
 public:
  static constexpr int kInputs = 2;
  static constexpr std::size_t kStates = 3 * 8 * 8;

  static std::size_t memory_bytes(const Layout& layout, std::size_t content_bytes);
  ColourLattice(const ImagePlane& plane, std::size_t content_bytes);

  // best: the best guess of the number, in 1/16; scale: of its error, a bin in 1/2^20. current:
  // this pixel's numbers.
  void begin(const PixelPlace& place, const Surroundings& around, std::int32_t best,
             std::int64_t scale, const std::array<std::int32_t, kMaxChannels>& current,
             LatticePixel& pixel);
  // kInputs of them; 0 where there is nothing to say.
  void add_inputs(std::int16_t* inputs, std::uint32_t partial, int bit);
  void update(int bit);
  void learn(const PixelPlace& place, const std::array<std::int32_t, kMaxChannels>& current,
             LatticePixel& pixel);

  // Whether there is something to say of the number.
  bool speaks() const { return speaks_; }
  // Of the bit that is coded, then: its level, the channel, how much is left of what may be.
  std::size_t state() const { return state_; }

 private:
  // What colours come from, of the pixels that were asked for last.
  struct Traced {
    Colours colours{-1, -1, -1};
    int rule = -1;
    Differences differences{};
  };
  using Masses = std::array<std::uint64_t, 256>;

  Differences trace(const Colours& colours);
  std::uint32_t off_at(std::size_t position, std::size_t back, std::size_t k) const;
  void expect(const PixelPlace& place, const Surroundings& around, LatticePixel& pixel);
  void weigh_first(const LatticePixel& pixel, Masses& masses) const;
  void weigh_second(LatticePixel& pixel, std::int32_t first, Masses& masses) const;
  void weigh_third(const LatticePixel& pixel, std::int32_t second, Masses& masses) const;
  void sum_up(const Masses& masses, std::int32_t best, std::int64_t scale);
  void count(std::int32_t difference, std::size_t k, const PixelPlace& place, LatticePixel& pixel);
  void rate_rules(const Colours& colours);

  const ImagePlane& plane_;
  std::vector<Traced> traced_;                    // by a hash of the colours
  std::array<std::vector<std::uint8_t>, 2> off_;  // by pixel: differences from what was expected
  // Which rule: how many of the pixels come from each.
  std::vector<std::int32_t> rates_;
  std::uint32_t seen_ = 0;
  int rule_ = -1;
  // Of each of the two differences: by parity, and how often it was how far from what was expected.
  std::array<std::vector<WholeRegression>, 2> regressions_;
  std::array<std::vector<std::uint16_t>, 2> counts_;
  // The number that is coded.
  bool speaks_ = false;
  std::size_t channel_ = 0;
  std::array<std::uint64_t, 257> likely_{};  // of the numbers below each one
  std::vector<Counter> map_;                 // [state][logit]
  std::size_t state_ = 0, map_at_ = 0;
};

}  // namespace nnzip::mixer
