// SPDX-License-Identifier: Apache-2.0
// Reads the entropy-coded data of a scan into coefficients.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "jpeg/jpeg_frame.h"

namespace nnzip::jpeg {

// data: from the scan's first byte on. padding: the bit that fills the last bytes of intervals,
// once it is known. Returns the bytes of the scan, up to the marker behind it; nothing if it is
// damaged, or such that no writer of ours would make it.
std::optional<std::size_t> read_scan(const Frame& frame, const Scan& scan,
                                     std::span<const std::uint8_t> data,
                                     std::optional<int>& padding, Coefficients& coefficients);

}  // namespace nnzip::jpeg
