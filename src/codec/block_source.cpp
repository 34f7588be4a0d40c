// SPDX-License-Identifier: Apache-2.0
// A window that slides over the content.
#include "codec/block_source.h"

#include <algorithm>
#include <cstring>

namespace nnzip {
namespace {

constexpr std::size_t kFirstReadBytes = std::size_t{64} << 10;

}  // namespace

std::uint64_t BlockSource::memory_bytes() const {
  return ended_ ? buffer_.size() : most_buffered();
}

std::optional<SourceBlock> BlockSource::next() {
  fill();
  if (begin_ == end_) return {};
  const auto window = std::span<const std::uint8_t>(buffer_).subspan(
      begin_, std::min(end_ - begin_, detector_.window_bytes()));
  const Segment segment = detector_.next(window);
  SourceBlock block{
      Bytes(window.begin(), window.begin() + static_cast<std::ptrdiff_t>(segment.bytes)), segment};
  begin_ += segment.bytes;
  return block;
}

// Until there is a whole window or the content ends.
void BlockSource::fill() {
  if (begin_ > detector_.window_bytes()) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  while (!ended_ && end_ - begin_ < detector_.window_bytes()) {
    if (end_ == buffer_.size()) {
      buffer_.resize(std::clamp(2 * end_, kFirstReadBytes, most_buffered()));
    }
    const std::size_t size = in_.read(std::span(buffer_).subspan(end_));
    ended_ = size == 0;
    end_ += size;
  }
}

}  // namespace nnzip
