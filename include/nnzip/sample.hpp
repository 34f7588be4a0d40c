// SPDX-License-Identifier: Apache-2.0
// The compressor as a generator: what its models expect, drawn by random numbers. Decoding random
// bits does the same; here each choice is drawn by itself, so that no bits have to be made before.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "nnzip/nnzip.hpp"

namespace nnzip {

// By whom bytes are predicted.
//   auto      the network if there is one for such content, else contexts
//   network   the network alone
//   contexts  what adapts, which knows nothing but the prompt and what it has made
//   both      as compress() mixes them; contexts soon believe in what they have made, so that it
//             repeats itself
//   gzip      as if a byte had the chance that the length of what zlib makes of all up to it says;
//             slow: all bytes are tried
//   zstd      the same of zstd, whose lengths are of whole bytes
struct SampleOptions {
  std::uint64_t seed = 1;
  std::uint64_t bytes = 0;  // 0: 2000; of an image its lower half, of sound as much as the prompt
  double temperature = 1;   // 0.1 to 4; chances are raised to the power 1/temperature
  std::string by = "auto";
};

// Bytes that can be made at once.
inline constexpr std::uint64_t kMostSample = std::uint64_t{4} << 20;
// Of gzip and zstd.
inline constexpr std::uint64_t kMostSlowSample = 4096;

// Writes the prompt and what follows it. Of a prompt that is a PPM or PGM image (8 bits) the upper
// half is kept and the lower one made; a WAV file of 8 or 16 bits gets longer. Equal seeds give
// equal bytes on all machines. The network is the level's or Options::model. Throws Error.
NNZIP_API void sample(std::span<const std::uint8_t> prompt, Writer& writer, const Options& options,
                      const SampleOptions& how);

}  // namespace nnzip
