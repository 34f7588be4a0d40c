// SPDX-License-Identifier: Apache-2.0
// Thin cover of libzstd.
#include "codec/kinds/kind_zstd.h"

#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <string>

#include "codec/kinds/kind.h"

namespace nnzip {
namespace {

constexpr std::array<std::uint8_t, 4> kZstdMagic{0x28, 0xB5, 0x2F, 0xFD};

struct Free {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

}  // namespace

// Measured with ZSTD_sizeof_CCtx for contents from 1 KB to 4 MiB; a test does so again.
std::uint64_t zstd_pack_memory(std::size_t content_bytes) {
  return (256 << 10) + std::min<std::uint64_t>(40 * std::uint64_t{content_bytes}, 56 << 20);
}

Bytes zstd_pack(std::span<const std::uint8_t> content, int level) {
  const std::unique_ptr<ZSTD_CCtx, Free> context(ZSTD_createCCtx());
  if (!context) throw std::bad_alloc();
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 0);
  // The block header has the length already; a small window then costs less than stating it.
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0);
  Bytes coded(ZSTD_compressBound(content.size()));
  const std::size_t size =
      ZSTD_compress2(context.get(), coded.data(), coded.size(), content.data(), content.size());
  if (ZSTD_isError(size) != 0) {
    if (ZSTD_getErrorCode(size) == ZSTD_error_memory_allocation) throw std::bad_alloc();
    throw Error(ErrorCode::kInternal,
                std::string("zstd failed to compress a block: ") + ZSTD_getErrorName(size) + ".");
  }
  coded.resize(size);
  coded.erase(coded.begin(), coded.begin() + kZstdMagic.size());
  return coded;
}

bool zstd_unpack(std::span<const std::uint8_t> coded, std::span<std::uint8_t> content) {
  Bytes frame(kZstdMagic.begin(), kZstdMagic.end());
  frame.insert(frame.end(), coded.begin(), coded.end());
  // Several frames in a row would be decoded as well, but are not allowed here.
  if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) return false;
  return ZSTD_decompress(content.data(), content.size(), frame.data(), frame.size()) ==
         content.size();
}

const Kind kZstdKind{
    .number = BlockKind::kZstd,
    .name = "zstd",
    .count = &BlockCounts::zstd_blocks,
    .fits = [](const BlockHeader& header, const Engine*) { return !header.states_layout(); },
    .encode = [](const BlockHeader& header, std::span<const std::uint8_t> content,
                 const Means&) { return std::vector{coded_as(header, zstd_pack(content))}; },
    .decode = [](const BlockHeader&, std::span<const std::uint8_t> coded, const Means&,
                 std::span<std::uint8_t> content) { return zstd_unpack(coded, content); },
    // Of decoding alone, where it is little; see zstd_pack_memory.
    .memory = [](const BlockHeader&, const Engine*, int) { return std::uint64_t{0}; },
};

}  // namespace nnzip
