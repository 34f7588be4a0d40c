// SPDX-License-Identifier: Apache-2.0
// Writes one frame: begin(), block() for each block, end(). With a directory behind it, if wanted.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/hash.h"
#include "container/block_header.h"
#include "container/directory.h"
#include "container/frame_header.h"
#include "container/frame_index.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

class ContainerWriter {
 public:
  // directory: whether one with the hashes of content stands behind the frame.
  explicit ContainerWriter(Writer& out, bool directory = false)
      : out_(out), directory_(directory) {}

  void begin(const FrameHeader& header);

  // Lengths and checksum of the header are taken from content and coded. literals: of a block with
  // copies what of the content is none, else all of it. Precondition: content is not empty; a frame
  // without several_blocks gets at most one block.
  void block(BlockHeader header, std::span<const std::uint8_t> content,
             std::span<const std::uint8_t> coded, std::span<const std::uint8_t> literals);
  void block(const BlockHeader& header, std::span<const std::uint8_t> content,
             std::span<const std::uint8_t> coded) {
    block(header, content, coded, content);
  }

  void end();

  std::uint64_t coded_bytes() const { return coded_bytes_; }

 private:
  void put(std::span<const std::uint8_t> data);
  void list(const ListedBlock& block, std::span<const std::uint8_t> content,
            std::span<const std::uint8_t> literals);

  Writer& out_;
  bool directory_;
  bool several_blocks_ = false, copies_ = false;
  std::size_t models_ = 0;
  Bytes pending_;  // headers, so that they need no write of their own
  bool empty_ = true;
  FrameIndex index_;
  Xxh64Stream content_hash_;
  ListedFrame listed_;  // with a directory alone
  Xxh3Stream listed_hash_;
  std::uint64_t coded_bytes_ = 0;
};

}  // namespace nnzip
