// SPDX-License-Identifier: Apache-2.0
// Reads and writes .nnzm files; the layout is MODEL_FORMAT.md.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "base/bytes.h"
#include "model/architecture.h"
#include "model/model_store.h"

namespace nnzip {

// What stands before the packed content.
struct ModelFileHeader {
  static constexpr std::size_t kSize = 64;
  ModelHash hash{};  // SHA-256 of the content
  std::uint64_t content_bytes = 0, packed_bytes = 0;
  std::uint64_t content_checksum = 0;  // XXH64
};

// The canonical unpacked content: equal models give equal bytes.
Bytes model_content(const Model& model);

// The whole file. Throws Error(kModelUnsupported, kModelCorrupt) if the model breaks a limit.
Bytes pack_model(const Model& model);

// Throw Error(kModelCorrupt, kModelUnsupported); `what` names the file in messages.
ModelFileHeader read_model_header(std::span<const std::uint8_t> file, const std::string& what);
Model unpack_model(std::span<const std::uint8_t> file, const std::string& what);
// As unpack_model, and compares the SHA-256 of the content with the header.
Model verify_model_file(std::span<const std::uint8_t> file, const std::string& what);

// "text-d128l4-0123456789ab": prefix, shape, the first 12 digits of the hash.
std::string model_name(const std::string& prefix, const Config& config, const ModelHash& hash);

// For people: "width 128, 4 layers, ...".
std::string describe(const Config& config);

}  // namespace nnzip
