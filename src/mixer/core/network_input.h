// SPDX-License-Identifier: Apache-2.0
// What a network's distribution of a byte says of its next bit.
#pragma once

#include <cstdint>

#include "coder/distribution.h"
#include "mixer/core/logistic.h"

namespace nnzip::mixer {

// The logit of a 1. partial: the byte's bits so far below a leading 1; bit: how many there are.
inline std::int32_t network_logit(const Distribution& network, std::uint32_t partial, int bit) {
  const std::uint32_t width = 256u >> bit;
  const std::uint32_t low = (partial << (8 - bit)) & 255;
  const std::uint32_t middle = network.cumulative[low + width / 2];
  const std::uint32_t zeros = middle - network.cumulative[low];
  const std::uint32_t ones = network.cumulative[low + width] - middle;
  return clamp_logit(logarithm(ones) - logarithm(zeros));
}

// The probability itself, within the bounds of logits: an input that does not grow without end as
// the network becomes sure.
inline std::int16_t linear_input(std::int32_t logit) {
  return static_cast<std::int16_t>((squash(logit) - 32768) >> 4);
}

}  // namespace nnzip::mixer
