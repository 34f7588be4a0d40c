// SPDX-License-Identifier: Apache-2.0
// Streams that a device codes by itself, with what the network says alone. They may be those of
// many blocks and files: a device is fast with thousands of them.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "backend/backend.h"
#include "base/bytes.h"

namespace nnzip {

struct StreamToEncode {
  std::span<const std::uint8_t> content;
  Bytes coded = {};  // to fill
};

struct StreamToDecode {
  std::span<const std::uint8_t> coded;
  std::span<std::uint8_t> content;  // to fill
  bool good = false;  // whether the coded data may be what an encoder made of that content
};

// Called with the bytes of content that were coded since it was called last.
using StreamProgress = std::function<void(std::size_t)>;

// Code as RangeEncoder and RangeDecoder do, together with the streams of all who call at the same
// time with the same engine; progress is told on the calling thread. Return false if the engine
// does not code, has no room for a single lane, or failed: then all is to be coded in another way.
// Throw std::bad_alloc.
bool encode_streams(const Engine& engine, std::span<StreamToEncode> streams,
                    const StreamProgress& progress);
bool decode_streams(const Engine& engine, std::span<StreamToDecode> streams,
                    const StreamProgress& progress);

// Bytes of memory that these take at most for so many streams, beside the engine and their data.
std::uint64_t coding_memory(const Engine& engine, std::size_t streams);

}  // namespace nnzip
