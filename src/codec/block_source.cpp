// SPDX-License-Identifier: Apache-2.0
// A window that slides over the content. It is made longer while something wrapped goes on.
#include "codec/block_source.h"

#include <algorithm>
#include <cstring>

#include "codec/parallel.h"
#include "container/group_data.h"
#include "container/span_reader.h"
#include "jpeg/jpeg_coder.h"
#include "unwrap/jpeg_extent.h"
#include "unwrap/wrap_jpeg.h"

namespace nnzip {
namespace {

constexpr std::size_t kFirstReadBytes = std::size_t{64} << 10;
// A group that opens to so many blocks, or to one longer than so many bytes, is long enough: what
// is opened learns no more from each other.
constexpr std::size_t kEnoughBlocks = 4, kEnoughBytes = std::size_t{16} << 20;

// JPEG files in a block that learn from each other: bytes, and blocks of coefficients.
constexpr std::size_t kJointBytes = std::size_t{1} << 20;
constexpr std::uint32_t kJointBlocks = std::uint32_t{1} << 16;

// Blocks of coefficients of the JPEG file that the stretch is; 0 of none, or of one that takes much
// memory.
std::uint32_t jpeg_blocks_of(std::span<const std::uint8_t> content, const FoundStretch& stretch) {
  const auto extent = jpeg_extent(content.subspan(stretch.offset, stretch.bytes));
  return !extent || !extent->whole || extent->blocks > kJointBlocks ? 0 : extent->blocks;
}

bool is_bad_jpeg(std::span<const std::uint8_t> content, const FoundStretch& stretch) {
  if (stretch.wrapper != &kJpegWrapper) return false;
  return jpeg_blocks_of(content, stretch) == 0 ||
         !is_whole_jpeg(content.subspan(stretch.offset, stretch.bytes));
}

// What JPEG files of so many bytes and blocks of coefficients in all take together, if all blocks
// but one are half full.
std::uint64_t joint_memory(std::size_t bytes, std::size_t blocks) {
  const std::uint64_t full = 2 * (bytes / kJointBytes + blocks / kJointBlocks);
  return (full + 1) * jpeg_memory({std::min(bytes, kJointBytes), jpeg_layout(kJointBlocks)});
}

// Puts JPEG files into blocks. Between two of them nothing else becomes a block.
class FileJoiner {
 public:
  explicit FileJoiner(std::vector<SourceBlock>& out) : out_(out) {}

  void add(const Bytes& file) {
    const std::uint32_t blocks = jpeg_extent(file).value_or(JpegExtent{}).blocks;
    if (files_ == 0 || files_ == kMaxJpegFiles || blocks_ + blocks > kJointBlocks ||
        out_.back().content.size() + file.size() > kJointBytes) {
      files_ = blocks_ = 0;
      out_.emplace_back();
    }
    ++files_;
    blocks_ += blocks;
    SourceBlock& block = out_.back();
    block.content.insert(block.content.end(), file.begin(), file.end());
    block.segment = {block.content.size(), jpeg_layout(blocks_), false};
  }

