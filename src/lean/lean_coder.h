// SPDX-License-Identifier: Apache-2.0
// Codes bytes bit by bit as a few contexts predict them, whose weighted logits are one or a few
// short vectors: LEAN.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "coder/range_decoder.h"
#include "coder/range_encoder.h"
#include "layout/effort.h"
#include "layout/layout.h"
#include "lean/byte_tree.h"
#include "mixer/core/expected_byte.h"

namespace nnzip {

class LeanCoder {
 public:
  // layout: of bytes or of machine code. effort: small or usual. tree: of bytes that
  // all of the content is among. Throws std::bad_alloc.
  static std::unique_ptr<LeanCoder> make(std::size_t content_bytes, const Layout& layout,
                                         Effort effort, const lean::ByteTree& tree);
  virtual ~LeanCoder() = default;

  // Bytes that a coder takes at most.
  static std::uint64_t memory_bytes(std::size_t content_bytes, Effort effort);

  // The next byte. Precondition: fewer than content_bytes were coded.
  virtual void encode(std::uint8_t byte, RangeEncoder& coder) = 0;
  // expected: what the match expects of it is filled in; may be null.
  virtual std::uint8_t decode(RangeDecoder& coder, ExpectedByte* expected) = 0;
};

}  // namespace nnzip
