// SPDX-License-Identifier: Apache-2.0
// Looks for wrapped stretches in a window that slides over content, and says which of them are near
// each other. All offsets count from the window's beginning.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "unwrap/wrappers.h"

namespace nnzip {

class StretchSearch {
 public:
  // Bytes that the end of a window must be away for what begins there to be told in time.
  static constexpr std::size_t kLookahead = std::size_t{64} << 10;

  // max_opened, enough_opened: bytes that the stretches of a group open to at most, and from which
  // on it is not made longer.
  StretchSearch(std::size_t max_opened, std::size_t enough_opened)
      : max_opened_(max_opened), enough_opened_(enough_opened) {}

  // window: the content as far as it is known; last: to its end. Returns whether what begins it can
  // be told; if not, a longer window is wanted, or give_up().
  bool look_at(std::span<const std::uint8_t> window, bool last);
  void give_up();

  // Stretches that one group may have, and what it is of.
  struct Near {
    std::size_t begin = 0, end = 0;
    std::vector<FoundStretch> stretches;
    std::size_t opened_bytes = 0;
  };
  // The first ones, if there are any.
  std::optional<Near> near();

  // Nothing but what near() gives begins before.
  std::size_t searched() const { return searched_; }
  std::size_t seen() const { return seen_; }

  // So many stretches are not to be told again.
  void drop(std::size_t stretches);
  // The window moves on.
  void pass(std::size_t bytes);

 private:
  // The first stretches that belong together.
  struct Run {
    std::size_t count = 0, begin = 0, end = 0, wrapped_bytes = 0, worth = 0, opened_bytes = 0;
    bool closed = false;  // whatever comes next
  };
  Run first_run() const;
  bool joins(const Run& run, const FoundStretch& next) const;
  std::size_t end_of(const Run& run) const;  // with the content behind it, if that is short
  bool is_worth(const Run& run) const;
  void find_in(std::span<const std::uint8_t> window);

  std::size_t max_opened_, enough_opened_;
  std::deque<FoundStretch> found_;
  std::size_t searched_ = 0;
  std::size_t seen_ = 0;     // the longest window so far
  bool saw_end_ = false;     // of the content
  bool unfinished_ = false;  // something begins at searched_ that is not whole
};

}  // namespace nnzip
