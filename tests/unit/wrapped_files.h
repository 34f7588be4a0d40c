// SPDX-License-Identifier: Apache-2.0
// Files with deflate streams in them.
#pragma once

#include <string>
#include <vector>

#include "unit/content_samples.h"
#include "unit/deflate_samples.h"

namespace nnzip::test {

inline Bytes gzip_file(const Bytes& content, const ZlibSettings& settings = {}) {
  return FileMaker()
      .text("\x1F\x8B\x08")
      .zeros(6)
      .little(3, 1)
      .data(zlib_deflate(content, settings))
      .little(::crc32(0, content.data(), static_cast<uInt>(content.size())), 4)
      .little(content.size(), 4);
}

// Local headers and streams, without a directory.
inline Bytes zip_file(const std::vector<Bytes>& members) {
  FileMaker file;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Bytes stream = zlib_deflate(members[i], {});
    file.text("PK\x03\x04").little(20, 2).zeros(2).little(8, 2).zeros(4);
    file.little(::crc32(0, members[i].data(), static_cast<uInt>(members[i].size())), 4);
    file.little(stream.size(), 4).little(members[i].size(), 4).little(3, 2).zeros(2);
    file.text("m" + std::to_string(10 + i)).data(stream);
  }
  return file;
}

// Wrapped so many times; what a stream makes of a stream is hardly smaller, so noise comes along.
inline Bytes nested_gzip(Bytes content, int times) {
  for (int i = 0; i < times; ++i) {
    Bytes more = gzip_file(content);
    const Bytes words = prose(3000 + 500 * static_cast<std::size_t>(i));
    more.insert(more.end(), words.begin(), words.end());
    content = std::move(more);
  }
  return content;
}

}  // namespace nnzip::test
