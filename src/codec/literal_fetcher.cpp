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

const Bytes* LiteralCache::find(std::uint64_t block_offset) {
  ++searches_;
  const auto found = entries_.find(block_offset);
  if (found == entries_.end()) return nullptr;
  found->second.needed = searches_;
  return &found->second.literals;
}

const Bytes& LiteralCache::add(std::uint64_t block_offset, Bytes literals) {
  bytes_ += literals.size();
  return entries_.emplace(block_offset, Entry{std::move(literals), searches_})
      .first->second.literals;
}

bool LiteralCache::forget_one() {
  if (entries_.empty()) return false;
  const auto oldest =
      std::ranges::min_element(entries_, {}, [](const auto& entry) { return entry.second.needed; });
  bytes_ -= oldest->second.literals.size();
  entries_.erase(oldest);
  return true;
}

LiteralFetcher::LiteralFetcher(const ListedFrame& frame, std::uint64_t frame_number,
                               SeekableReader& file, LiteralCache& cache, Decode decode)
    : frame_(frame),
      frame_number_(frame_number),
      file_(file),
      cache_(cache),
      decode_(std::move(decode)) {
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
        std::span(literals_of(block))
            .subspan(static_cast<std::size_t>(place - sources_[block].literals_at));
    const std::size_t size = std::min(literals.size(), out.size());
    if (size == 0) throw Error(ErrorCode::kCorrupt, kOtherBlock);
    std::copy_n(literals.begin(), size, out.begin());
    out = out.subspan(size);
    place += size;
  }
}

const Bytes& LiteralFetcher::literals_of(std::size_t block) {
  const std::uint64_t offset = sources_[block].offset;
  if (const Bytes* const known = cache_.find(offset)) return *known;
  cache_.shrink_to(std::uint64_t{1} << frame_.header.log2_window);
  const ListedBlock& listed = frame_.blocks[block];
  Bytes bytes(listed.block_bytes);
  read_fully(file_, offset, bytes);
  SpanReader source(bytes);
  InputBuffer in(source);
  CodedBlock coded;
  coded.place = {frame_number_, block + 1, offset};
  coded.header = read_block_header(in, frame_.header.models.size());
  coded.coded.resize(coded.header.coded_bytes);
  in.read(coded.coded);
  const std::uint32_t literals = listed.content_bytes - listed.copied_bytes;
  Bytes decoded = decode_(std::move(coded));
  if (decoded.size() != literals) {
    throw Error(ErrorCode::kCorrupt, kOtherBlock);
  }
  return cache_.add(offset, std::move(decoded));
}

}  // namespace nnzip
