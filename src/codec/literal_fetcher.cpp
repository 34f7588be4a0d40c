// SPDX-License-Identifier: Apache-2.0
// What has been decoded is kept as far as copies reach back: hardly a block is decoded twice.
#include "codec/literal_fetcher.h"

#include <algorithm>

#include "codec/read_fully.h"
#include "container/span_reader.h"

namespace nnzip {
namespace {

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
  ++reads_;
  const auto found = decoded_.find(block);
  if (found != decoded_.end()) {
    found->second.needed = reads_;
    return found->second.literals;
  }
  const std::uint64_t kept = std::uint64_t{1} << frame_.header.log2_window;
  while (decoded_bytes_ > kept && forget_one()) continue;
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
  return decoded_.emplace(block, Decoded{std::move(decoded), reads_}).first->second.literals;
}

bool LiteralFetcher::forget_one() {
  if (decoded_.empty()) return false;
  const auto oldest =
      std::ranges::min_element(decoded_, {}, [](const auto& entry) { return entry.second.needed; });
  decoded_bytes_ -= oldest->second.literals.size();
  decoded_.erase(oldest);
  return true;
}

}  // namespace nnzip
