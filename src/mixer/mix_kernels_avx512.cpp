// SPDX-License-Identifier: Apache-2.0
// The sums of the mixing networks for AVX-512.
#include <immintrin.h>

#include <cstdint>

#include "mixer/mix_kernels.h"

namespace nnzip::mixer {
namespace {

// Where the counters of sixteen lanes' states stand.
inline __m512i counter_index(const ContextLanes& lanes, std::int32_t lane) {
  const __m512i step = _mm512_setr_epi32(0, 256, 512, 768, 1024, 1280, 1536, 1792, 2048, 2304, 2560,
                                         2816, 3072, 3328, 3584, 3840);
  return _mm512_add_epi32(_mm512_load_si512(lanes.states + lane),
                          _mm512_add_epi32(step, _mm512_set1_epi32(lane * 256)));
}

// GCC 12 takes the undefined first operand of the plain gathers, shifts and sums for a use of it.
inline __m512i gather4(__m512i index, const void* base) {
  return _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), 0xFFFF, index, base, 4);
}
inline __m512i gather2(__m512i index, const void* base) {
  return _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), 0xFFFF, index, base, 2);
}

void look_up(ContextLanes& lanes, const KernelTables& tables, std::int32_t* first,
             std::int32_t* second) noexcept {
  for (std::int32_t i = 0; i < kLanes; i += 16) {
    const __m512i counter = gather4(counter_index(lanes, i), lanes.counters);
    _mm512_store_si512(lanes.current + i, counter);
    const __mmask16 seen =
        _mm512_cmpneq_epi32_mask(_mm512_load_si512(lanes.states + i), _mm512_setzero_si512());
    // An entry of 16 bits arrives with its neighbour above it.
    const __m512i pair = gather2(_mm512_maskz_srli_epi32(0xFFFF, counter, 20), tables.stretch);
    const __m512i p =
        _mm512_sub_epi32(_mm512_maskz_srli_epi32(0xFFFF, counter, 16), _mm512_set1_epi32(32768));
    _mm512_store_si512(
        first + i, _mm512_maskz_srai_epi32(seen, _mm512_maskz_slli_epi32(0xFFFF, pair, 16), 16));
    _mm512_store_si512(second + i, _mm512_maskz_srai_epi32(seen, p, 4));
  }
}

void learn(ContextLanes& lanes, const KernelTables& tables, std::int32_t bit,
           std::uint32_t limit) noexcept {
  const __m512i target = _mm512_set1_epi32(bit != 0 ? (1 << 22) - 1 : 0);
  for (std::int32_t i = 0; i < kLanes; i += 16) {
    const __m512i index = counter_index(lanes, i);
    const __m512i counter = _mm512_load_si512(lanes.current + i);
    const __m512i count = _mm512_and_si512(counter, _mm512_set1_epi32(1023));
    const __m512i p = _mm512_maskz_srli_epi32(0xFFFF, counter, 10);
    const __m512i factor =
        _mm512_and_si512(gather2(count, tables.reciprocal), _mm512_set1_epi32(0xFFFF));
    const __m512i difference = _mm512_sub_epi32(target, p);
    // Products of 39 bits; the bits 16..47 hold the step, a number of 23 bits and a sign.
    const __m512i even =
        _mm512_maskz_srli_epi64(0xFF, _mm512_maskz_mul_epi32(0xFF, difference, factor), 16);
    const __m512i odd = _mm512_maskz_slli_epi64(
        0xFF,
        _mm512_maskz_mul_epi32(0xFF, _mm512_maskz_srli_epi64(0xFF, difference, 32),
                               _mm512_maskz_srli_epi64(0xFF, factor, 32)),
        16);
    const __m512i step = _mm512_mask_blend_epi32(0xAAAA, even, odd);
    const __mmask16 more =
        _mm512_cmplt_epi32_mask(count, _mm512_set1_epi32(static_cast<std::int32_t>(limit)));
    const __m512i counted = _mm512_mask_add_epi32(count, more, count, _mm512_set1_epi32(1));
    const __m512i moved = _mm512_maskz_slli_epi32(0xFFFF, _mm512_add_epi32(p, step), 10);
    _mm512_i32scatter_epi32(lanes.counters, index, _mm512_or_si512(moved, counted), 4);
  }
}

// The sum of 16 numbers.
inline std::int32_t reduce(__m512i v) {
  const __m256i half = _mm256_add_epi32(_mm512_maskz_extracti64x4_epi64(0xF, v, 0),
                                        _mm512_maskz_extracti64x4_epi64(0xF, v, 1));
  __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
  sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4E));
  return _mm_cvtsi128_si32(_mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xB1)));
}

void dot(const std::int32_t* inputs, std::int32_t n, const std::int32_t* const* weights,
         std::int32_t sets, std::int32_t* sums) noexcept {
  for (std::int32_t k = 0; k < sets; ++k) {
    __m512i sum = _mm512_setzero_si512();
    for (std::int32_t i = 0; i < n; i += 16) {
      const __m512i product =
          _mm512_mullo_epi32(_mm512_load_si512(inputs + i), _mm512_load_si512(weights[k] + i));
      sum = _mm512_add_epi32(sum, _mm512_maskz_srai_epi32(0xFFFF, product, 8));
    }
    sums[k] = reduce(sum);
  }
}

void train(const std::int32_t* inputs, std::int32_t n, std::int32_t* const* weights,
           std::int32_t sets, const std::int32_t* errors) noexcept {
  const __m512i half = _mm512_set1_epi32(1 << 13);
  const __m512i high = _mm512_set1_epi32(kWeightLimit);
  const __m512i low = _mm512_set1_epi32(-kWeightLimit);
  for (std::int32_t k = 0; k < sets; ++k) {
    if (errors[k] == 0) continue;
    const __m512i error = _mm512_set1_epi32(errors[k]);
    for (std::int32_t i = 0; i < n; i += 16) {
      const __m512i product = _mm512_mullo_epi32(_mm512_load_si512(inputs + i), error);
      const __m512i step = _mm512_maskz_srai_epi32(0xFFFF, _mm512_add_epi32(product, half), 14);
      const __m512i w = _mm512_add_epi32(_mm512_load_si512(weights[k] + i), step);
      const __m512i bounded =
          _mm512_maskz_max_epi32(0xFFFF, _mm512_maskz_min_epi32(0xFFFF, w, high), low);
      _mm512_store_si512(weights[k] + i, bounded);
    }
  }
}

}  // namespace

const MixKernels kAvx512MixKernels = {"avx512vnni", look_up, learn, dot, train};

}  // namespace nnzip::mixer
