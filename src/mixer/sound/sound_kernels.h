// SPDX-License-Identifier: Apache-2.0
// The loops over the distributions of a sample: plain pointers and sizes, one table of functions
// per target. All targets compute the same numbers.
#pragma once

#include <cstdint>
#include <string>

namespace nnzip::mixer {

// Of n distributions, padded to a multiple of kShapeLanes; every array begins at a cache line.
struct SoundShapes {
  const std::int64_t* centre;   // |centre| < 2^33
  const std::int64_t* inverse;  // of the scale, a mantissa of 2^15..2^16
  const std::int64_t* shift;  // 8..60: a distance times inverse, >> shift, is in 1/4096 of a scale
};

constexpr std::int32_t kShapeLanes = 8;

struct SoundKernels {
  const char* name;

  // at[i] = softplus((centre[i] - x) * inverse[i] >> shift[i]). |x| <= 2^33.
  //   softplus   of j / 256, for j = 0..4096: the value, and what it is above the next one << 16
  void (*integrals)(const SoundShapes& shapes, std::int32_t n, std::int64_t x,
                    const std::uint32_t* softplus, std::int64_t* at) noexcept;

  // logits[i] = (low[i] - high[i] - (width * inverse[i] >> shift[i])) >> 4, limited to
  // +-kLogitLimit. 0 <= width <= 2^33.
  void (*logits)(const SoundShapes& shapes, std::int32_t n, const std::int64_t* low,
                 const std::int64_t* high, std::int64_t width, std::int16_t* logits) noexcept;
};

extern const SoundKernels kScalarSoundKernels;
#if defined(__x86_64__)
extern const SoundKernels kAvx2SoundKernels;
extern const SoundKernels kAvx512SoundKernels;
#endif

// The best kernels that the target runs, as base/cpu_target.h names it. Throws Error.
const SoundKernels& find_sound_kernels(const std::string& target);

}  // namespace nnzip::mixer
