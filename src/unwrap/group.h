// SPDX-License-Identifier: Apache-2.0
// A group: content with wrapped stretches near each other, opened as one and closed again to the
// same bytes. FORMAT.md has the layout of the plan.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "unwrap/wrappers.h"

namespace nnzip {

// Stretches of one wrapper.
struct WrapperCount {
  std::uint8_t number = 0;
  std::uint32_t stretches = 0;  // at least 1
  bool operator==(const WrapperCount&) const = default;
};

inline constexpr std::size_t kMaxGroupStretches = std::size_t{1} << 14;

// What a group opens to: the plan, then what is between stretches, then their parts.
struct OpenedGroup {
  std::vector<WrapperCount> wrappers;  // by number
  std::vector<OpenedPart>
      runs;  // the opened content; neighbours of one layout, or of none, are one, but JPEG files
  std::size_t opened_bytes = 0;  // of all runs
};

struct OpenLimits {
  std::size_t opened = 0;  // bytes that a group may open to
  std::size_t side = 0;    // bytes of side data of a stretch
};

// Calls a task for each number below the count, maybe at the same time.
using ForEach = std::function<void(std::size_t count, const std::function<void(std::size_t)>&)>;

// stretches: as find_wrapped() gives them, kMaxGroupStretches at most; they count from the
// content's beginning. Those that do not open, or not within the limits, stay closed. Nothing if
// all do, or if the plan does not lead back to what has been tried. Memory: about 10 bytes a byte
// opened, and three times the content.
std::optional<OpenedGroup> open_group(std::span<const std::uint8_t> content,
                                      std::span<const FoundStretch> stretches,
                                      const OpenLimits& limits, const ForEach& for_each);

// opened: all runs, one after the other. Fills content; false for what open_group() does not make.
// Precondition: all wrappers are known.
bool close_group(std::span<const WrapperCount> wrappers, std::span<const std::uint8_t> opened,
                 const ForEach& for_each, std::span<std::uint8_t> content);

// Where a wrapped stretch of the content is in what the group opens to.
struct StretchPlace {
  struct Piece {
    std::size_t at = 0, bytes = 0;
  };
  Piece content;
  std::vector<Piece> opened;
};
// opened: as close_group() takes it. The rest of the content stands in the opened content from
// `gaps` on, in its order; before that is the plan. Precondition: close_group() takes it.
struct GroupPlaces {
  std::size_t gaps = 0;
  std::vector<StretchPlace> stretches;
};
GroupPlaces places_of(std::span<const WrapperCount> wrappers, std::span<const std::uint8_t> opened,
                      std::size_t content_bytes);

}  // namespace nnzip
