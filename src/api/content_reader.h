// SPDX-License-Identifier: Apache-2.0
// Any part of compressed data, in portions of any size, without decoding a block twice in a row.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "codec/literal_fetcher.h"
#include "container/frame_table.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

class ContentReader {
 public:
  // The file must live as long. Reads where blocks are; throws Error.
  ContentReader(SeekableReader& file, Options options);

  std::uint64_t size() const { return ends_.empty() ? 0 : ends_.back(); }

  // Fills out with the content from offset on; returns how many bytes, fewer only where the content
  // ends. Throws Error.
  std::size_t read(std::uint64_t offset, std::span<std::uint8_t> out);

 private:
  std::uint64_t begin_of(std::size_t block) const { return block == 0 ? 0 : ends_[block - 1]; }
  void decode(std::uint64_t offset, std::span<std::uint8_t> out);
  std::size_t read_some(std::uint64_t offset, std::span<std::uint8_t> out);

  SeekableReader& file_;
  Options options_;
  FrameTable table_;
  std::vector<std::uint64_t> ends_;  // of each block, in all content
  std::uint64_t kept_at_ = 0;        // where the block that is kept begins
  std::vector<std::uint8_t> kept_;
  LiteralCache literals_;  // that copies have needed
};

}  // namespace nnzip
