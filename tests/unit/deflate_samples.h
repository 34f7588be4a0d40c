// SPDX-License-Identifier: Apache-2.0
// Deflate streams made by the system's zlib.
#pragma once

#include <zlib.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "base/bytes.h"
#include "unit/tiny_models.h"

namespace nnzip::test {

struct ZlibSettings {
  int level = 6, window_bits = 15, memory_level = 8, strategy = Z_DEFAULT_STRATEGY;
  int flush = Z_NO_FLUSH;  // after every flush_every bytes
  std::size_t flush_every = 0;
};

// A raw stream.
inline Bytes zlib_deflate(const Bytes& content, const ZlibSettings& settings) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, settings.level, Z_DEFLATED, -settings.window_bits,
                       settings.memory_level, settings.strategy) == Z_OK);
  Bytes out(2 * content.size() + 4096);
  stream.next_in = const_cast<Bytef*>(content.data());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  for (std::size_t left = content.size(); settings.flush_every != 0 && left > settings.flush_every;
       left -= settings.flush_every) {
    stream.avail_in = static_cast<uInt>(settings.flush_every);
    REQUIRE(deflate(&stream, settings.flush) == Z_OK);
  }
  stream.avail_in = static_cast<uInt>(content.size() - stream.total_in);
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline Bytes file_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

// Prose, of at most that many bytes.
inline Bytes prose(std::size_t bytes) {
  Bytes content = file_bytes(NNZIP_SOURCE_DIR "/src/container/FORMAT.md");
  const Bytes more = file_bytes(NNZIP_SOURCE_DIR "/LICENSE");
  content.insert(content.end(), more.begin(), more.end());
  content.resize(std::min(bytes, content.size()));
  return content;
}

// Prose, noise, one byte, prose again.
inline Bytes mixture(std::size_t bytes) {
  Bytes content = prose(bytes / 4);
  const Bytes noise = Random(7).bytes(bytes / 4);
  content.insert(content.end(), noise.begin(), noise.end());
  content.resize(content.size() + bytes / 4, 'x');
  const Bytes again = prose(bytes / 4);
  content.insert(content.end(), again.begin(), again.end());
  return content;
}

}  // namespace nnzip::test
