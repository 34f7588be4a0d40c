// SPDX-License-Identifier: Apache-2.0
// What a prompt is, and what of it is kept.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "layout/layout.h"

namespace nnzip {

// Content to go on from: samples stand high byte first, as predictors want them.
struct Prompt {
  Layout layout;
  Bytes head;             // before the content, as it is written in the end
  Bytes known;            // content that is kept
  std::size_t bytes = 0;  // of the content, that which is made included
};

// bytes: how many are wanted, 0 for as many as fit: see SampleOptions. Throws
// Error(kInvalidArgument) for an image or sound that cannot be gone on with.
Prompt read_prompt(std::span<const std::uint8_t> prompt, std::uint64_t bytes);

// What is written of all content.
Bytes written(const Prompt& prompt, Bytes content);

}  // namespace nnzip
