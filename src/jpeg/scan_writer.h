// SPDX-License-Identifier: Apache-2.0
// Writes the entropy-coded data of a scan from coefficients: the inverse of scan_reader.h.
#pragma once

#include "base/bytes.h"
#include "jpeg/jpeg_frame.h"

namespace nnzip::jpeg {

// Appends the scan, but no more than `most` bytes and a block. False if it has more, or if a table
// has no code for what is to be written: then it has all whole bytes before that.
bool write_scan(const Frame& frame, const Scan& scan, const Coefficients& coefficients, int padding,
                std::size_t most, Bytes& out);

}  // namespace nnzip::jpeg
