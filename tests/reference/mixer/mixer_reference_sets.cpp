// SPDX-License-Identifier: Apache-2.0
// Sums and steps of weights.
#include "reference/mixer/mixer_reference_sets.h"

#include <algorithm>
#include <utility>

#include "reference/mixer/mixer_reference_tables.h"

namespace nnzip::mixer_reference {

SetSizes set_sizes(bool large, bool code, std::size_t streams) {
  SetSizes of{{256 * streams, 256, 64 * streams, 64 * streams, 256, 256, 128, 256},
              {256, 64 * streams, 64 * streams}};
  if (large) {
    for (const std::size_t n : {256, 256, 512, 256, 256, 256, 256, 256}) of.sets.push_back(n);
    for (const std::size_t n : {256, 512}) of.finals.push_back(n);
  }
  if (!code) return of;
  of.sets[4] = of.sets[7] = of.finals[2] = 2048;
  of.sets[6] = 512;
  if (large) {
    of.sets[9] = of.sets[14] = of.finals[3] = 2048;
    of.sets[10] = 256;
    of.sets[13] = 1024;
  }
  return of;
}

Sets::Sets(std::size_t sets, std::vector<std::int64_t> first) : weights(sets, std::move(first)) {}

void Sets::mix(std::size_t set, const std::vector<std::int64_t>& inputs) {
  chosen = set;
  const std::vector<std::int64_t>& w = weights[set];
  std::int64_t sum = 0;
  for (std::size_t k = 0; k < 32; k += 2) {
    std::int64_t partial = 0;
    for (std::size_t i = k; i < inputs.size(); i += 32) {
      partial += inputs[i] * w[i];
      if (i + 1 < inputs.size()) partial += inputs[i + 1] * w[i + 1];
    }
    sum += partial >> 4;
  }
  logit = clamp(sum >> 10, kLimit);
}

void Sets::mix_final(std::size_t set, const std::vector<std::int64_t>& inputs) {
  chosen = set;
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) sum += inputs[i] * weights[set][i];
  logit = clamp(sum >> 14, kLimit);
}

void Sets::learn(const std::vector<std::int64_t>& inputs, int bit, std::int64_t rate) {
  const std::int64_t err = ((65536 * bit - squash(logit)) * rate) >> 11;
  std::vector<std::int64_t>& w = weights[chosen];
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    w[i] = std::clamp<std::int64_t>(w[i] + ((inputs[i] * err + (1 << 14)) >> 15), -32768, 32767);
  }
}

std::int64_t network_logit(const Distribution& distribution, unsigned c, unsigned k) {
  const std::uint32_t* const F = distribution.cumulative;
  const std::uint32_t d = 256 >> k, a = (c << (8 - k)) % 256;
  const std::uint32_t zeros = F[a + d / 2] - F[a], ones = F[a + d] - F[a + d / 2];
  return clamp(log(ones) - log(zeros), kLimit);
}

}  // namespace nnzip::mixer_reference
