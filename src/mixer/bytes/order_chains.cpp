// SPDX-License-Identifier: Apache-2.0
#include "mixer/bytes/order_chains.h"

#include <algorithm>

#include "mixer/bytes/bit_history.h"
#include "mixer/bytes/context_table.h"
#include "mixer/core/logistic.h"

namespace nnzip::mixer {
namespace {

// Sums of a line stay below 2^31: 2^19 * 3071 + 2^21 * 256.
constexpr std::int32_t kScaleLimit = (1 << 19) - 1, kShiftLimit = (1 << 21) - 1;

struct Rung {
  std::uint32_t context;
  bool first;  // stands on the last byte's own counter, not on the rung before
};
constexpr std::array<Rung, OrderChains::kRungs> kTable = {{{row_of("order2"), true},
                                                           {row_of("order3"), false},
                                                           {row_of("order4"), false},
                                                           {row_of("order5"), false},
                                                           {row_of("order6"), false},
                                                           {row_of("order8"), false},
                                                           {row_of("word"), true},
                                                           {row_of("wordpair"), false},
                                                           {row_of("wordthree"), false}}};

}  // namespace

OrderChains::OrderChains(std::size_t contexts, std::size_t row) : lines_(contexts * row) {
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const std::size_t history = i % 256;
    lines_[i] = history == 0 ? Line{1 << 16, 0}
                             : Line{1 << 15, 256 * stretch(kHistories.probability[history])};
  }
}

void OrderChains::add(const std::uint32_t* places, std::int32_t order1, std::int16_t* x) {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    Line* const line = line_[i] = lines_.data() + places[kTable[i].context];
    below_[i] = kTable[i].first ? order1 : logit_[i - 1];
    logit_[i] = clamp_logit((line->scale * below_[i] + line->shift * 256) >> 16);
    x[i] = static_cast<std::int16_t>(logit_[i]);
  }
}

void OrderChains::learn(int bit) {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    Line& line = *line_[i];
    const std::int32_t error = ((bit << 16) - squash(logit_[i])) >> 1;
    line.scale =
        std::clamp(line.scale + ((error * below_[i] + (1 << 14)) >> 15), -kScaleLimit, kScaleLimit);
    line.shift = std::clamp(line.shift + ((error + 64) >> 7), -kShiftLimit, kShiftLimit);
  }
}

}  // namespace nnzip::mixer
