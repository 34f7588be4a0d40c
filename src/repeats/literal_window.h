// SPDX-License-Identifier: Apache-2.0
// The last literals of a frame, which copies are made of. Both sides keep them.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>

#include "base/bytes.h"
#include "container/copy_data.h"

namespace nnzip {

// Places count literals from the frame's first one.
class LiteralWindow {
 public:
  // begin: the first place that will be here.
  explicit LiteralWindow(std::uint64_t begin = 0) : begin_(begin), end_(begin), origin_(begin) {}

  std::uint64_t begin() const { return begin_; }
  std::uint64_t end() const { return end_; }

  void append(std::span<const std::uint8_t> literals);
  // Takes the last ones back. Precondition: begin() <= end <= end().
  void truncate(std::uint64_t end) { end_ = end; }
  // Frees what it can.
  void drop_before(std::uint64_t place);

  // Of the literals from a place on, as many as lie in one piece of memory. Precondition: begin()
  // <= place < end().
  std::span<const std::uint8_t> at(std::uint64_t place) const;
  std::uint8_t byte_at(std::uint64_t place) const { return *at(place).data(); }
  // Precondition: all of them are here.
  void read(std::uint64_t place, std::span<std::uint8_t> out) const;

  // Bytes of memory.
  std::uint64_t memory_bytes() const { return pieces_.size() * kPieceBytes; }

 private:
  static constexpr std::size_t kPieceBytes = std::size_t{256} << 10;
  std::uint64_t begin_, end_;
  std::uint64_t origin_;  // the place that the first piece begins with
  std::deque<std::unique_ptr<std::uint8_t[]>> pieces_;
};

// The content of a block, from its literals and copies. read: fills `out` with the literals from
// `source` on, as Copy has it.
Bytes splice(std::span<const std::uint8_t> literals, std::span<const Copy> copies,
             const std::function<void(std::int64_t source, std::span<std::uint8_t> out)>& read);

}  // namespace nnzip