 private:
  std::vector<SourceBlock>& out_;
  std::uint32_t files_ = 0, blocks_ = 0;  // in the last block
};

// What open_group() takes, and the blocks that are made of it.
std::uint64_t memory_to_open(const StretchSearch::Near& near) {
  return 10 * std::uint64_t{near.opened_bytes} + 3 * std::uint64_t{near.end};
}

std::size_t bytes_to_code(const StretchSearch::Near& near) {
  std::size_t bytes = near.opened_bytes + near.end;
  for (const FoundStretch& stretch : near.stretches) bytes -= stretch.bytes;
  return bytes;
}

// Of rows or frames that are not cut.
std::size_t unit_of(const Layout& layout) {
  return layout.form == Form::kPixels ? layout.stride : layout.element;
}

}  // namespace

std::uint64_t jpeg_memory(const Segment& segment) {
  if (segment.layout.form != Form::kJpeg) return 0;
  return 2 * segment.bytes + jpeg_memory_bytes(most_jpeg_blocks(segment.layout), segment.bytes);
}

std::size_t SourceBlock::opened_bytes() const {
  std::size_t sum = 0;
  for (const SourceBlock& block : inner) sum += block.content.size() + block.opened_bytes();
  return sum;
}

std::size_t SourceBlock::blocks() const {
  std::size_t sum = inner.size();
  for (const SourceBlock& block : inner) sum += block.blocks();
  return sum;
}

std::uint64_t source_memory(std::size_t block_bytes) {
  return 2 * Detector(block_bytes).window_bytes();
}

BlockSource::BlockSource(Reader& in, std::size_t block_bytes, Unwrapping unwrapping,
                         const Layout& described)
    : in_(in),
      block_bytes_(block_bytes),
      detector_(block_bytes, described),
      unwrapping_(std::move(unwrapping)),
      search_(0, 0) {}

std::uint64_t BlockSource::memory_bytes() const {
  return ended_ ? buffer_.size() : std::max(most_buffered(), buffer_.size());
}

bool BlockSource::at_end() {
  fill(detector_.window_bytes());
  return begin_ == end_;
}

std::optional<SourceBlock> BlockSource::next() {
  if (at_end()) return {};
  std::size_t most = block_bytes_;
  if (!is_limited_) limit_to_memory();
  if (unwrapping_.max_opened != 0) {
    if (auto group = next_group(most)) return group;
  }
  const Segment segment = next_segment(most);
  const Window content = window(segment.bytes);
  SourceBlock block{Bytes(content.begin(), content.end()), segment};
  pass(segment.bytes);
  return block;
}

Segment BlockSource::next_segment(std::size_t most) {
  std::size_t seen = detector_.window_bytes();
  Segment segment = detector_.next(window(seen), most);
  while (segment.bytes == 0) {
    const std::uint64_t memory = 2 * std::uint64_t{segment.wanted};
    if (fits(memory, block_bytes_)) {
      group_memory_ = std::max(group_memory_, memory);
      seen = segment.wanted;
      fill(seen);
    }
    segment = detector_.next(window(seen), most);
  }
  const bool all = ended_ && begin_ == 0 && segment.bytes == end_;
  const std::uint64_t memory = jpeg_memory(segment);
  if (memory != 0 && !fits(memory, all ? segment.bytes : block_bytes_)) {
    segment.layout = {};
    segment.compressed = true;
  }
  return segment;
}

// What looks wrapped may open to as much before it proves to be none.
void BlockSource::limit_to_memory() {
  constexpr std::size_t kLeast = std::size_t{1} << 20;
  std::size_t& most = unwrapping_.max_opened;
  while (most != 0 && !fits(2 * std::uint64_t{most}, 0)) most = most / 2 < kLeast ? 0 : most / 2;
  search_ = StretchSearch(
      most, std::max(block_bytes_, std::min(kEnoughBlocks * block_bytes_, kEnoughBytes)));
  is_limited_ = true;
}

// The group that begins here, if there is one; else `before` becomes the bytes before the next.
std::optional<SourceBlock> BlockSource::next_group(std::size_t& before) {
  while (true) {
    search();
    const auto near = search_.near();
    before = near ? near->begin : search_.searched();
    if (before != 0) return {};
    if (auto group = open(*near)) {
      detector_.skip(group->content.size());
      pass(group->content.size());
      return group;
    }
    search_.drop(near->stretches.size());
  }
}

void BlockSource::search() {
  std::size_t wanted = std::max(detector_.window_bytes(), search_.seen());
  const auto told = [&] {
    return search_.look_at(window(wanted), ended_ && end_ - begin_ <= wanted);
  };
  while (!told()) {
    if (wanted >= kMaxWholeBytes || !fits(std::uint64_t{2} * wanted, block_bytes_))
      return search_.give_up();
    wanted = std::min<std::size_t>(2 * wanted, kMaxWholeBytes);
    fill(wanted);
  }
}

// Those that are worth it, if coding them fits the memory.
void BlockSource::choose_jpegs(StretchSearch::Near& near) const {
  std::erase_if(near.stretches, [&](const FoundStretch& stretch) {
    return is_bad_jpeg(window(near.end), stretch);
  });
  std::size_t bytes = 0, blocks = 0;
  for (const FoundStretch& stretch : near.stretches) {
    if (stretch.wrapper != &kJpegWrapper) continue;
    bytes += stretch.bytes;
    blocks += jpeg_blocks_of(window(near.end), stretch);
  }
  const std::uint64_t memory = memory_to_open(near) + joint_memory(bytes, blocks);
  if (bytes == 0 || fits(memory, std::min(bytes_to_code(near), block_bytes_))) return;
  std::erase_if(near.stretches,
                [](const FoundStretch& stretch) { return stretch.wrapper == &kJpegWrapper; });
}

std::optional<SourceBlock> BlockSource::open(StretchSearch::Near near) {
  choose_jpegs(near);
  const std::uint64_t memory = memory_to_open(near);
  if (!fits(memory, std::min(bytes_to_code(near), block_bytes_))) return {};
  group_memory_ = std::max(group_memory_, memory);
  const Window content = window(near.end);
  const std::size_t limit = std::min(unwrapping_.max_opened, unwrapping_.left);
  auto opened = open_group(content, near.stretches, {limit, unwrapping_.max_side},
                           [&](std::size_t count, const std::function<void(std::size_t)>& task) {
                             parallel_for(unwrapping_.threads, count, task);
                           });
  if (!opened) return {};
  SourceBlock group{Bytes(content.begin(), content.end()), {content.size()}};
  group.wrappers = std::move(opened->wrappers);
  if (!cut(std::move(opened->runs), group)) return {};
  unwrapping_.left -= std::min(unwrapping_.left, group.opened_bytes());
  return group;
}

// Returns whether the group is within what the format allows.
bool BlockSource::cut(std::vector<OpenedPart> runs, SourceBlock& group) {
  std::size_t bytes = 0;
  for (const OpenedPart& run : runs) bytes += run.content.size();
  Unwrapping within = unwrapping_;
  within.left = std::min(unwrapping_.max_opened, unwrapping_.left) -
                std::min({unwrapping_.max_opened, unwrapping_.left, bytes});
  if (++within.depth >= kMaxGroupDepth) within.max_opened = 0;
  FileJoiner files(group.inner);
  for (OpenedPart& run : runs) {
    if (run.layout && run.layout->form == Form::kJpeg) {
      files.add(run.content);
    } else if (run.layout) {
      const std::size_t unit = unit_of(*run.layout);
      const std::size_t most = std::max(block_bytes_ / unit, std::size_t{1}) * unit;
      for (auto left = Window(run.content); !left.empty();) {
        const Window piece = left.first(std::min(most, left.size()));
        group.inner.push_back(
            {Bytes(piece.begin(), piece.end()), {piece.size(), *run.layout, false}});
        left = left.subspan(piece.size());
      }
    } else {
      SpanReader in(run.content);
      BlockSource blocks(in, block_bytes_, within);
      while (auto block = blocks.next()) group.inner.push_back(std::move(*block));
      within.left = blocks.unwrapping_.left;
      group_memory_ = std::max(group_memory_, blocks.group_memory_ + bytes);
    }
    run.content = {};
  }
  return group.blocks() <= kMaxGroupBlocks && group.opened_bytes() <= kMaxOpenedBytes;
}

bool BlockSource::fits(std::uint64_t bytes, std::size_t content) const {
  return !unwrapping_.fits || unwrapping_.fits(bytes, content);
}

void BlockSource::pass(std::size_t bytes) {
  begin_ += bytes;
  search_.pass(bytes);
}

BlockSource::Window BlockSource::window(std::size_t most) const {
  return Window(buffer_).subspan(begin_, std::min(end_ - begin_, most));
}

// Until so much is there or the content ends.
void BlockSource::fill(std::size_t wanted) {
  if (begin_ > detector_.window_bytes()) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    // After a long group.
    if (buffer_.size() > most_buffered() && std::max(end_, wanted) <= most_buffered()) {
      buffer_.resize(most_buffered());
      buffer_.shrink_to_fit();
    }
  }
  while (!ended_ && end_ - begin_ < wanted) {
    if (end_ == buffer_.size()) {
      const std::size_t most = std::max(most_buffered(), begin_ + wanted);
      buffer_.resize(std::clamp(2 * end_, kFirstReadBytes, most));
    }
    const std::size_t size = in_.read(std::span(buffer_).subspan(end_));
    ended_ = size == 0;
    end_ += size;
  }
}

}  // namespace nnzip
