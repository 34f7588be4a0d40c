// SPDX-License-Identifier: Apache-2.0
// Frames as a directory would tell them, found by their headers.
#pragma once

#include <vector>

#include "container/container_reader.h"
#include "container/directory.h"

namespace nnzip {

// The frame that next_frame() has just given, passing over it. Hashes are not known.
ListedFrame walk_frame(const FrameHeader& header, ContainerReader& reader);

// All frames of the file: by directories or the index if they tell all, else by walking.
std::vector<ListedFrame> all_frames(SeekableReader& file);

}  // namespace nnzip
