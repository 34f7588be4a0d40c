// SPDX-License-Identifier: Apache-2.0
// The sums of the mixing networks as they are defined: any machine.
#include <cstdint>

#include "mixer/core/mix_kernels.h"

namespace nnzip::mixer {
namespace {

constexpr std::int32_t kPartialSums = 16;

std::int32_t clamp(std::int32_t x, std::int32_t low, std::int32_t high) {
  return x < low ? low : x > high ? high : x;
}

void dot(const std::int16_t* inputs, std::int32_t n, const std::int16_t* const* weights,
         std::int32_t sets, std::int32_t* logits) noexcept {
  for (std::int32_t k = 0; k < sets; ++k) {
    std::int32_t partial[kPartialSums] = {};
    for (std::int32_t i = 0; i < n; i += 2 * kPartialSums) {
      for (std::int32_t j = 0; j < kPartialSums; ++j) {
        const std::int32_t at = i + 2 * j;
        partial[j] += inputs[at] * weights[k][at] + inputs[at + 1] * weights[k][at + 1];
      }
    }
    std::int32_t sum = 0;
    for (std::int32_t j = 0; j < kPartialSums; ++j) sum += partial[j] >> 4;
    logits[k] = clamp(sum >> 10, -kLogitLimit, kLogitLimit);
  }
}

void train(const std::int16_t* inputs, std::int32_t n, std::int16_t* const* weights,
           std::int32_t sets, const std::int32_t* errors) noexcept {
  for (std::int32_t k = 0; k < sets; ++k) {
    const std::int32_t error = errors[k];
    for (std::int32_t i = 0; i < n; ++i) {
      const std::int32_t w = weights[k][i] + ((inputs[i] * error + (1 << 14)) >> 15);
      weights[k][i] = static_cast<std::int16_t>(clamp(w, -32768, 32767));
    }
  }
}

void learn(std::uint32_t* counters, std::int32_t n, const std::uint16_t* reciprocal,
           std::int32_t bit, std::uint32_t limit) noexcept {
  const std::int64_t target = bit != 0 ? (1 << 22) - 1 : 0;
  for (std::int32_t i = 0; i < n; ++i) {
    const std::uint32_t count = counters[i] & 1023;
    const std::int64_t p = counters[i] >> 10;
    const std::int64_t step = ((target - p) * reciprocal[count]) >> 16;
    counters[i] = static_cast<std::uint32_t>(p + step) << 10 | (count < limit ? count + 1 : count);
  }
}

std::int32_t nearest(const std::uint32_t* signatures, std::int32_t n, const std::uint32_t* query,
                     std::int32_t reach, std::int32_t near, std::uint16_t* distances,
                     std::uint32_t* places, std::int32_t* least) noexcept {
  *least = 256;
  for (std::int32_t i = 0; i < n; ++i) {
    std::int32_t bits = 0;
    for (std::int32_t k = 0; k < 8; ++k)
      bits += __builtin_popcount(signatures[i * 8 + k] ^ query[k]);
    distances[i] = static_cast<std::uint16_t>(bits);
    if (bits < *least) *least = bits;
  }
  std::int32_t found = 0;
  const std::int32_t most = *least + reach > near ? *least + reach : near;
  for (std::int32_t i = 0; i < n; ++i) {
    if (distances[i] <= most) places[found++] = static_cast<std::uint32_t>(i);
  }
  return found;
}

}  // namespace

const MixKernels kScalarMixKernels = {"scalar", dot, train, learn, nearest};

}  // namespace nnzip::mixer
