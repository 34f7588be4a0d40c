// SPDX-License-Identifier: Apache-2.0
// The sections Situations (its first paragraph) and Prediction of JPEG.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "reference/mixer/mixer_reference_sets.h"
#include "reference/mixer/mixer_reference_tables.h"

namespace nnzip::jpeg_reference {

using Int = std::int64_t;

// hash of a list of values.
std::uint32_t hash(const std::vector<Int>& values);

struct Situation {
  Int kind = 0;
  bool first_component = true;
  std::vector<std::uint32_t> contexts;  // up to 20
  std::array<Int, 6> guesses{};
  Int trust = 0, place = 0, left = 0, energy = 0;
};

struct Decision {
  Int group = 0, node = 0, sort = 0, threshold = 0;
};

class Prediction {
 public:
  explicit Prediction(std::size_t blocks);
  std::uint32_t predict(const Situation& situation, const Decision& decision);
  void learn(int bit);

 private:
  int G_;
  std::vector<mixer_reference::Counter> of_contexts_, of_guesses_;
  std::vector<mixer_reference::Sets> sets_, final_sets_;
  mixer_reference::Refiner A_, B_;
  std::uint64_t decisions_ = 0;

  std::vector<mixer_reference::Counter*> read_;
  std::vector<Int> inputs_, logits_;
  std::size_t by_place_ = 0, by_bin_ = 0;
  Int X_ = 0;
};

}  // namespace nnzip::jpeg_reference
