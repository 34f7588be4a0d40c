// SPDX-License-Identifier: Apache-2.0
// How wide the calls to sessions are: as the engine prefers, within bounds.
#pragma once

#include <algorithm>
#include <cstddef>

#include "backend/backend.h"

namespace nnzip {

// Whether threads wait for it while it computes, and it likes many of them to.
inline bool is_wide_device(const Engine& engine) { return engine.preferred().lanes >= 512; }

struct CallShape {
  // Of one call for all lanes, whatever a backend answers: a distribution takes 1 KiB.
  static constexpr int kMaxRows = 16384;

  explicit CallShape(const Engine& engine) {
    const Width width = engine.preferred();
    const int bounded = std::clamp(width.lanes, 1, kMaxRows);
    lanes = static_cast<std::size_t>(bounded);
    positions = static_cast<std::size_t>(std::clamp(width.positions, 1, kMaxRows));
  }

  std::size_t rows() const { return std::min<std::size_t>(lanes * positions, kMaxRows); }
  // Positions of so many lanes that are computed at once where content is known.
  std::size_t window(std::size_t active) const {
    return std::clamp<std::size_t>(rows() / active, 1, positions);
  }

  std::size_t lanes = 1, positions = 1;  // as in Width
};

}  // namespace nnzip
