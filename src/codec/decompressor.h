// SPDX-License-Identifier: Apache-2.0
// Frames to content.
#pragma once

#include "codec/literal_fetcher.h"
#include "container/frame_table.h"
#include "model/model_store.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

// See nnzip.hpp. The store is asked only when a block needs its model.
Summary decompress_frames(Reader& reader, Writer& writer, const ModelStore& store,
                          const Options& options);

// Only the content from offset to offset + length, and only the blocks that hold it.
Summary decompress_frames_range(Reader& reader, Writer& writer, std::uint64_t offset,
                                std::uint64_t length, const ModelStore& store,
                                const Options& options);

// The same of a file whose frame_table() is known. cache: of calls before for the same file.
Summary decompress_frames_range(SeekableReader& file, const FrameTable& table, Writer& writer,
                                std::uint64_t offset, std::uint64_t length, const ModelStore& store,
                                const Options& options, LiteralCache* cache = nullptr);

}  // namespace nnzip
