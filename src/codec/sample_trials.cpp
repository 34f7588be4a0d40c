// SPDX-License-Identifier: Apache-2.0
// Samples flatter a network, which knows much where contexts have learned nothing yet: where it is
// in the way even there, it helps nowhere.
#include "codec/sample_trials.h"

#include <algorithm>

#include "codec/kinds/kind_contexts.h"
#include "codec/kinds/kind_mixed.h"
#include "codec/sample.h"
#include "layout/block_plan.h"

namespace nnzip {
namespace {

constexpr std::size_t kAlignment = 16;  // of pieces: whole instructions and numbers

Pieces pieces_for(std::size_t bytes, std::size_t count) {
  return {.count = count, .bytes = bytes / count, .unit = kAlignment};
}

}  // namespace

NetworkGain gain_of_network(std::span<const std::uint8_t> filtered, const Layout& layout,
                            const std::shared_ptr<const Engine>& engine, int threads,
                            const NetworkTrial& rule) {
  if (filtered.size() / rule.least_part < rule.least_bytes) return NetworkGain::kMaybe;
  const std::size_t bytes =
      std::clamp(filtered.size() / rule.part, rule.least_bytes, rule.most_bytes);
  const Bytes sample = sample_of(filtered, pieces_for(bytes, rule.pieces));
  const std::size_t by_contexts = encode_contexts(sample, layout).size();
  const std::size_t mixed =
      MixedCoder(engine, threads).encode(sample, stated_plan(sample.size(), 1), layout, {}).size();
  if (mixed >= by_contexts + by_contexts / rule.loss) return NetworkGain::kNone;
  const bool clear = rule.clear != 0 && mixed < by_contexts - by_contexts / rule.clear;
  return clear ? NetworkGain::kClear : NetworkGain::kMaybe;
}

bool contexts_help(std::span<const std::uint8_t> content, const CompressedTrial& rule) {
  if (content.size() < rule.bytes) return false;
  const Bytes sample = sample_of(content, pieces_for(rule.bytes, rule.pieces));
  return encode_contexts(sample, {}).size() < sample.size() - sample.size() / rule.gain;
}

}  // namespace nnzip
