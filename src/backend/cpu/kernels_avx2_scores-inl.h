// SPDX-License-Identifier: Apache-2.0
// Scores of the AVX2 kernels. Included by kernels_avx2.cpp alone, after its products and before
// kernels_attention256-inl.h, whose `score` becomes of the sums.
//
// Heads take the same steps through the keys, so that these are read once for all of them: where
// one head has inputs that are too large for a step, others take that step with zeros.

constexpr std::int32_t kMaxSteps = 2 * 128 / 8;  // of a head of 128 elements, all in two halves

// Lists the inputs of some heads, step by step, and returns how many steps there are.
template <int Heads>
inline std::int32_t list_heads(const std::uint8_t* a, std::int32_t head_size,
                               Inputs (*steps)[Heads]) {
  const std::int32_t whole = head_size / 8;
  unsigned large[Heads], any = 0;
  for (int h = 0; h < Heads; ++h, a += head_size) {
    Inputs list[kMaxSteps / 2];
    __m256i offsets = first_offsets();
    large[h] = 0;
    for (std::int32_t k = 0; k < head_size; k += 32, offsets = next_offsets(offsets)) {
      const int set = list_whole(a + k, k + 32 <= head_size, offsets, list + k / 8);
      large[h] |= static_cast<unsigned>(set) << (k / 8);
    }
    for (std::int32_t i = 0; i < whole; ++i) steps[i][h] = list[i];
    any |= large[h];
  }
  std::int32_t count = whole;
  for (; any != 0; any &= any - 1, ++count) {
    const int i = __builtin_ctz(any);
    for (int h = 0; h < Heads; ++h) {
      steps[count][h] = {{0, 0}, 0, steps[i][h].offset};
      if ((large[h] >> i & 1) != 0) split(steps[i][h], steps[count][h]);
    }
  }
  return count;
}

// Scores of heads h.. h+Heads at the positions of a part, which are those from `at` on. The first
// heads fetch the values of these positions. kBounded: no score is above 2^20 in size.
template <int Heads, bool kFetch, bool kBounded>
[[gnu::noinline]] void score_part(const Attention& t, const RingPart& part, std::int32_t at,
                                  std::int32_t h, const Inputs (*steps)[Heads], std::int32_t count,
                                  __m256i* largest) {
  const std::int64_t block_bytes = std::int64_t{t.head_size} * 16;
  const std::int32_t* const bias = t.bias + h * t.bias_stride + at;
  std::int32_t* const z = t.scores + h * t.score_stride + at;
  for (std::int64_t b = 0; b < part.blocks; ++b) {
    const std::int8_t* const keys = part.keys + b * block_bytes;
    const std::int8_t* const values = part.values + b * block_bytes;
    __m256i acc[Heads][2];
#pragma GCC unroll 2
    for (int i = 0; i < Heads; ++i) acc[i][0] = acc[i][1] = _mm256_setzero_si256();
    for (std::int32_t s = 0; s < count; ++s) {
      const std::int64_t offset = steps[s][0].offset;
      const std::int8_t* const from = keys + offset;
      if constexpr (kFetch) {
        __builtin_prefetch(values + offset);
        __builtin_prefetch(values + offset + 64);
      }
      const __m256i first[2] = {load(from), load(from + 32)};
      const __m256i second[2] = {load(from + 64), load(from + 96)};
#pragma GCC unroll 2
      for (int i = 0; i < Heads; ++i) {
        const __m256i a = _mm256_set1_epi32(steps[s][i].quads[0]);
        const __m256i other = _mm256_set1_epi32(steps[s][i].quads[1]);
        const __m256i correct = _mm256_set1_epi32(steps[s][i].correction);
#pragma GCC unroll 2
        for (int j = 0; j < 2; ++j) {
          const __m256i x = _mm256_maddubs_epi16(first[j], a);
          const __m256i y = _mm256_maddubs_epi16(second[j], other);
          const __m256i both = _mm256_add_epi16(_mm256_add_epi16(x, correct), y);
          acc[i][j] = _mm256_add_epi32(acc[i][j], _mm256_madd_epi16(both, _mm256_set1_epi16(1)));
        }
      }
    }
#pragma GCC unroll 2
    for (int i = 0; i < Heads; ++i) {
      const __m256 m = _mm256_set1_ps(t.score_multiplier[h + i]);
#pragma GCC unroll 2
      for (int j = 0; j < 2; ++j) {
        const __m256i sum =
            score<kBounded>(acc[i][j], m, bias + i * t.bias_stride + b * 16 + j * 8);
        store(z + i * t.score_stride + b * 16 + j * 8, sum);
        largest[h + i] = _mm256_max_epi32(largest[h + i], sum);
      }
    }
  }
}

// Two heads at a time have registers for all they share.
template <int Heads, bool kFetch, bool kBounded>
inline void score_heads(const Attention& t, std::int32_t h, __m256i* largest) {
  Inputs steps[kMaxSteps][Heads];
  const std::int32_t count =
      list_heads<Heads>(t.inout + std::int64_t{h} * t.head_size, t.head_size, steps);
  score_part<Heads, kFetch, kBounded>(t, t.parts[0], 0, h, steps, count, largest);
  const std::int32_t at = t.parts[0].blocks * 16;
  score_part<Heads, kFetch, kBounded>(t, t.parts[1], at, h, steps, count, largest);
}

template <bool kBounded>
inline void score_each(const Attention& t, __m256i* largest) {
  if (t.heads == 1) return score_heads<1, true, kBounded>(t, 0, largest);
  score_heads<2, true, kBounded>(t, 0, largest);
  std::int32_t h = 2;
  for (; h + 2 <= t.heads; h += 2) score_heads<2, false, kBounded>(t, h, largest);
  if (h < t.heads) score_heads<1, false, kBounded>(t, h, largest);
}

inline void score_all(const Attention& t, __m256i* largest) {
  // Sums are at most 127 * 127 for each element, and rounding does not pass a power of two.
  bool bounded = true;
  for (std::int32_t h = 0; h < t.heads; ++h) {
    const float most = static_cast<float>(t.head_size * 127 * 127);
    bounded = bounded && most * t.score_multiplier[h] <= 1048576.0F;
  }
  bounded ? score_each<true>(t, largest) : score_each<false>(t, largest);
}
