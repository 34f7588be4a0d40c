// SPDX-License-Identifier: Apache-2.0
// What each byte of content costs in the frame that it becomes.
#pragma once

#include "model/model_store.h"
#include "nnzip/costs.hpp"

namespace nnzip {

// See costs.hpp.
CostSummary content_costs(std::span<const std::uint8_t> content, const ModelStore& store,
                          const Options& options, const CostVisitor& visitor,
                          const GuessRange& guesses);

}  // namespace nnzip
