// SPDX-License-Identifier: Apache-2.0
// The sets of weights, how many each has, and how many of them an effort takes: MIXING.md, Mixing.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "mixer/core/mix_kernels.h"
#include "mixer/core/mixer_plan.h"

namespace nnzip::mixer {

// The sets of weights.
enum Set {
  kByPartialByte,
  kByLastByte,
  kByMatches,
  kByOrders,
  kByByteBefore,
  kByColumn,
  kByWordLength,  // or the network's confidence, or what earlier records expect
  kByLinePlace,   // or, in what has no lines, that behind the last 0
  // Of the large effort alone.
  kByThirdByte,
  kByRecordPlace,
  kByKinds,
  kByExpectedByte,
  kByByteAbove,
  kByField,
  kByZero,
  kByPair
};
inline constexpr int kSetContexts[] = {256, 256, 64,  64,  256, 256, 128, 256,
                                       256, 256, 512, 256, 256, 256, 256, 256};
inline constexpr int kFinalContexts[] = {256, 64, 64, 256, 512};
// Of machine code some are chosen otherwise.
inline constexpr int kCodeSetContexts[] = {256, 256,  64,  64,  2048, 256,  512,  2048,
                                           256, 2048, 256, 256, 256,  1024, 2048, 256};
inline constexpr int kCodeFinalContexts[] = {256, 64, 2048, 2048, 512};

// Some are each stream's own: streams of unlike content would unlearn each other's weights.
template <typename Plan>
std::array<int, Plan::sets> sets_of(const MixerPlan& plan) {
  const bool is_code = plan.layout.form == Form::kCode;
  std::array<int, Plan::sets> contexts;
  std::copy_n(is_code ? kCodeSetContexts : kSetContexts, contexts.size(), contexts.begin());
  for (const Set own : {kByPartialByte, kByMatches, kByOrders}) {
    contexts[static_cast<std::size_t>(own)] *= plan.streams;
  }
  return contexts;
}
template <typename Plan>
std::array<int, Plan::final_sets> final_sets_of(const MixerPlan& plan) {
  const bool is_code = plan.layout.form == Form::kCode;
  std::array<int, Plan::final_sets> contexts;
  std::copy_n(is_code ? kCodeFinalContexts : kFinalContexts, contexts.size(), contexts.begin());
  contexts[1] *= plan.streams;
  if (!is_code) contexts[2] *= plan.streams;
  return contexts;
}

constexpr std::int16_t part_of_one(std::int32_t hundredths) {
  return static_cast<std::int16_t>(kWeightOne * hundredths / 100);
}

// What every set has at first.
template <typename Plan>
std::array<std::int16_t, Plan::inputs> first_weights(bool network) {
  std::array<std::int16_t, Plan::inputs> weights{};
  for (int i = 0; i < Plan::contexts; ++i)
    weights[i] = part_of_one(Plan::first_weight[network ? 1 : 0]);
  for (int i = 0; i < Plan::matches; ++i) weights[Plan::match + i] = part_of_one(12);
  weights[Plan::network] = part_of_one(30);
  for (int i = 0; i < Plan::network_refiners; ++i)
    weights[Plan::network_refined + i] = part_of_one(15);
  if (Plan::has_cache) weights[Plan::cache] = weights[Plan::cache + 3] = part_of_one(2);
  return weights;
}

}  // namespace nnzip::mixer
