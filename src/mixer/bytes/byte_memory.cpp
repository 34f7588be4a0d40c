// SPDX-License-Identifier: Apache-2.0
// What a block of bytes takes.
#include "mixer/bytes/byte_predictor.h"
#include "mixer/bytes/weight_sets.h"

namespace nnzip::mixer {

template <Effort kEffort>
std::size_t BytePredictorOf<kEffort>::memory_bytes(const MixerPlan& plan) {
  const TableSizes sizes(plan.content_bytes, kEffort);
  const std::size_t refiner = std::size_t{64} << log2_refined(plan.content_bytes);
  return plan.content_bytes + (std::size_t{64} << sizes.log2_lines) +
         kMatches * (std::size_t{4} << sizes.log2_matches) + 2 * refiner +
         (plan.network ? refiner : 0) +
         (plan.network && Plan::has_cache ? NeuralCache::kBytes + 2 * refiner : 0) +
         decltype(sets_)::memory_bytes(sets_of<Plan>(plan), final_sets_of<Plan>(plan)) +
         sizeof(Stream) * static_cast<std::size_t>(plan.streams) +
         FurtherState::kMostBytes * plan.streams +
         (kEffort == Effort::kLarge ? FurtherState::kPairBytes * plan.streams : 0) +
         (Plan::has_chains ? OrderChains::memory_bytes(kContexts, kRowCounters) : 0) +
         (Plan::has_chains && has_pairs(plan) ? std::size_t{64} << kLog2Pairs : 0) +
         (std::size_t{1} << 20);  // the rest, generously
}

template std::size_t BytePredictorOf<Effort::kUsual>::memory_bytes(const MixerPlan& plan);
template std::size_t BytePredictorOf<Effort::kLarge>::memory_bytes(const MixerPlan& plan);

}  // namespace nnzip::mixer
