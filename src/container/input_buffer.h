// SPDX-License-Identifier: Apache-2.0
// Buffered reading of frames that knows where it is, so that every error can say it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/bytes.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

// Where in the input something stands. Frames and blocks count from 1, block 0 is the frame's own
// header; offsets count from 0. Metadata frames do not count: `frame` is the last one
// before them.
struct Place {
  std::uint64_t frame = 0;
  std::uint64_t block = 0;
  std::uint64_t offset = 0;
  bool metadata = false;
};

// "frame 1, block 2 (at byte 345)", "metadata before frame 2 (at byte 400)"
std::string to_string(const Place& place);

class InputBuffer {
 public:
  explicit InputBuffer(Reader& in) : in_(in) {}

  bool at_end();

  // Throw Error(kTruncated) when the input ends too early.
  std::uint8_t u8();
  std::uint64_t little_endian(int size);
  std::uint64_t varint();  // below 2^63, written the shortest way, else throws Error(kCorrupt)
  void read(std::span<std::uint8_t> out);
  void skip(std::uint64_t size);

  std::uint64_t position() const { return taken_ + begin_; }

  // Goes on at this place, in the midst of a frame. `in`: the reader that this buffer reads.
  void enter(const Place& place, SeekableReader& in);
  // After others have read `in`, likewise.
  void go_on(SeekableReader& in) const { in.seek(taken_ + buffer_.size()); }
  void enter_frame() { place_ = {place_.frame + 1, 0, 0}; }
  // Instead of the frame entered last.
  void enter_metadata() { place_ = {place_.frame - 1, 0, 0, true}; }
  void enter_block() { ++place_.block; }
  Place place() const { return {place_.frame, place_.block, position(), place_.metadata}; }

  // Throws Error(code) whose message is the place and the problem.
  [[noreturn]] void fail(ErrorCode code, const std::string& problem) const;

 private:
  [[noreturn]] void truncated() const;
  Reader& in_;
  Bytes buffer_;
  std::size_t begin_ = 0;    // of what is left in buffer_
  std::uint64_t taken_ = 0;  // input bytes before buffer_
  bool after_skip_ = false;
  bool ended_ = false;  // a terminal could give more after its end
  Place place_;
};

}  // namespace nnzip
