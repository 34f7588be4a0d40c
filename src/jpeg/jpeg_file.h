// SPDX-License-Identifier: Apache-2.0
// A whole JPEG file taken apart and put together again: JPEG.md.
//
//   the file = its outline, with the entropy-coded data of each scan behind its SOS segment, which
//   follow from the coefficients and the padding bit
#pragma once

#include <optional>

#include "base/bytes.h"
#include "jpeg/jpeg_frame.h"

namespace nnzip::jpeg {

struct JpegFile {
  Bytes outline;    // from SOI to EOI, without the data of scans
  int padding = 1;  // the bit that fills the last byte of an interval
  Coefficients coefficients;
  Headers headers;  // as they are at the first scan
};

// What the outline says before its first scan; nothing if it is none.
std::optional<Headers> read_outline(std::span<const std::uint8_t> outline);

// Nothing unless content is one JPEG file from SOI to EOI that close_jpeg makes again. Throws
// std::bad_alloc.
std::optional<JpegFile> open_jpeg(std::span<const std::uint8_t> content);

// Fills content. False if that is not what the file gives. Preconditions: headers and coefficients
// are those of the outline.
bool close_jpeg(const JpegFile& file, std::span<std::uint8_t> content);

}  // namespace nnzip::jpeg
