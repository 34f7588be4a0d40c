// SPDX-License-Identifier: Apache-2.0
// Pieces of what can seek, and a piece as a reader of its own.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "nnzip/nnzip.hpp"

namespace nnzip {

// Fills the buffer from that place. Throws Error(kTruncated, kReadFailed).
inline void read_fully(SeekableReader& in, std::uint64_t offset, std::span<std::uint8_t> buffer) {
  in.seek(std::min(offset, in.size()));
  while (!buffer.empty()) {
    const std::size_t size = in.read(buffer);
    if (size == 0) throw Error(ErrorCode::kTruncated, "the input ends too early.");
    buffer = buffer.subspan(size);
  }
}

// Reads `length` bytes from where the reader stands, which nobody else must use meanwhile.
class PieceReader : public Reader {
 public:
  PieceReader(Reader& in, std::uint64_t length) : in_(in), left_(length) {}

  std::size_t read(std::span<std::uint8_t> buffer) override {
    const std::uint64_t wanted = std::min<std::uint64_t>(left_, buffer.size());
    if (wanted == 0) return 0;
    const std::size_t size = in_.read(buffer.first(static_cast<std::size_t>(wanted)));
    left_ -= size;
    return size;
  }

  std::uint64_t left() const { return left_; }

 private:
  Reader& in_;
  std::uint64_t left_;
};

}  // namespace nnzip
