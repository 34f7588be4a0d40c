// SPDX-License-Identifier: Apache-2.0
// A whole JPEG file taken apart and put together again: JPEG.md.
//
//   the file = its outline, with the entropy-coded data of each scan behind its SOS segment, which
//   follow from the coefficients and the padding bit
//   a cut one = the beginning of such a file whose last scan goes on as if nothing were left to
//   say, and a tail in place of what it would be
#pragma once

#include <optional>

#include "base/bytes.h"
#include "jpeg/jpeg_frame.h"

namespace nnzip::jpeg {

struct JpegFile {
  std::size_t bytes = 0;  // that it has in content
  Bytes outline;    // from SOI to EOI or, of a cut file, to its last scan, without scans' data
  int padding = 1;  // the bit that fills the last byte of an interval
  bool cut = false;
  Bytes tail;  // of a cut file
  Coefficients coefficients;
  Headers headers;  // as they are at the first scan
};

// What the outline says before its first scan; nothing if it is none.
std::optional<Headers> read_outline(std::span<const std::uint8_t> outline);

// The file that content begins with, as close_jpeg makes it again. If it ends or is damaged within
// its scans, all of the content is a cut file. Throws std::bad_alloc.
std::optional<JpegFile> open_jpeg(std::span<const std::uint8_t> content);

// Makes the file at the beginning of content; a cut one fills it. Returns its bytes, 0 if that is
// not what the file gives. Preconditions: headers and coefficients are those of the outline.
std::size_t close_jpeg(const JpegFile& file, std::span<std::uint8_t> content);

}  // namespace nnzip::jpeg
