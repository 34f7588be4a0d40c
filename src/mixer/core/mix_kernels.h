// SPDX-License-Identifier: Apache-2.0
// The loops over counters and over the inputs of mixing networks: plain pointers and sizes, one
// table of functions per target. All targets compute the same numbers.
#pragma once

#include <cstdint>

namespace nnzip::mixer {

constexpr std::int32_t kLogitLimit = 3071;  // about 12 nats: odds of 1 to 162000

// Weights are in 1/16384 and saturate at +-2 as their type does.
constexpr std::int32_t kWeightOne = 1 << 14;

// The numbers of inputs and the arrays are for whole vectors: every pointer is aligned to 64 bytes.
//   inputs   n of them, a multiple of 32, at most 320; |inputs[i]| <= kLogitLimit
//   weights  `sets` pointers to n weights each, no two of them equal
struct MixKernels {
  const char* name;

  // logits[k] = the sum of inputs[i] * weights[k][i], in the inputs' unit and clamped to
  // +-kLogitLimit. Exactly: 16 partial sums, of those i with i mod 32 in {2j, 2j + 1}, are shifted
  // right by 4 each and added; the total is shifted right by 10. A partial sum of n = 320 stays
  // below 20 * 3071 * 2^15 < 2^31, the total below that as well.
  void (*dot)(const std::int16_t* inputs, std::int32_t n, const std::int16_t* const* weights,
              std::int32_t sets, std::int32_t* logits) noexcept;

  // weights[k][i] += (inputs[i] * errors[k] + 2^14) >> 15, saturated to 16 bits. |errors[k]| <
  // 2^15.
  void (*train)(const std::int16_t* inputs, std::int32_t n, std::int16_t* const* weights,
                std::int32_t sets, const std::int32_t* errors) noexcept;

  // updated() of adaptive_map.h for n counters, a multiple of 16. reciprocal: that of
  // LogisticTables; a kernel may compute it.
  void (*learn)(std::uint32_t* counters, std::int32_t n, const std::uint16_t* reciprocal,
                std::int32_t bit, std::uint32_t limit) noexcept;

  // Of n signatures of 256 bits, 0 <= n < 2^16: the least number of bits in which one differs from
  // the query, and the places of those that differ in at most `reach` more, or in at most `near`,
  // in rising order. Returns how many, 0 if n is 0.
  //   signatures  [n rounded up to 16][8]
  //   distances   room for as many numbers; the bits of each
  //   places      room for n
  std::int32_t (*nearest)(const std::uint32_t* signatures, std::int32_t n,
                          const std::uint32_t* query, std::int32_t reach, std::int32_t near,
                          std::uint16_t* distances, std::uint32_t* places,
                          std::int32_t* least) noexcept;
};

extern const MixKernels kScalarMixKernels;
#if defined(__x86_64__)
extern const MixKernels kAvx2MixKernels;
extern const MixKernels kAvx512MixKernels;
#elif defined(__aarch64__)
extern const MixKernels kNeonMixKernels;
#endif

}  // namespace nnzip::mixer
