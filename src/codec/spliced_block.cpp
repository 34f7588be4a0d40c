// SPDX-License-Identifier: Apache-2.0
// The list of copies stands before the block of literals.
#include "codec/spliced_block.h"

#include <utility>

namespace nnzip {
namespace {

CopyData read_placed(const CodedBlock& block, const FrameHeader& frame) try {
  return read_copies(block.header, block.coded, frame.models.size(), frame.log2_window);
} catch (const Error& error) {
  const bool too_short = error.code() == ErrorCode::kTruncated;
  throw Error(too_short ? ErrorCode::kCorrupt : error.code(),
              to_string(block.place) + ": within the block with copies: " + error.what());
}

}  // namespace

Coded with_copies(std::span<const Copy> copies, const Coded* literals, std::size_t models) {
  Coded block;
  block.header.kind = BlockKind::kCopies;
  for (const Copy& copy : copies) block.header.copied_bytes += copy.length;
  write_copies(copies, block.data);
  if (literals == nullptr) return block;
  write_block_header(literals->header, models, block.data);
  block.data.insert(block.data.end(), literals->data.begin(), literals->data.end());
  return block;
}

std::optional<Splice> take_copies(CodedBlock& block, const FrameHeader& frame) {
  if (block.header.kind != BlockKind::kCopies) return std::nullopt;
  CopyData data = read_placed(block, frame);
  Splice splice{std::exchange(block.header, data.literals), std::move(data.copies)};
  if (block.header.kind == BlockKind::kEnd) {
    block.header.kind = BlockKind::kStored;
    block.coded.clear();
    return splice;
  }
  const auto list_bytes = static_cast<std::ptrdiff_t>(block.coded.size() - data.coded.size());
  block.coded.erase(block.coded.begin(), block.coded.begin() + list_bytes);
  check_header(block);
  return splice;
}

}  // namespace nnzip
