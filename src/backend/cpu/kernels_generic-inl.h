// SPDX-License-Identifier: Apache-2.0
// The pointwise kernels as plain loops. Each target includes this file inside its own anonymous
// namespace, after defining kFlip, and lets the compiler vectorise it for that target.
// No include guard: it belongs to the file that includes it, once.

// Written with > and < in the order in which the vector minimum and maximum instructions are
// defined.
inline float clamp_float(float x, float bound) {
  x = x > -bound ? x : -bound;
  return x < bound ? x : bound;
}

// |x| <= 2^20: the addition rounds to nearest even and leaves the integer in the low mantissa bits.
inline std::int32_t round_to_int(float x) {
  return __builtin_bit_cast(std::int32_t, x + 12582912.0F) - 0x4B400000;
}

inline std::int32_t saturate16(std::int32_t x) {
  x = x < -32767 ? -32767 : x;
  return x > 32767 ? 32767 : x;
}

inline std::int32_t to_int8(float x) { return round_to_int(clamp_float(x, 127.0F)); }

inline std::uint8_t flipped(std::int32_t x) { return static_cast<std::uint8_t>(x ^ kFlip); }

// What a target sums up: as Product, but of matrices with any strides. The 64 bytes of outputs
// 16*b.. and inputs 4*q.. lie at w + b * block_stride + q * quad_stride.
struct Sums {
  const std::uint8_t* a;
  std::int64_t a_stride;
  std::int32_t rows;
  std::int32_t blocks;
  std::int32_t quads;
  const std::int8_t* w;
  std::int64_t block_stride;
  std::int64_t quad_stride;
  const std::int32_t* init;
};

// What becomes of n sums of row r from output j on: called by the target's products.
struct QuantiseSums {
  const float* multiplier;
  std::uint8_t* out;
  std::int64_t stride;
  void operator()(const std::int32_t* __restrict acc, std::int64_t r, std::int64_t j,
                  std::int32_t n) const {
    const float* __restrict m = multiplier + j;
    std::uint8_t* __restrict a = out + r * stride + j;
    for (std::int32_t i = 0; i < n; ++i) a[i] = flipped(to_int8(static_cast<float>(acc[i]) * m[i]));
  }
};

struct SquareSums {
  const float* multiplier;
  std::uint8_t* out;
  std::int64_t stride;
  void operator()(const std::int32_t* __restrict acc, std::int64_t r, std::int64_t j,
                  std::int32_t n) const {
    const float* __restrict m = multiplier + j;
    std::uint8_t* __restrict a = out + r * stride + j;
    for (std::int32_t i = 0; i < n; ++i) {
      float u = static_cast<float>(acc[i]) * m[i];
      u = u > 0.0F ? u : 0.0F;
      u = u * u;
      u = u < 127.0F ? u : 127.0F;
      a[i] = flipped(round_to_int(u));
    }
  }
};

struct AddSums {
  const float* multiplier;
  std::int16_t* x;
  std::int64_t stride;
  void operator()(const std::int32_t* __restrict acc, std::int64_t r, std::int64_t j,
                  std::int32_t n) const {
    const float* __restrict m = multiplier + j;
    std::int16_t* __restrict to = x + r * stride + j;
    for (std::int32_t i = 0; i < n; ++i) {
      const float change = static_cast<float>(acc[i]) * m[i];
      const std::int32_t sum = to[i] + round_to_int(clamp_float(change, 65535.0F));
      to[i] = static_cast<std::int16_t>(saturate16(sum));
    }
  }
};

struct LogitSums {
  const float* multiplier;
  const float* bias;
  std::int32_t* z;
  void operator()(const std::int32_t* __restrict acc, std::int64_t r, std::int64_t j,
                  std::int32_t n) const {
    const float* __restrict m = multiplier + j;
    const float* __restrict b = bias + j;
    std::int32_t* __restrict to = z + r * 256 + j;
    for (std::int32_t i = 0; i < n; ++i) {
      float logit = static_cast<float>(acc[i]) * m[i];
      logit = logit + b[i];
      to[i] = round_to_int(clamp_float(logit, 1048576.0F));
    }
  }
};

struct ScoreSums {
  const float* multiplier;  // by row
  const std::int32_t* bias;
  std::int64_t bias_stride;
  std::int32_t* z;
  std::int64_t stride;
  void operator()(const std::int32_t* __restrict acc, std::int64_t r, std::int64_t j,
                  std::int32_t n) const {
    const float m = multiplier[r];
    const std::int32_t* __restrict b = bias + r * bias_stride + j;
    std::int32_t* __restrict to = z + r * stride + j;
    for (std::int32_t i = 0; i < n; ++i) {
      to[i] = round_to_int(clamp_float(static_cast<float>(acc[i]) * m, 1048576.0F)) + b[i];
    }
  }
};

