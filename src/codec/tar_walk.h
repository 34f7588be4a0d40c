// SPDX-License-Identifier: Apache-2.0
// From one member of a tar archive to the next, by their headers alone.
#pragma once

#include <cstdint>

#include "nnzip/nnzip.hpp"

namespace nnzip {

class TarWalk {
 public:
  // An archive of ustar, pax or GNU tar that begins with the reader's first byte.
  explicit TarWalk(SeekableReader& archive) : archive_(archive), size_(archive.size()) {}

  // Where the first member begins whose first byte is at `least` or behind it; headers that say
  // more of a member (pax, long names) belong to it. The size of the archive if there is none.
  // `least` must not be smaller than in the call before. Throws Error(kInvalidArgument) where there
  // is no header, Error(kReadFailed).
  std::uint64_t member_at(std::uint64_t least);

 private:
  void pass_member();

  SeekableReader& archive_;
  std::uint64_t size_;
  std::uint64_t at_ = 0;  // of the next member
};

}  // namespace nnzip
