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

class LiteralFetcher {
 public:
  // Decodes the literals of a block; throws Error if it is damaged.
  using Decode = std::function<Bytes(CodedBlock block)>;

  // frame_number: as Place has it. Takes the frame, which must stay, as the table says it is.
  LiteralFetcher(const ListedFrame& frame, std::uint64_t frame_number, SeekableReader& file,
                 Decode decode);

  // Fills `out` from that place on, counted in literals of the frame. Throws Error.
  void read(std::uint64_t place, std::span<std::uint8_t> out);

  // Of what is kept. Forgets the block that was not needed for longest; false if there is none.
  std::uint64_t memory_bytes() const { return decoded_bytes_; }
  bool forget_one();

 private:
  struct Decoded {
    Bytes literals;
    std::uint64_t needed = 0;  // counts reads
  };
  struct Source {
    std::uint64_t literals_at = 0, offset = 0;
  };

  std::span<const std::uint8_t> literals_of(std::size_t block);

  const ListedFrame& frame_;
  std::uint64_t frame_number_;
  SeekableReader& file_;
  Decode decode_;
  std::vector<Source> sources_;             // of all blocks
  std::map<std::size_t, Decoded> decoded_;  // of some
  std::size_t decoded_bytes_ = 0;
  std::uint64_t reads_ = 0;
};

}  // namespace nnzip
