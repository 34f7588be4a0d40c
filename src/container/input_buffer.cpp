// SPDX-License-Identifier: Apache-2.0
// Fills in large pieces, hands out small ones.
#include "container/input_buffer.h"

#include <algorithm>

namespace nnzip {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} << 10;
// Behind what is passed over there may be but a header before the next that is.
constexpr std::size_t kHeaderBytes = std::size_t{4} << 10;

}  // namespace

std::string to_string(const Place& place) {
  std::string text = place.metadata ? "metadata before frame " + std::to_string(place.frame + 1)
                                    : "frame " + std::to_string(place.frame);
  if (place.block != 0) text += ", block " + std::to_string(place.block);
  return text + " (at byte " + std::to_string(place.offset) + ")";
}

bool InputBuffer::at_end() {
  if (begin_ < buffer_.size()) return false;
  if (ended_) return true;
  taken_ += buffer_.size();
  begin_ = 0;
  buffer_.resize(after_skip_ ? kHeaderBytes : kBufferBytes);
  after_skip_ = false;
  std::size_t filled = 0;
  try {
    filled = in_.read(buffer_);
  } catch (...) {
    buffer_.clear();
    throw;
  }
  buffer_.resize(filled);
  ended_ = filled == 0;
  return ended_;
}

std::uint8_t InputBuffer::u8() {
  std::uint8_t byte = 0;
  read({&byte, 1});
  return byte;
}

std::uint64_t InputBuffer::little_endian(int size) {
  std::uint64_t value = 0;
  for (int i = 0; i < size; ++i) value |= std::uint64_t{u8()} << (8 * i);
  return value;
}

std::uint64_t InputBuffer::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 63; shift += 7) {
    const std::uint8_t byte = u8();
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if ((byte & 0x80) == 0) {
      if (byte == 0 && shift != 0) break;
      return value;
    }
  }
  fail(ErrorCode::kCorrupt, "a number is not written the shortest way");
}

void InputBuffer::enter(const Place& place, SeekableReader& in) {
  place_ = place;
  if (place.offset >= position() && place.offset - position() <= kBufferBytes) {
    return skip(place.offset - position());
  }
  in.seek(place.offset);
  buffer_.clear();
  begin_ = 0;
  taken_ = place.offset;
  ended_ = false;
}

void InputBuffer::skip(std::uint64_t size) {
  while (size > 0) {
    // What is near comes with what will be read next.
    if (begin_ == buffer_.size() && size > kBufferBytes) {
      if (ended_ || !in_.skip(size)) truncated();
      taken_ += size;
      after_skip_ = true;
      return;
    }
    if (at_end()) truncated();
    const auto step =
        static_cast<std::size_t>(std::min<std::uint64_t>(size, buffer_.size() - begin_));
    begin_ += step;
    size -= step;
  }
}

void InputBuffer::truncated() const {
  fail(ErrorCode::kTruncated, "the input ends too early; it is incomplete");
}

void InputBuffer::read(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    if (at_end()) truncated();
    const std::size_t size = std::min(out.size(), buffer_.size() - begin_);
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), size, out.begin());
    begin_ += size;
    out = out.subspan(size);
  }
}

void InputBuffer::fail(ErrorCode code, const std::string& problem) const {
  throw Error(code, to_string(place()) + ": " + problem + ".");
}

}  // namespace nnzip
