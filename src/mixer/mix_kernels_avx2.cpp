// SPDX-License-Identifier: Apache-2.0
// The sums of the mixing networks for AVX2.
#include <immintrin.h>

#include <cstdint>

#include "mixer/mix_kernels.h"

namespace nnzip::mixer {
namespace {

inline __m256i load(const std::int32_t* p) {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(p));
}

inline void store(std::int32_t* p, __m256i v) {
  _mm256_store_si256(reinterpret_cast<__m256i*>(p), v);
}

// Where the counters of eight lanes' states stand.
inline __m256i counter_index(const ContextLanes& lanes, std::int32_t lane) {
  const __m256i step = _mm256_setr_epi32(0, 256, 512, 768, 1024, 1280, 1536, 1792);
  return _mm256_add_epi32(load(lanes.states + lane),
                          _mm256_add_epi32(step, _mm256_set1_epi32(lane * 256)));
}

void look_up(ContextLanes& lanes, const KernelTables& tables, std::int32_t* first,
             std::int32_t* second) noexcept {
  const int* const counters = reinterpret_cast<const int*>(lanes.counters);
  const int* const stretch = reinterpret_cast<const int*>(tables.stretch);
  for (std::int32_t i = 0; i < kLanes; i += 8) {
    const __m256i counter = _mm256_i32gather_epi32(counters, counter_index(lanes, i), 4);
    store(reinterpret_cast<std::int32_t*>(lanes.current + i), counter);
    const __m256i empty = _mm256_cmpeq_epi32(load(lanes.states + i), _mm256_setzero_si256());
    // An entry of 16 bits arrives with its neighbour above it.
    const __m256i pair = _mm256_i32gather_epi32(stretch, _mm256_srli_epi32(counter, 20), 2);
    const __m256i x = _mm256_srai_epi32(_mm256_slli_epi32(pair, 16), 16);
    const __m256i p = _mm256_sub_epi32(_mm256_srli_epi32(counter, 16), _mm256_set1_epi32(32768));
    store(first + i, _mm256_andnot_si256(empty, x));
    store(second + i, _mm256_andnot_si256(empty, _mm256_srai_epi32(p, 4)));
  }
}

void learn(ContextLanes& lanes, const KernelTables& tables, std::int32_t bit,
           std::uint32_t limit) noexcept {
  const int* const reciprocal = reinterpret_cast<const int*>(tables.reciprocal);
  const __m256i target = _mm256_set1_epi32(bit != 0 ? (1 << 22) - 1 : 0);
  const __m256i low16 = _mm256_set1_epi32(0xFFFF);
  for (std::int32_t i = 0; i < kLanes; i += 8) {
    const __m256i index = counter_index(lanes, i);
    const __m256i counter = load(reinterpret_cast<const std::int32_t*>(lanes.current + i));
    const __m256i count = _mm256_and_si256(counter, _mm256_set1_epi32(1023));
    const __m256i p = _mm256_srli_epi32(counter, 10);
    const __m256i factor = _mm256_and_si256(_mm256_i32gather_epi32(reciprocal, count, 2), low16);
    const __m256i difference = _mm256_sub_epi32(target, p);
    // Products of 39 bits; the bits 16..47 hold the step, a number of 23 bits and a sign.
    const __m256i even = _mm256_srli_epi64(_mm256_mul_epi32(difference, factor), 16);
    const __m256i odd = _mm256_slli_epi64(
        _mm256_mul_epi32(_mm256_srli_epi64(difference, 32), _mm256_srli_epi64(factor, 32)), 16);
    const __m256i step = _mm256_blend_epi32(even, odd, 0xAA);
    const __m256i more =
        _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<std::int32_t>(limit)), count);
    const __m256i result = _mm256_or_si256(_mm256_slli_epi32(_mm256_add_epi32(p, step), 10),
                                           _mm256_sub_epi32(count, more));
    alignas(32) std::int32_t at[8], updated[8];
    store(at, index);
    store(updated, result);
    for (int j = 0; j < 8; ++j) lanes.counters[at[j]] = static_cast<std::uint32_t>(updated[j]);
  }
}

void dot(const std::int32_t* inputs, std::int32_t n, const std::int32_t* const* weights,
         std::int32_t sets, std::int32_t* sums) noexcept {
  for (std::int32_t k = 0; k < sets; ++k) {
    __m256i sum = _mm256_setzero_si256();
    for (std::int32_t i = 0; i < n; i += 8) {
      const __m256i product = _mm256_mullo_epi32(load(inputs + i), load(weights[k] + i));
      sum = _mm256_add_epi32(sum, _mm256_srai_epi32(product, 8));
    }
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4E));
    half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xB1));
    sums[k] = _mm_cvtsi128_si32(half);
  }
}

void train(const std::int32_t* inputs, std::int32_t n, std::int32_t* const* weights,
           std::int32_t sets, const std::int32_t* errors) noexcept {
  const __m256i half = _mm256_set1_epi32(1 << 13);
  const __m256i high = _mm256_set1_epi32(kWeightLimit);
  const __m256i low = _mm256_set1_epi32(-kWeightLimit);
  for (std::int32_t k = 0; k < sets; ++k) {
    if (errors[k] == 0) continue;
    const __m256i error = _mm256_set1_epi32(errors[k]);
    for (std::int32_t i = 0; i < n; i += 8) {
      const __m256i product = _mm256_mullo_epi32(load(inputs + i), error);
      const __m256i step = _mm256_srai_epi32(_mm256_add_epi32(product, half), 14);
      __m256i w = _mm256_add_epi32(load(weights[k] + i), step);
      w = _mm256_max_epi32(_mm256_min_epi32(w, high), low);
      store(weights[k] + i, w);
    }
  }
}

}  // namespace

const MixKernels kAvx2MixKernels = {"avx2", look_up, learn, dot, train};

}  // namespace nnzip::mixer
