// SPDX-License-Identifier: Apache-2.0
// Reversible transforms of blocks of sound. FILTERS.md defines them.
//
// The content is that of a block whose layout has Form::kSamples, from the start of a frame. It may
// end anywhere; bytes of a number that is not whole stay as they are.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "layout/layout.h"

namespace nnzip::filter {

// Reverses the bytes of each number, and makes signed ones of one byte unsigned. Its own inverse.
// The mixer predicts sound high byte first.
void reverse_numbers(std::span<std::uint8_t> content, const Layout& layout);

// How many low bits are 0 in all numbers: 0 to 8 * number_bytes() - 1.
int unused_low_bits(std::span<const std::uint8_t> content, const Layout& layout);

// Replaces each number by its distance from what SamplePredictor expects, folded so that small
// distances of both signs become small numbers, the high byte first. unused_bits: at most
// unused_low_bits(). target: see find_sample_kernels; all give the same bytes.
void to_residuals(std::span<std::uint8_t> content, const Layout& layout, int unused_bits,
                  const std::string& target = "");

// The inverse. Takes any bytes, and any unused_bits from 0 to 8 * number_bytes() - 1.
void from_residuals(std::span<std::uint8_t> content, const Layout& layout, int unused_bits,
                    const std::string& target = "");

}  // namespace nnzip::filter
