// SPDX-License-Identifier: Apache-2.0
// Where the frames and blocks of a file are, found from its end without reading them.
#pragma once

#include <cstdint>
#include <vector>

#include "container/directory.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

struct FrameTable {
  std::uint64_t begin = 0;  // from here to the end of the file there is nothing but these frames
  std::vector<ListedFrame> frames;  // and metadata; offsets are from the beginning of the file
};

// What directories say: the last one, the one that ends where the bytes that it describes begin,
// and so on. Leaves the reader anywhere. Throws Error(kReadFailed, kTruncated).
FrameTable directory_table(SeekableReader& file);

// The same, and if what no directory describes is one frame of several blocks, the index of that.
FrameTable frame_table(SeekableReader& file);

}  // namespace nnzip
