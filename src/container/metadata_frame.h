// SPDX-License-Identifier: Apache-2.0
// A frame that holds no content but says something of it; the layout is FORMAT.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "container/input_buffer.h"
#include "container/tail_reader.h"

namespace nnzip {

// What the payload is. Readers pass over types that they do not know.
enum class MetadataType : std::uint8_t {
  kDirectory = 1,
  kNames = 2,
  kPart = 3,
  kApplication = 4,
};

constexpr std::array<std::uint8_t, 4> kMetadataMagic{0xF7, 0x4E, 0x5A, 0x1B};
constexpr std::uint64_t kMaxPayloadBytes = std::uint64_t{1} << 30;

struct MetadataPlace {
  std::uint8_t type = 0;
  std::uint64_t offset = 0;  // in the file, of its magic
  std::uint64_t bytes = 0;   // of the whole metadata frame
  bool operator==(const MetadataPlace&) const = default;
};

// Throws Error(kLimitExceeded).
void write_metadata_frame(MetadataType type, std::span<const std::uint8_t> payload, Bytes& out);

// Reads what follows the magic, checks it and keeps nothing. Throws Error(kTruncated, kCorrupt,
// kLimitExceeded).
MetadataPlace pass_metadata_frame(InputBuffer& in);

struct FoundMetadata : MetadataPlace {
  std::span<const std::uint8_t> payload;  // valid until the reader is used again
};

// The metadata frame that ends at that place of the file. Nothing if there is none, it is damaged,
// or larger than what is sought from the end. Throws Error(kReadFailed, kTruncated).
std::optional<FoundMetadata> find_metadata_frame(TailReader& in, std::uint64_t end);

}  // namespace nnzip
