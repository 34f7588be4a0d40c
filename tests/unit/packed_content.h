// SPDX-License-Identifier: Apache-2.0
// A model file around any content, so that damage reaches the parser behind the checksums.
#pragma once

#include <zstd.h>

#include "base/bytes.h"
#include "base/hash.h"

namespace nnzip::test {

inline Bytes packed_content(const Bytes& content) {
  Bytes packed(ZSTD_compressBound(content.size()));
  packed.resize(ZSTD_compress(packed.data(), packed.size(), content.data(), content.size(), 1));
  Bytes file;
  ByteWriter out(file);
  out.bytes(Bytes{0xF7, 'n', 'z', 'm', 0, 0, 0, 0});
  out.bytes(sha256(content));
  out.u64(content.size());
  out.u64(packed.size());
  out.u64(xxh64(content));
  out.bytes(packed);
  return file;
}

}  // namespace nnzip::test
