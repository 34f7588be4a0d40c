// SPDX-License-Identifier: Apache-2.0
// PNG files made by hand, with whatever is unusual about them.
#pragma once

#include "unit/deflate_samples.h"
#include "unwrap/checksums.h"

namespace nnzip::test {

struct PngSettings {
  std::uint32_t width = 37, height = 23;
  std::uint8_t depth = 8, type = 2;
  bool interlaced = false;
  ZlibSettings zlib = {};
  std::size_t chunk = 8192;              // bytes of all chunks but the last
  std::vector<std::size_t> chunks = {};  // if there are any: of the first ones
  Bytes trailer = {};                    // instead of the Adler-32, if there is one
  std::string before = {};               // of a chunk before the image
};

inline void put_big(std::uint32_t value, Bytes& out) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(std::uint8_t(value >> shift));
}

inline void put_png_chunk(const std::string& name, std::span<const std::uint8_t> data, Bytes& out) {
  put_big(static_cast<std::uint32_t>(data.size()), out);
  const std::size_t begin = out.size();
  out.insert(out.end(), name.begin(), name.end());
  out.insert(out.end(), data.begin(), data.end());
  put_big(crc32(std::span(out).subspan(begin)), out);
}

inline std::size_t png_row_bytes(const PngSettings& settings) {
  constexpr std::uint32_t kChannels[] = {1, 0, 3, 1, 2, 0, 4};
  return (settings.width * kChannels[settings.type] * settings.depth + 7) / 8;
}

// Rows that are slopes with noise, behind filters of all kinds.
inline Bytes png_rows(const PngSettings& settings) {
  Bytes rows = Random(settings.width).bytes((png_row_bytes(settings) + 1) * settings.height);
  for (std::size_t i = 0; i < rows.size(); ++i)
    rows[i] = static_cast<std::uint8_t>(rows[i] % (i % (png_row_bytes(settings) + 1) == 0 ? 5 : 4));
  return rows;
}

// rows: what the zlib stream holds.
inline Bytes png_file(const PngSettings& settings, const Bytes& rows) {
  Bytes file{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'}, header;
  put_big(settings.width, header);
  put_big(settings.height, header);
  const std::uint8_t rest[] = {settings.depth, settings.type, 0, 0, settings.interlaced};
  header.insert(header.end(), rest, rest + sizeof rest);
  put_png_chunk("IHDR", header, file);
  if (!settings.before.empty())
    put_png_chunk("tEXt", Bytes(settings.before.begin(), settings.before.end()), file);

  Bytes data{0x78, 0x9C};
  const Bytes stream = zlib_deflate(rows, settings.zlib);
  data.insert(data.end(), stream.begin(), stream.end());
  if (settings.trailer.empty()) {
    put_big(adler32(rows), data);
  } else {
    data.insert(data.end(), settings.trailer.begin(), settings.trailer.end());
  }
  std::span<const std::uint8_t> left = data;
  for (const std::size_t size : settings.chunks) {
    put_png_chunk("IDAT", left.first(size), file);
    left = left.subspan(size);
  }
  while (left.size() > settings.chunk) {
    put_png_chunk("IDAT", left.first(settings.chunk), file);
    left = left.subspan(settings.chunk);
  }
  put_png_chunk("IDAT", left, file);
  put_png_chunk("IEND", {}, file);
  return file;
}

inline Bytes png_file(const PngSettings& settings) {
  return png_file(settings, png_rows(settings));
}

}  // namespace nnzip::test
