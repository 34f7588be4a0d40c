// SPDX-License-Identifier: Apache-2.0
// Codes the coefficients of all components, block after block, by the decisions of JPEG.md.
#pragma once

#include <cstdint>
#include <functional>

#include "coder/range_decoder.h"
#include "coder/range_encoder.h"
#include "jpeg/jpeg_frame.h"

namespace nnzip::jpeg {

// progress: called with the part of the blocks that is done, in 1/65536.
void encode_coefficients(const Headers& headers, const Coefficients& coefficients,
                         RangeEncoder& coder,
                         const std::function<void(std::uint32_t)>& progress = {});

// Fills them, zeros before. False if the coded data end too early.
bool decode_coefficients(const Headers& headers, Coefficients& coefficients, RangeDecoder& coder,
                         const std::function<void(std::uint32_t)>& progress = {});

}  // namespace nnzip::jpeg
