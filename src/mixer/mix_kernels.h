// SPDX-License-Identifier: Apache-2.0
// The loops over contexts and over the inputs of mixing networks: plain pointers and sizes, one
// table of functions per target.
#pragma once

#include <cstdint>

namespace nnzip::mixer {

constexpr std::int32_t kWeightLimit = (1 << 19) - 1;

// Lanes of contexts: context i has lane i, the lanes past the last context have tables of their own
// that nothing reads.
constexpr std::int32_t kLanes = 32;

// Tables of logistic.h and bit_history.h as the kernels see them.
struct KernelTables {
  const std::int16_t* stretch;      // 4096 entries, and room for one more
  const std::uint16_t* reciprocal;  // 1024 entries, and room for one more
};

// What the contexts say of one bit. All arrays are aligned to 64 bytes.
struct ContextLanes {
  std::int32_t states[kLanes];    // bit histories
  std::uint32_t current[kLanes];  // their counters, from look_up to learn
  std::uint32_t
      counters[kLanes * 256];  // [lane][state]: probability of 22 bits above a count of 10
};

// Of the mixing networks. inputs: n of them, a multiple of 16, at most 256; |inputs[i]| <= 3071.
// weights: `sets` pointers to n weights each, |weight| <= kWeightLimit; a product is below 2^31.
struct MixKernels {
  const char* name;

  // For each lane with a state other than 0: first[lane] = stretch of the state's probability p (in
  // 1/65536), second[lane] = (p - 32768) >> 4; zeros for state 0.
  void (*look_up)(ContextLanes& lanes, const KernelTables& tables, std::int32_t* first,
                  std::int32_t* second) noexcept;
  // After look_up: moves the counter of each lane's state towards the bit: see updated() in
  // adaptive_map.h.
  void (*learn)(ContextLanes& lanes, const KernelTables& tables, std::int32_t bit,
                std::uint32_t limit) noexcept;

  // sums[k] = sum over i of (inputs[i] * weights[k][i]) >> 8; at most 256 * 2^23.
  void (*dot)(const std::int32_t* inputs, std::int32_t n, const std::int32_t* const* weights,
              std::int32_t sets, std::int32_t* sums) noexcept;
  // weights[k][i] += (inputs[i] * errors[k] + 2^13) >> 14, then clamped; |errors[k]| < 2^19. A set
  // whose error is 0 stays as it is.
  void (*train)(const std::int32_t* inputs, std::int32_t n, std::int32_t* const* weights,
                std::int32_t sets, const std::int32_t* errors) noexcept;
};

extern const MixKernels kScalarMixKernels;
#if defined(__x86_64__)
extern const MixKernels kAvx2MixKernels;
extern const MixKernels kAvx512MixKernels;
#endif

}  // namespace nnzip::mixer
