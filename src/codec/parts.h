// SPDX-License-Identifier: Apache-2.0
// Where the parts of content and of compressed files begin and end.
#pragma once

#include "model/model_store.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

// See nnzip.hpp.
ContentPart find_content_part(SeekableReader& content, std::uint64_t number, std::uint64_t count,
                              Cut cut);
ContentPart find_frames_part(SeekableReader& file, std::uint64_t number, std::uint64_t count);
Summary compress_content_part(SeekableReader& content, const ContentPart& part, Writer& writer,
                              const ModelStore& store, const Options& options);

}  // namespace nnzip
