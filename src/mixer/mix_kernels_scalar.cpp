// SPDX-License-Identifier: Apache-2.0
// The sums of the mixing networks as they are defined: any machine.
#include <cstdint>

#include "mixer/mix_kernels.h"

namespace nnzip::mixer {
namespace {

void look_up(ContextLanes& lanes, const KernelTables& tables, std::int32_t* first,
             std::int32_t* second) noexcept {
  for (std::int32_t i = 0; i < kLanes; ++i) {
    const std::int32_t mask = lanes.states[i] != 0 ? -1 : 0;
    const std::uint32_t counter = lanes.counters[i * 256 + lanes.states[i]];
    lanes.current[i] = counter;
    first[i] = tables.stretch[counter >> 20] & mask;
    second[i] = ((static_cast<std::int32_t>(counter >> 16) - 32768) >> 4) & mask;
  }
}

void learn(ContextLanes& lanes, const KernelTables& tables, std::int32_t bit,
           std::uint32_t limit) noexcept {
  const std::int64_t target = bit != 0 ? (1 << 22) - 1 : 0;
  for (std::int32_t i = 0; i < kLanes; ++i) {
    const std::uint32_t counter = lanes.current[i];
    const std::uint32_t count = counter & 1023;
    const std::int64_t p = counter >> 10;
    const std::int64_t step = ((target - p) * tables.reciprocal[count]) >> 16;
    lanes.counters[i * 256 + lanes.states[i]] =
        static_cast<std::uint32_t>(p + step) << 10 | (count < limit ? count + 1 : count);
  }
}

void dot(const std::int32_t* inputs, std::int32_t n, const std::int32_t* const* weights,
         std::int32_t sets, std::int32_t* sums) noexcept {
  for (std::int32_t k = 0; k < sets; ++k) {
    std::int32_t sum = 0;
    for (std::int32_t i = 0; i < n; ++i) sum += (inputs[i] * weights[k][i]) >> 8;
    sums[k] = sum;
  }
}

void train(const std::int32_t* inputs, std::int32_t n, std::int32_t* const* weights,
           std::int32_t sets, const std::int32_t* errors) noexcept {
  for (std::int32_t k = 0; k < sets; ++k) {
    const std::int32_t error = errors[k];
    if (error == 0) continue;
    for (std::int32_t i = 0; i < n; ++i) {
      std::int32_t w = weights[k][i] + ((inputs[i] * error + (1 << 13)) >> 14);
      w = w < kWeightLimit ? w : kWeightLimit;
      weights[k][i] = w > -kWeightLimit ? w : -kWeightLimit;
    }
  }
}

}  // namespace

const MixKernels kScalarMixKernels = {"scalar", look_up, learn, dot, train};

}  // namespace nnzip::mixer
