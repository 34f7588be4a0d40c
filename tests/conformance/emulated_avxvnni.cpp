// SPDX-License-Identifier: Apache-2.0
// The kernels for AVX-VNNI with vpdpbusd as plain code, for machines that have AVX2 alone.
#include <cstdint>

// As the manual defines it: acc[i] += the sum of a[4i+k] * w[4i+k] over k = 0..3, a without a sign
// and w with one, modulo 2^32.
#define NNZIP_VPDPBUSD(acc, a, w)                                                         \
  do {                                                                                    \
    std::uint32_t sums[8];                                                                \
    std::uint8_t inputs[32];                                                              \
    std::int8_t weights[32];                                                              \
    __builtin_memcpy(sums, &(acc), sizeof sums);                                          \
    __builtin_memcpy(inputs, &(a), sizeof inputs);                                        \
    __builtin_memcpy(weights, &(w), sizeof weights);                                      \
    for (int i = 0; i < 32; ++i) {                                                        \
      sums[i / 4] +=                                                                      \
          static_cast<std::uint32_t>(std::int32_t{inputs[i]} * std::int32_t{weights[i]}); \
    }                                                                                     \
    __builtin_memcpy(&(acc), sums, sizeof sums);                                          \
  } while (false)
#define kAvxVnniKernels kEmulatedAvxVnniKernels
#include "backend/cpu/kernels_avxvnni.cpp"
