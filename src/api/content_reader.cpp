// SPDX-License-Identifier: Apache-2.0
// Whole blocks are decoded where they are wanted, side by side; of others one is kept.
#include "api/content_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "api/fixed_writer.h"
#include "api/guarded.h"
#include "api/model_folders.h"
#include "codec/decompressor.h"

namespace nnzip {
namespace {

// Kept between calls; during a call it may be as much as copies reach back.
constexpr std::uint64_t kMostLiterals = std::uint64_t{64} << 20;

void append(std::vector<std::uint64_t>& ends, std::uint64_t content_bytes) {
  const std::uint64_t end = ends.empty() ? 0 : ends.back();
  if (content_bytes > std::numeric_limits<std::uint64_t>::max() - end) {
    throw Error(ErrorCode::kLimitExceeded, "the frames state more content than 2^64 bytes.");
  }
  ends.push_back(end + content_bytes);
}

std::vector<std::uint64_t> block_ends(SeekableReader& file, const FrameTable& table,
                                      const Options& options) {
  std::vector<std::uint64_t> ends;
  file.seek(0);
  if (table.begin > 0 || table.frames.empty()) {
    list_frames(file, options,
                [&](std::size_t, const BlockInfo& block) { append(ends, block.content_bytes); });
    return ends;
  }
  for (const ListedFrame& frame : table.frames) {
    for (const ListedBlock& block : frame.blocks) append(ends, block.content_bytes);
  }
  return ends;
}

}  // namespace

ContentReader::ContentReader(SeekableReader& file, Options options)
    : file_(file),
      options_(std::move(options)),
      table_(frame_table(file)),
      ends_(block_ends(file, table_, options_)) {}

std::size_t ContentReader::read(std::uint64_t offset, std::span<std::uint8_t> out) {
  if (offset >= size()) return 0;
  const auto wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size() - offset));
  for (std::size_t done = 0; done < wanted;) {
    done += read_some(offset + done, out.subspan(done, wanted - done));
  }
  return wanted;
}

void ContentReader::decode(std::uint64_t offset, std::span<std::uint8_t> out) {
  FixedWriter writer(out.data(), out.size());
  guarded([&] {
    return decompress_frames_range(file_, table_, writer, offset, out.size(),
                                   *model_store(options_), options_, &literals_);
  });
  literals_.shrink_to(kMostLiterals);
  if (writer.size() == out.size()) return;
  throw Error(ErrorCode::kCorrupt, "the content is shorter than its directory or index states.");
}

std::size_t ContentReader::read_some(std::uint64_t offset, std::span<std::uint8_t> out) {
  const auto block =
      static_cast<std::size_t>(std::ranges::upper_bound(ends_, offset) - ends_.begin());
  const std::uint64_t begin = begin_of(block);
  const bool is_kept = !kept_.empty() && kept_at_ == begin;
  if (offset == begin && !is_kept && ends_[block] - begin <= out.size()) {
    const auto after = std::ranges::upper_bound(ends_, offset + out.size()) - 1;
    const auto size = static_cast<std::size_t>(*after - begin);
    decode(begin, out.first(size));
    return size;
  }
  if (!is_kept) {
    kept_.clear();  // not the old block's bytes if this one cannot be decoded
    std::vector<std::uint8_t> content(static_cast<std::size_t>(ends_[block] - begin));
    decode(begin, content);
    kept_ = std::move(content);
    kept_at_ = begin;
  }
  const auto skipped = static_cast<std::size_t>(offset - begin);
  const std::size_t size = std::min(out.size(), kept_.size() - skipped);
  std::copy_n(kept_.begin() + static_cast<std::ptrdiff_t>(skipped), size, out.begin());
  return size;
}

}  // namespace nnzip
