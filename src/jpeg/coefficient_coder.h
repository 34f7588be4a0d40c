// SPDX-License-Identifier: Apache-2.0
// Codes the coefficients of files, block after block, by the decisions of JPEG.md.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "coder/range_decoder.h"
#include "coder/range_encoder.h"
#include "jpeg/jpeg_file.h"

namespace nnzip::jpeg {

// Of all files together.
std::size_t blocks_of(std::span<const JpegFile> files);

// Called with the part of the blocks that is done, in 1/65536.
using CoefficientProgress = std::function<void(std::uint32_t)>;

void encode_coefficients(std::span<const JpegFile> files, RangeEncoder& coder,
                         const CoefficientProgress& progress = {});

// Fills those of each file, whose headers are known. False if the coded data end too early.
bool decode_coefficients(std::span<JpegFile> files, RangeDecoder& coder,
                         const CoefficientProgress& progress = {});

}  // namespace nnzip::jpeg
