// SPDX-License-Identifier: Apache-2.0
// Reads no more than is allowed, however long a pipe is.
#include "content_file.h"

#include <algorithm>

#include "file_io.h"

namespace nnzip {

std::vector<std::uint8_t> read_content(const std::string& path,
                                       const std::optional<ByteRange>& range, std::uint64_t most,
                                       const std::string& what) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  InputFile input(path);
  std::uint64_t left = most + 1;
  if (range) {
    left = std::min(left, range->length);
    if (!input.reader().skip(range->offset)) left = 0;
  }
  std::vector<std::uint8_t> content;
  while (left > 0) {
    const std::size_t before = content.size();
    content.resize(before + static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece)));
    const std::size_t size = input.reader().read(std::span(content).subspan(before));
    content.resize(before + size);
    left -= size;
    if (size == 0) break;
  }
  if (content.size() > most) {
    throw Error(ErrorCode::kInvalidArgument,
                input.label() + " has more than " + std::to_string(most) + " bytes; " + what);
  }
  return content;
}

}  // namespace nnzip
