// SPDX-License-Identifier: Apache-2.0
// Reads a file from its end towards its beginning, in few and large pieces.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

// An index or a directory that is longer is not sought from the end; blocks are met one after the
// other then. In full blocks of 4 MiB an index of this length tells of more than 16 TiB.
constexpr std::uint64_t kMaxSoughtBytes = std::uint64_t{64} << 20;

class TailReader {
 public:
  explicit TailReader(SeekableReader& file) : file_(file) {}

  // The bytes from `begin` up to `end`, valid until the next call. They are read in one piece, with
  // what stands before them up to some KiB; of the piece before, what is asked for again is kept.
  // Precondition: begin <= end <= the file's size. Throws Error(kReadFailed, kTruncated).
  std::span<const std::uint8_t> bytes(std::uint64_t begin, std::uint64_t end);

  SeekableReader& file() const { return file_; }

 private:
  SeekableReader& file_;
  std::uint64_t begin_ = 0;  // in the file, of the bytes kept
  Bytes kept_;
};

}  // namespace nnzip
