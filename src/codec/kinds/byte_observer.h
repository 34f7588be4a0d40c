// SPDX-License-Identifier: Apache-2.0
// Looks on while a block is decoded.
#pragma once

#include <cstddef>
#include <cstdint>

#include "coder/distribution.h"
#include "coder/range_decoder.h"
#include "mixer/core/expected_byte.h"

namespace nnzip {

// Hears of each byte of a block that a range coder decodes, but of JPEG files, whose coefficients
// are no bytes; of zstd and of what is stored nothing.
class ByteObserver {
 public:
  virtual ~ByteObserver() = default;
  // position: in what the filters made of the content. cost: in 1/65536 bits. network: null for
  // none. Called by several threads at once for different positions.
  virtual void byte(std::size_t position, std::int64_t cost, const Distribution* network,
                    const ExpectedByte& expected) = 0;
};

// Tells the observer, if there is one, of a byte when it is decoded.
class ObservedByte {
 public:
  ObservedByte(ByteObserver* observer, const RangeDecoder& coder)
      : observer_(observer), coder_(coder), before_(observer == nullptr ? 0 : coder.cost()) {}

  // For the mixer to fill; null if nobody looks.
  ExpectedByte* expected() { return observer_ == nullptr ? nullptr : &expected_; }

  void decoded(std::size_t position, const Distribution* network) {
    if (observer_ == nullptr) return;
    observer_->byte(position, coder_.cost() - before_, network, expected_);
  }

 private:
  ByteObserver* observer_;
  const RangeDecoder& coder_;
  std::int64_t before_;
  ExpectedByte expected_;
};

}  // namespace nnzip
