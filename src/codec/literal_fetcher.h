// SPDX-License-Identifier: Apache-2.0
// Literals of blocks before a range, which blocks of the range copy: these blocks are read where a
// table says that they are, and decoded.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "container/container_reader.h"

namespace nnzip {

// Literals of some blocks of a file, by where the blocks begin. Those not needed for longest are
// forgotten first.
class LiteralCache {
 public:
  // Null if they are not kept.
  const Bytes* find(std::uint64_t block_offset);
  const Bytes& add(std::uint64_t block_offset, Bytes literals);

  std::uint64_t bytes() const { return bytes_; }
  bool forget_one();  // false if there is none
  void shrink_to(std::uint64_t bytes) {
    while (bytes_ > bytes && forget_one()) continue;
  }

 private:
  struct Entry {
    Bytes literals;
    std::uint64_t needed = 0;
  };

  std::map<std::uint64_t, Entry> entries_;
  std::uint64_t bytes_ = 0;
  std::uint64_t searches_ = 0;
};

class LiteralFetcher {
 public:
  // Decodes the literals of a block; throws Error if it is damaged.
  using Decode = std::function<Bytes(CodedBlock block)>;

  // frame_number: as Place has it. Takes the frame, which must stay, as the table says it is.
  // cache: of this file, which must stay as it is as long as the cache is used.
  LiteralFetcher(const ListedFrame& frame, std::uint64_t frame_number, SeekableReader& file,
                 LiteralCache& cache, Decode decode);

  // Fills `out` from that place on, counted in literals of the frame. Throws Error.
  void read(std::uint64_t place, std::span<std::uint8_t> out);

 private:
  struct Source {
    std::uint64_t literals_at = 0, offset = 0;
  };

  const Bytes& literals_of(std::size_t block);

  const ListedFrame& frame_;
  std::uint64_t frame_number_;
  SeekableReader& file_;
  LiteralCache& cache_;
  Decode decode_;
  std::vector<Source> sources_;  // of all blocks
};

}  // namespace nnzip
