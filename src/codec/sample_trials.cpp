// SPDX-License-Identifier: Apache-2.0
// Samples flatter a network, which knows much where contexts have learned nothing yet: where it is
// in the way even there, it helps nowhere.
#include "codec/sample_trials.h"

#include <algorithm>

#include "base/bytes.h"
#include "codec/kinds/kind_contexts.h"
#include "codec/kinds/kind_mixed.h"
#include "layout/block_plan.h"

namespace nnzip {
namespace {

constexpr std::size_t kAlignment = 16;  // of pieces: whole instructions and numbers

// So many pieces from all over the content, of `bytes` together. Precondition: there are as many.
Bytes sample_of(std::span<const std::uint8_t> content, std::size_t bytes, std::size_t pieces) {
  const std::size_t piece = bytes / pieces;
  Bytes sample;
  for (std::size_t i = 0; i < pieces; ++i) {
    const std::size_t at = (content.size() - piece) / (pieces - 1) * i / kAlignment * kAlignment;
    const auto part = content.subspan(at, piece);
    sample.insert(sample.end(), part.begin(), part.end());
  }
  return sample;
}

}  // namespace

bool network_helps(std::span<const std::uint8_t> filtered, const Layout& layout,
                   const std::shared_ptr<const Engine>& engine, int threads,
                   const NetworkTrial& rule) {
  if (filtered.size() / rule.least_part < rule.least_bytes) return true;
  const std::size_t bytes =
      std::clamp(filtered.size() / rule.part, rule.least_bytes, rule.most_bytes);
  const Bytes sample = sample_of(filtered, bytes, rule.pieces);
  const std::size_t by_contexts = encode_contexts(sample, layout).size();
  const MixedCoder coder(engine, threads);
  return coder.encode(sample, stated_plan(sample.size(), 1), layout, {}).size() <
         by_contexts + by_contexts / rule.loss;
}

bool contexts_help(std::span<const std::uint8_t> content, const CompressedTrial& rule) {
  if (content.size() < rule.bytes) return false;
  const Bytes sample = sample_of(content, rule.bytes, rule.pieces);
  return encode_contexts(sample, {}).size() < sample.size() - sample.size() / rule.gain;
}

}  // namespace nnzip
