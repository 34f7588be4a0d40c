// SPDX-License-Identifier: Apache-2.0
// Calls of nnzip.h on byte strings, for tests.
#pragma once

#include <algorithm>
#include <cstring>
#include <set>
#include <string>
#include <thread>

#include "nnzip/nnzip.h"
#include "unit/tiny_models.h"

namespace nnzip::test {

// The options for a model; it must outlive them.
inline nnzip_options c_options(const TinyModel& model) {
  nnzip_options options;
  nnzip_options_init(&options, sizeof options);
  options.model = model.name.c_str();
  options.model_path = model.folder.path.c_str();
  options.threads = 1;
  return options;
}

inline nnzip_options c_options_without_model() {
  nnzip_options options;
  nnzip_options_init(&options, sizeof options);
  options.model = "none";
  return options;
}

// Both return the status and set out, which has at first as many bytes as it may get.
inline int c_compress(const Bytes& content, Bytes& out, const nnzip_options& options) {
  std::size_t size = 1;
  const int status =
      nnzip_compress(out.data(), out.size(), &size, content.data(), content.size(), &options);
  out.resize(size);
  return status;
}
inline int c_decompress(const Bytes& packed, Bytes& out, const nnzip_options& options) {
  std::size_t size = 1;
  const int status =
      nnzip_decompress(out.data(), out.size(), &size, packed.data(), packed.size(), &options);
  out.resize(size);
  return status;
}

inline Bytes c_compressed(const Bytes& content, const nnzip_options& options) {
  Bytes packed(nnzip_compress_bound(content.size()));
  if (c_compress(content, packed, options) != NNZIP_OK) throw std::runtime_error("no frame");
  return packed;
}

// A program's file, which knows how much was asked of it and in which thread, and can fail.
struct AskedFile {
  Bytes data;
  bool fails = false;
  std::size_t bytes = 0;
  std::set<std::thread::id> threads = {};

  static std::ptrdiff_t read(void* file, std::uint64_t offset, void* buffer, std::size_t size) {
    auto& self = *static_cast<AskedFile*>(file);
    self.threads.insert(std::this_thread::get_id());
    if (self.fails) return -1;
    size = std::min(size, std::size_t{10'000});
    self.bytes += size;
    std::memcpy(buffer, self.data.data() + offset, size);
    return static_cast<std::ptrdiff_t>(size);
  }
  nnzip_source source() { return {read, this, data.size()}; }
};

inline bool last_error_says(const std::string& words) {
  return std::string(nnzip_last_error()).find(words) != std::string::npos;
}

}  // namespace nnzip::test