[[maybe_unused]] void embed(const std::int16_t* __restrict base, const std::int8_t* const* rows,
                            const std::int32_t* multipliers, std::int32_t tables, std::int32_t n,
                            std::int16_t* __restrict x) noexcept {
  for (std::int32_t at = 0; at < n; at += 64) {
    std::int32_t sums[64];
    for (std::int32_t d = 0; d < 64; ++d) sums[d] = base[at + d];
    for (std::int32_t i = 0; i < tables; ++i) {
      const std::int8_t* row = rows[i] + at;
      const std::int32_t multiplier = multipliers[i];
      for (std::int32_t d = 0; d < 64; ++d) sums[d] += multiplier * row[d];
    }
    for (std::int32_t d = 0; d < 64; ++d) {
      x[at + d] = static_cast<std::int16_t>(saturate16(sums[d]));
    }
  }
}

// What the norm multiplies with.
inline float norm_factor(std::int64_t squares, float constant) {
  if (squares < 1) squares = 1;
  return constant / __builtin_sqrtf(static_cast<float>(squares));
}

[[maybe_unused]] void norm(const std::int16_t* __restrict x, std::int32_t rows, std::int32_t n,
                           float constant, std::uint8_t* __restrict a) noexcept {
  for (std::int32_t r = 0; r < rows; ++r, x += n, a += n) {
    std::int64_t squares = 0;
    for (std::int32_t d = 0; d < n; d += 2) {
      // Two squares of at most 32767^2 stay below 2^31.
      squares += std::int32_t{x[d]} * x[d] + std::int32_t{x[d + 1]} * x[d + 1];
    }
    const float m = norm_factor(squares, constant);
    for (std::int32_t d = 0; d < n; ++d) a[d] = flipped(to_int8(static_cast<float>(x[d]) * m));
  }
}

[[maybe_unused]] std::int32_t keep(const std::uint8_t* __restrict key,
                                   const std::uint8_t* __restrict value, std::int32_t head_size,
                                   std::int8_t* __restrict to_key,
                                   std::int8_t* __restrict to_value) noexcept {
  std::int32_t sum = 0;
  for (std::int32_t e = 0; e < head_size; ++e) {
    const auto k = static_cast<std::int8_t>(key[e] ^ kFlip);
    to_key[e / 4 * 64 + e % 4] = k;
    sum += k;
    to_value[e * 4] = static_cast<std::int8_t>(value[e] ^ kFlip);
  }
  return sum;
}

// z becomes weights; returns their sum.
[[maybe_unused]] std::int32_t attention_weights(const std::int32_t* __restrict z, std::int32_t n,
                                                const std::uint32_t* __restrict exp,
                                                std::uint8_t* __restrict weights) {
  std::int32_t largest = kOutside * 2;
  for (std::int32_t i = 0; i < n; ++i) largest = z[i] > largest ? z[i] : largest;
  std::int32_t sum = 0;
  for (std::int32_t i = 0; i < n; ++i) {
    // From 1024 on the shift is 16, which leaves weight 0 by itself.
    std::uint32_t below = static_cast<std::uint32_t>(largest - z[i]);
    below = below < 1024 ? below : 1024;
    const std::uint32_t w = ((exp[below & 63] >> (below >> 6)) + 128) >> 8;
    weights[i] = static_cast<std::uint8_t>(w);
    sum += static_cast<std::int32_t>(w);
  }
  return sum;
}

[[maybe_unused]] void distribution(const std::int32_t* __restrict z,
                                   const std::uint32_t* __restrict exp,
                                   std::uint32_t* __restrict cumulative) noexcept {
  std::int32_t largest = kOutside;
  for (std::int32_t j = 0; j < 256; ++j) largest = z[j] > largest ? z[j] : largest;
  std::uint32_t w[256];
  for (std::int32_t j = 0; j < 256; ++j) {
    // From 8192 on the shift is 32: two shifts of 16 reach it, as one shift of 32 may not.
    std::uint32_t below = static_cast<std::uint32_t>(largest - z[j]);
    below = below < 8192 ? below : 8192;
    const std::uint32_t half = below >> 9;
    w[j] = (exp[below & 255] >> half) >> ((below >> 8) - half);
  }
  std::uint32_t c[256];
  std::uint32_t sum = 0;
  for (std::int32_t j = 0; j < 256; ++j) {
    c[j] = sum;
    sum += w[j];
  }
  const std::uint64_t scale = (std::uint64_t{(1U << 22) - 256} << 32) / sum;
  for (std::int32_t j = 0; j < 256; ++j) {
    const std::uint64_t share = (std::uint64_t{c[j]} * static_cast<std::uint32_t>(scale)) >> 32;
    cumulative[j] = static_cast<std::uint32_t>(share) + static_cast<std::uint32_t>(j);
  }
  cumulative[256] = 1U << 22;
}
