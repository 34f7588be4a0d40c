// SPDX-License-Identifier: Apache-2.0
// The section Lattice of MIXING_IMAGES.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "reference/mixer/mixer_reference_regression.h"
#include "reference/mixer/mixer_reference_tables.h"

namespace nnzip::mixer_reference {

// What a stream keeps of its pixel.
struct LatticeStream {
  std::optional<std::size_t> rule;   // none too when nothing more is said
  std::optional<std::size_t> taken;  // the rule at the first channel
  std::int64_t light = 0, scale = 0;
  std::size_t parity = 0;
  std::array<std::int64_t, 2> least{}, sum{};
  std::array<std::array<std::int64_t, 3>, 2> row{};  // parity, part, calm
  std::array<Taps, 2> taps;
  std::array<std::int64_t, 11> n0{};  // of d0, at channel 1
};

class LatticeReference {
 public:
  using Int = std::int64_t;
  using Colours = std::array<Int, 3>;

  LatticeReference(Int stride, Int pixel);

  // A number of channel 0..2; around: the colours of the twelve neighbours in their order.
  void begin(LatticeStream& s, std::size_t c, Int e, Int x, const std::vector<Colours>& around,
             const Colours& current, Int stacked, unsigned likely);
  void silence() { speaks = false; }
  std::array<Int, 2> inputs(unsigned partial, unsigned k);
  void learn(int bit);
  // After channel 2; e: the position of the pixel.
  void end(LatticeStream& s, Int e, const Colours& colours);

  bool speaks = false;
  std::size_t state = 0;  // of the last inputs()

 private:
  Int kept(std::size_t k, Int e) const;
  Int seen(std::size_t k, const LatticeStream& s, Int d) const;
  void expect(LatticeStream& s, Int e, Int x, const std::vector<Colours>& around);
  std::map<Int, Int> masses(const LatticeStream& s, std::size_t c, const Colours& current) const;

  Int stride_, pixel_;
  std::vector<Int> rates_;
  Int pixels_ = 0;
  std::optional<std::size_t> rule_;
  std::array<std::vector<WholeRegression>, 2> regressions_;
  std::array<std::map<std::array<Int, 3>, std::array<Int, 11>>, 2> counts_;
  std::array<std::map<Int, Int>, 2> off_;
  std::array<Int, 256> weight_{};
  std::vector<Counter> map_;
  std::size_t c_ = 0, map_at_ = 0;
};

}  // namespace nnzip::mixer_reference
