// SPDX-License-Identifier: Apache-2.0
// What the kernels for AArch64 share. A target includes this file inside its own anonymous
// namespace, as it does kernels_generic-inl.h, after that one and
//
//   constexpr int kRows, kBlocks;  // of tiles: rows at a time, blocks at a time of a single row
//   template <bool kSigned, int Rows, int Blocks>
//   void tile(const Sums& p, std::int64_t r, std::int64_t b, std::int32_t (*out)[16 * Blocks]);
//
// which computes the sums of rows r.. r+Rows and blocks b.. b+Blocks, of which one of the two is 1.
// Both factors are int8 if kSigned, else 0..255; quads are a multiple of 4.

template <bool kSigned, int Rows, int Blocks, typename Use>
inline void finish_tile(const Sums& p, std::int64_t r, std::int64_t b, const Use& use) {
  std::int32_t out[Rows][16 * Blocks];
  tile<kSigned, Rows, Blocks>(p, r, b, out);
  for (int i = 0; i < Rows; ++i) use(out[i], r + i, b * 16, 16 * Blocks);
}

// All rows from r on, in tiles of Rows and then of less.
template <bool kSigned, int Rows, typename Use>
inline void finish_block(const Sums& p, std::int64_t r, std::int64_t b, const Use& use) {
  for (; r + Rows <= p.rows; r += Rows) finish_tile<kSigned, Rows, 1>(p, r, b, use);
  if constexpr (Rows > 1) finish_block<kSigned, Rows - 1>(p, r, b, use);
}

// A block of weights stays in the first-level cache for all rows. A single row takes several blocks
// at a time, so that sums do not wait for each other.
template <bool kSigned, typename Use>
void multiply(const Sums& p, const Use& use) {
  std::int64_t b = 0;
  if (p.rows == 1) {
    for (; b + kBlocks <= p.blocks; b += kBlocks) finish_tile<kSigned, 1, kBlocks>(p, 0, b, use);
  }
  for (; b < p.blocks; ++b) finish_block<kSigned, kRows>(p, 0, b, use);
}

// The key as it is, the value plus 128: weights have no sign, and instructions multiply with both
// signs or none.
std::int32_t vector_keep(const std::uint8_t* key, const std::uint8_t* value, std::int32_t head_size,
                         std::int8_t* to_key, std::int8_t* to_value) noexcept {
  std::int32_t sum = 0;
  for (std::int32_t e = 0; e < head_size; e += 16) {
    const int8x16_t k = vreinterpretq_s8_u8(vld1q_u8(key + e));
    sum += vaddlvq_s8(k);
    std::int8_t quads[16], bytes[16];
    vst1q_s8(quads, k);
    vst1q_u8(reinterpret_cast<std::uint8_t*>(bytes),
             veorq_u8(vld1q_u8(value + e), vdupq_n_u8(128)));
    for (std::int32_t i = 0; i < 4; ++i) {
      __builtin_memcpy(to_key + (e / 4 + i) * 64, quads + 4 * i, 4);
    }
    for (std::int32_t i = 0; i < 16; ++i) to_value[(e + i) * 4] = bytes[i];
  }
  return sum;
}

// Entries of a table of 64 numbers of 16 bits, a byte of them at a time.
struct ExpTable {
  explicit ExpTable(const std::uint32_t* exp) {
    for (int i = 0; i < 4; ++i) {
      const uint16x8_t first = words(exp + 16 * i), second = words(exp + 16 * i + 8);
      low.val[i] = vmovn_high_u16(vmovn_u16(first), second);
      high.val[i] = vshrn_high_n_u16(vshrn_n_u16(first, 8), second, 8);
    }
  }
  static uint16x8_t words(const std::uint32_t* from) {
    return vmovn_high_u32(vmovn_u32(vld1q_u32(from)), vld1q_u32(from + 4));
  }
  uint8x16x4_t low, high;
};

