// SPDX-License-Identifier: Apache-2.0
// What has been decoded is kept until it is much.
#include "codec/literal_fetcher.h"

#include <algorithm>

#include "codec/read_fully.h"
#include "container/span_reader.h"

namespace nnzip {
namespace {

constexpr std::size_t kKeptBytes = kMaxContentBytes;
constexpr char kOtherBlock[] =
    "a block that is copied from is not the one that the directory or the index states.";

}  // namespace

LiteralFetcher::LiteralFetcher(const ListedFrame& frame, std::uint64_t frame_number,
                               SeekableReader& file, Decode decode)
    : frame_(frame), frame_number_(frame_number), file_(file), decode_(std::move(decode)) {
  Source next{0, frame.blocks_offset()};
  for (const ListedBlock& block : frame.blocks) {
    sources_.push_back(next);
    next.literals_at += block.content_bytes - block.copied_bytes;
    next.offset += block.block_bytes;
  }
}

void LiteralFetcher::read(std::uint64_t place, std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const auto behind = std::ranges::upper_bound(sources_, place, {}, &Source::literals_at);
    const auto block = static_cast<std::size_t>(behind - sources_.begin() - 1);
    const auto literals =
        literals_of(block).subspan(static_cast<std::size_t>(place - sources_[block].literals_at));
    const std::size_t size = std::min(literals.size(), out.size());
    if (size == 0) throw Error(ErrorCode::kCorrupt, kOtherBlock);
    std::copy_n(literals.begin(), size, out.begin());
    out = out.subspan(size);
    place += size;
  }
}

std::span<const std::uint8_t> LiteralFetcher::literals_of(std::size_t block) {
  const auto found = decoded_.find(block);
  if (found != decoded_.end()) return found->second;
  if (decoded_bytes_ > kKeptBytes) {
    decoded_.clear();
    decoded_bytes_ = 0;
  }
  const ListedBlock& listed = frame_.blocks[block];
  Bytes bytes(listed.block_bytes);
  read_fully(file_, sources_[block].offset, bytes);
  SpanReader source(bytes);
  InputBuffer in(source);
  CodedBlock coded;
  coded.place = {frame_number_, block + 1, sources_[block].offset};
  coded.header = read_block_header(in, frame_.header.models.size());
  coded.coded.resize(coded.header.coded_bytes);
  in.read(coded.coded);
  const std::uint32_t literals = listed.content_bytes - listed.copied_bytes;
  Bytes decoded = decode_(std::move(coded));
  if (decoded.size() != literals) {
    throw Error(ErrorCode::kCorrupt, kOtherBlock);
  }
  decoded_bytes_ += decoded.size();
  return decoded_[block] = std::move(decoded);
}

}  // namespace nnzip
