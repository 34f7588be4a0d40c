// SPDX-License-Identifier: Apache-2.0
// Copies from memory, or asks the program.
#include "api/source_reader.h"

#include <algorithm>
#include <limits>

namespace nnzip {

SourceReader::SourceReader(const nnzip_source& source) : source_(source) {
  if (source.read != nullptr) return;
  if (source.data == nullptr && source.size > 0) {
    throw Error(ErrorCode::kInvalidArgument, "the source has neither a function nor data.");
  }
  if (source.size > std::numeric_limits<std::size_t>::max()) {
    throw Error(ErrorCode::kInvalidArgument, "the source is larger than memory can be.");
  }
}

std::size_t SourceReader::read(std::span<std::uint8_t> buffer) {
  const auto wanted = static_cast<std::size_t>(
      std::min<std::uint64_t>(buffer.size(), source_.size - std::min(offset_, source_.size)));
  if (wanted == 0) return 0;
  if (source_.read == nullptr) {
    std::copy_n(static_cast<const std::uint8_t*>(source_.data) + offset_, wanted, buffer.begin());
    offset_ += wanted;
    return wanted;
  }
  const std::ptrdiff_t given = source_.read(source_.data, offset_, buffer.data(), wanted);
  if (given < 1 || static_cast<std::size_t>(given) > wanted) {
    throw Error(ErrorCode::kReadFailed, "the program's read function failed at byte " +
                                            std::to_string(offset_) + " of its source.");
  }
  offset_ += static_cast<std::uint64_t>(given);
  return static_cast<std::size_t>(given);
}

bool SourceReader::skip(std::uint64_t n) {
  const bool enough = offset_ <= source_.size && n <= source_.size - offset_;
  offset_ = enough ? offset_ + n : source_.size;
  return enough;
}

}  // namespace nnzip
