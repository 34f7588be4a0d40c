// SPDX-License-Identifier: Apache-2.0
// Costs of bytes, carried over from what was coded to what it stands for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "unwrap/group.h"

namespace nnzip {

using Costs = std::vector<std::uint32_t>;  // in 1/65536 bits

std::uint64_t sum_of(std::span<const std::uint32_t> costs);

// Adds to all evenly, or takes from them, but never below 0.
void spread(std::int64_t cost, std::span<std::uint32_t> costs);

// As many bytes as stand for those: the costs of the same part of each. Precondition: both have
// bytes.
Costs resampled(std::span<const std::uint32_t> costs, std::size_t bytes);

// Of content that was folded; the list of copies falls to what is copied.
Costs unfolded(std::span<const std::uint32_t> costs, std::span<const std::uint8_t> folded,
               std::size_t content_bytes);

// Of content with wrapped stretches; the plan falls to these.
Costs closed(std::span<const std::uint32_t> opened, const GroupPlaces& places,
             std::size_t content_bytes);

}  // namespace nnzip
