// SPDX-License-Identifier: Apache-2.0
// Keeps the last piece.
#include "container/tail_reader.h"

#include <algorithm>

namespace nnzip {
namespace {

// The directory of some hundred frames, or the index of 10 GiB in full blocks.
constexpr std::uint64_t kFirstBytes = std::uint64_t{16} << 10;

Bytes read(SeekableReader& file, std::uint64_t begin, std::uint64_t size) {
  Bytes bytes(size);
  file.seek(begin);
  for (std::size_t filled = 0; filled < bytes.size();) {
    const std::size_t taken = file.read(std::span(bytes).subspan(filled));
    if (taken == 0) throw Error(ErrorCode::kTruncated, "the input has become shorter.");
    filled += taken;
  }
  return bytes;
}

}  // namespace

std::span<const std::uint8_t> TailReader::bytes(std::uint64_t begin, std::uint64_t end) {
  const std::uint64_t kept_end = begin_ + kept_.size();
  if (begin < begin_ || end > kept_end) {
    const bool continues = begin_ <= end && end <= kept_end;
    const std::uint64_t read_end = continues ? begin_ : end;
    const std::uint64_t read_begin = std::min(begin, end - std::min(end, kFirstBytes));
    kept_.resize(continues ? end - begin_ : 0);
    const Bytes before = read(file_, read_begin, read_end - read_begin);
    kept_.insert(kept_.begin(), before.begin(), before.end());
    begin_ = read_begin;
  }
  return std::span(kept_).subspan(begin - begin_, end - begin);
}

}  // namespace nnzip
