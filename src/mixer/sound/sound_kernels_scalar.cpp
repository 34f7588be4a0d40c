// SPDX-License-Identifier: Apache-2.0
// The loops over distributions as they are defined: any machine.
#include <cstdint>

#include "mixer/core/mix_kernels.h"
#include "mixer/sound/sound_kernels.h"

namespace nnzip::mixer {
namespace {

// ln(1 + exp(z)).
std::int64_t softplus_of(std::int64_t z, const std::uint32_t* table) {
  const std::int64_t magnitude = z < 0 ? -z : z;
  const std::int64_t rest = z < 0 ? 0 : z;
  if (magnitude >= 4096 * 16) return rest;
  const std::uint32_t entry = table[magnitude >> 4];
  const std::uint32_t fraction = magnitude & 15;
  return rest + (entry & 0xFFFF) - ((entry >> 16) * fraction >> 4);
}

void integrals(const SoundShapes& s, std::int32_t n, std::int64_t x, const std::uint32_t* softplus,
               std::int64_t* at) noexcept {
  for (std::int32_t i = 0; i < n; ++i) {
    at[i] = softplus_of(((s.centre[i] - x) * s.inverse[i]) >> s.shift[i], softplus);
  }
}

void logits_of(const SoundShapes& s, std::int32_t n, const std::int64_t* low,
               const std::int64_t* high, std::int64_t width, std::int16_t* logits) noexcept {
  for (std::int32_t i = 0; i < n; ++i) {
    std::int64_t x = (low[i] - high[i] - ((width * s.inverse[i]) >> s.shift[i])) >> 4;
    x = x < kLogitLimit ? x : kLogitLimit;
    logits[i] = static_cast<std::int16_t>(x > -kLogitLimit ? x : -kLogitLimit);
  }
}

}  // namespace

const SoundKernels kScalarSoundKernels = {"scalar", integrals, logits_of};

}  // namespace nnzip::mixer
