// SPDX-License-Identifier: Apache-2.0
// Codes the numbers of sound as what they differ by from a guess: LEAN_SAMPLES.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "base/bytes.h"
#include "coder/range_decoder.h"
#include "layout/effort.h"
#include "layout/layout.h"

namespace nnzip {

// Called after each number with the bytes that are done.
using SamplesDone = std::function<void(std::size_t)>;

// content: numbers with the high byte first, whatever the layout says: filter::reverse_numbers.
// layout: of samples. effort: small or usual. Throws std::bad_alloc.
Bytes encode_samples(std::span<const std::uint8_t> content, const Layout& layout, Effort effort,
                     const SamplesDone& done);
// Fills content. Returns false if the coded data cannot be what an encoder wrote; data that end too
// early are noticed before done() is called.
bool decode_samples(RangeDecoder& coder, const Layout& layout, Effort effort,
                    std::span<std::uint8_t> content, const SamplesDone& done);
// Bytes that each of these takes, beside content and coded data.
std::uint64_t sample_coder_memory(const Layout& layout, Effort effort, std::size_t content_bytes);

}  // namespace nnzip