// As the generic attention_weights, 16 at a time: all quantities fit 16 bits once the difference is
// limited. n: a multiple of 16.
inline std::int32_t vector_attention_weights(const std::int32_t* z, std::int32_t n,
                                             const std::uint32_t* exp, std::uint8_t* weights) {
  int32x4_t all = vld1q_s32(z);
  for (std::int32_t i = 4; i < n; i += 4) all = vmaxq_s32(all, vld1q_s32(z + i));
  const int32x4_t largest = vdupq_n_s32(vmaxvq_s32(all));
  const ExpTable table(exp);
  // Of 8 positions, at most 1024, where the shift of 16 leaves weight 0 by itself.
  const auto below = [&](std::int32_t i) {
    const auto part = [&](std::int32_t at) {
      return vreinterpretq_u32_s32(vsubq_s32(largest, vld1q_s32(z + at)));
    };
    return vminq_u16(vqmovn_high_u32(vqmovn_u32(part(i)), part(i + 4)), vdupq_n_u16(1024));
  };
  const auto shift = [](uint16x8_t b) {
    return vnegq_s16(vreinterpretq_s16_u16(vshrq_n_u16(b, 6)));
  };
  uint32x4_t sum = vdupq_n_u32(0);
  for (std::int32_t i = 0; i < n; i += 16) {
    const uint16x8_t first = below(i), second = below(i + 8);
    const uint8x16_t index = vandq_u8(vmovn_high_u16(vmovn_u16(first), second), vdupq_n_u8(63));
    const uint8x16_t low = vqtbl4q_u8(table.low, index), high = vqtbl4q_u8(table.high, index);
    const uint16x8_t e0 = vreinterpretq_u16_u8(vzip1q_u8(low, high));
    const uint16x8_t e1 = vreinterpretq_u16_u8(vzip2q_u8(low, high));
    // Rounded: (x + 128) >> 8.
    const uint8x16_t w = vrshrn_high_n_u16(vrshrn_n_u16(vshlq_u16(e0, shift(first)), 8),
                                           vshlq_u16(e1, shift(second)), 8);
    vst1q_u8(weights + i, w);
    sum = vpadalq_u16(sum, vpaddlq_u8(w));
  }
  return static_cast<std::int32_t>(vaddvq_u32(sum));
}

// Adds weighted values up, part by part.
struct MeanSums {
  std::int32_t* means;
  std::int64_t stride;
  void operator()(const std::int32_t* __restrict acc, std::int64_t r, std::int64_t j,
                  std::int32_t n) const {
    std::int32_t* __restrict to = means + r * stride + j;
    for (std::int32_t i = 0; i < n; ++i) to[i] += acc[i];
  }
};

// The scores of all heads; returns the number of positions.
inline std::int32_t score(const Attention& t) {
  std::int32_t at = 0;
  for (const RingPart& part : t.parts) {
    multiply<true>(
        Sums{t.inout, t.head_size, t.heads, part.blocks, t.head_size / 4, part.keys,
             std::int64_t{t.head_size} * 16, 64, part.key_init},
        ScoreSums{t.score_multiplier, t.bias + at, t.bias_stride, t.scores + at, t.score_stride});
    at += part.blocks * 16;
  }
  return at;
}

// Weighted means of `heads` heads from `first` on, at most kTogether: sums of weights times values
// + 128, from which 128 times the sum of weights is taken. Below 255 * 255 * 2^13 < 2^30.
constexpr std::int32_t kTogether = 4, kMaxSize = 128;
inline void weigh(const Attention& t, std::int32_t first, std::int32_t heads,
                  std::int32_t positions) {
  static constexpr std::int32_t kZeros[kMaxSize] = {};
  std::uint8_t* weights = t.weights + first * t.score_stride;
  float factors[kTogether];
  std::int32_t means[kTogether * kMaxSize];
  for (std::int64_t h = 0; h < heads; ++h) {
    const std::int32_t sum = vector_attention_weights(
        t.scores + (first + h) * t.score_stride, positions, t.exp, weights + h * t.score_stride);
    factors[h] = t.output_multiplier / static_cast<float>(sum);
    for (std::int32_t i = 0; i < kMaxSize; ++i) means[h * kMaxSize + i] = -128 * sum;
  }
  for (const RingPart& part : t.parts) {
    if (part.blocks == 0) continue;
    multiply<false>(Sums{weights, t.score_stride, heads, t.head_size / 16, part.blocks * 4,
                         part.values, 64, std::int64_t{t.head_size} * 4, kZeros},
                    MeanSums{means, kMaxSize});
    weights += part.blocks * 16;
  }
  for (std::int64_t h = 0; h < heads; ++h) {
    std::uint8_t* const out = t.inout + (first + h) * t.head_size;
    for (std::int64_t i = 0; i < t.head_size; ++i) {
      out[i] = flipped(to_int8(static_cast<float>(means[h * kMaxSize + i]) * factors[h]));
    }
  }
}

void attend(const Attention& t) noexcept {
  const std::int32_t positions = score(t);
  for (std::int32_t h = 0; h < t.heads; h += kTogether) {
    weigh(t, h, t.heads - h < kTogether ? t.heads - h : kTogether, positions);
  }
}
