// SPDX-License-Identifier: Apache-2.0
// What the predictors of bytes, images and sound have in common: sets of weights, and the logit of
// a network's distribution (the sections Mixing and The network of MIXING.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "coder/distribution.h"

namespace nnzip::mixer_reference {

// Weights of equal sets, and what the chosen one has said.
struct Sets {
  Sets(std::size_t sets, std::vector<std::int64_t> first);
  // By partial sums, as the sets of MIXING.md; or without, as its final sets.
  void mix(std::size_t set, const std::vector<std::int64_t>& inputs);
  void mix_final(std::size_t set, const std::vector<std::int64_t>& inputs);
  void learn(const std::vector<std::int64_t>& inputs, int bit, std::int64_t rate);

  std::vector<std::vector<std::int64_t>> weights;
  std::size_t chosen = 0;
  std::int64_t logit = 0;
};

// How many weights the sets of bytes have, and their final sets.
struct SetSizes {
  std::vector<std::size_t> sets, finals;
};
SetSizes set_sizes(bool large, bool code, std::size_t streams);

// g, where c is the partial byte of k bits.
std::int64_t network_logit(const Distribution& distribution, unsigned c, unsigned k);

}  // namespace nnzip::mixer_reference
