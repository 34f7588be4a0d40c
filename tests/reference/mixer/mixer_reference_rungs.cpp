// SPDX-License-Identifier: Apache-2.0
// MIXING_ORDERS.md.
#include <algorithm>

#include "reference/mixer/mixer_reference.h"

namespace nnzip {
namespace {

// The numbers of the contexts in their order, and the first rungs of both chains.
constexpr std::size_t kContextOf[9] = {1, 2, 3, 25, 4, 26, 5, 9, 51};
constexpr bool is_first(std::size_t rung) { return rung == 0 || rung == 6; }

}  // namespace

void MixerReference::predict_rungs() {
  for (std::size_t i = 0; i < 9; ++i) {
    auto& lines = lines_of_rungs_[i];
    if (lines.empty()) {
      lines.resize(kRunStates);
      for (std::size_t run = 0; run < kRunStates; ++run) {
        for (std::size_t state = 1; state < mixer_reference::kHistories; ++state) {
          const auto [zeros, ones, last] = mixer_reference::history(static_cast<int>(state));
          const std::int64_t first = std::int64_t{5 * ones + 2} * 65535 / (5 * (zeros + ones) + 4);
          lines[run][state] = {32768, 256 * mixer_reference::stretch(first)};
        }
      }
    }
    const std::size_t context = kContextOf[i];
    const RungLine& line = lines[run_states_[context]][slots_[context]->states[node_]];
    below_[i] = is_first(i) ? inputs_[at_.order1] : inputs_[at_.rungs + i - 1];
    inputs_[at_.rungs + i] =
        std::clamp<std::int64_t>((line.scale * below_[i] + 256 * line.shift) >> 16, -3071, 3071);
  }
}

void MixerReference::learn_rungs(int bit) {
  for (std::size_t i = 0; i < 9; ++i) {
    const std::size_t context = kContextOf[i];
    RungLine& line = lines_of_rungs_[i][run_states_[context]][slots_[context]->states[node_]];
    const std::int64_t logit = inputs_[at_.rungs + i];
    const std::int64_t error = (65536 * bit - mixer_reference::squash(logit)) >> 1;
    line.scale = std::clamp<std::int64_t>(line.scale + ((error * below_[i] + 16384) >> 15),
                                          1 - (1 << 19), (1 << 19) - 1);
    line.shift =
        std::clamp<std::int64_t>(line.shift + ((error + 64) >> 7), 1 - (1 << 21), (1 << 21) - 1);
  }
}

std::int64_t MixerReference::refine_by_pair() {
  const std::uint32_t pair = 256u * place().c(2) + place().c(1);
  pair_ = (pair * 0x9E3779B1u + c_ * 0x2C1B3C6Du) >> 15;
  return result_by_pair_.refine(pair_, x_);
}

}  // namespace nnzip
