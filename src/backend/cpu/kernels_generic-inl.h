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

void embed(const std::int16_t* base, const std::int8_t* const* rows,
           const std::int32_t* multipliers, std::int32_t tables, std::int32_t n,
           std::int32_t* __restrict scratch, std::int16_t* __restrict x) noexcept {
  for (std::int32_t d = 0; d < n; ++d) scratch[d] = base[d];
  for (std::int32_t i = 0; i < tables; ++i) {
    const std::int8_t* __restrict row = rows[i];
    const std::int32_t multiplier = multipliers[i];
    for (std::int32_t d = 0; d < n; ++d) scratch[d] += multiplier * row[d];
  }
  for (std::int32_t d = 0; d < n; ++d) x[d] = static_cast<std::int16_t>(saturate16(scratch[d]));
}

void norm(const std::int16_t* __restrict x, std::int32_t n, float constant,
          std::uint8_t* __restrict a) noexcept {
  std::int64_t squares = 0;
  for (std::int32_t d = 0; d < n; d += 2) {
    // Two squares of at most 32767^2 stay below 2^31.
    squares += std::int32_t{x[d]} * x[d] + std::int32_t{x[d + 1]} * x[d + 1];
  }
  if (squares < 1) squares = 1;
  const float m = constant / __builtin_sqrtf(static_cast<float>(squares));
  for (std::int32_t d = 0; d < n; ++d) a[d] = flipped(to_int8(static_cast<float>(x[d]) * m));
}

void quantise(const std::int32_t* __restrict acc, const float* __restrict multiplier,
              std::int32_t n, std::uint8_t* __restrict a) noexcept {
  for (std::int32_t j = 0; j < n; ++j) {
    a[j] = flipped(to_int8(static_cast<float>(acc[j]) * multiplier[j]));
  }
}

void quantise_plain(const std::int32_t* __restrict acc, const float* __restrict multiplier,
                    std::int32_t n, std::int8_t* __restrict out) noexcept {
  for (std::int32_t j = 0; j < n; ++j) {
    out[j] = static_cast<std::int8_t>(to_int8(static_cast<float>(acc[j]) * multiplier[j]));
  }
}

void quantise_mean(const std::int32_t* __restrict num, float factor, std::int32_t n,
                   std::uint8_t* __restrict a) noexcept {
  for (std::int32_t j = 0; j < n; ++j) {
    a[j] = flipped(to_int8(static_cast<float>(num[j]) * factor));
  }
}

void relu_squared(const std::int32_t* __restrict acc, const float* __restrict multiplier,
                  std::int32_t n, std::uint8_t* __restrict a) noexcept {
  for (std::int32_t j = 0; j < n; ++j) {
    float u = static_cast<float>(acc[j]) * multiplier[j];
    u = u > 0.0F ? u : 0.0F;
    u = u * u;
    u = u < 127.0F ? u : 127.0F;
    a[j] = flipped(round_to_int(u));
  }
}

void add_residual(const std::int32_t* __restrict acc, const float* __restrict multiplier,
                  std::int32_t n, std::int16_t* __restrict x) noexcept {
  for (std::int32_t d = 0; d < n; ++d) {
    const float change = static_cast<float>(acc[d]) * multiplier[d];
    const std::int32_t sum = x[d] + round_to_int(clamp_float(change, 65535.0F));
    x[d] = static_cast<std::int16_t>(saturate16(sum));
  }
}

// First pass: s becomes z; returns the maximum.
inline std::int32_t biased_scores(std::int32_t* __restrict s, const std::int32_t* __restrict bias,
                                  float multiplier, std::int32_t n) {
  std::int32_t largest = kOutside * 2;
  for (std::int32_t i = 0; i < n; ++i) {
    const float score = static_cast<float>(s[i]) * multiplier;
    s[i] = round_to_int(clamp_float(score, 1048576.0F)) + bias[i];
    largest = s[i] > largest ? s[i] : largest;
  }
  return largest;
}

[[maybe_unused]] std::int32_t attention_weights(std::int32_t* __restrict s,
                                                const std::int32_t* __restrict bias,
                                                float multiplier,
                                                const std::uint32_t* __restrict exp, std::int32_t n,
                                                std::uint8_t* __restrict weights) noexcept {
  const std::int32_t largest = biased_scores(s, bias, multiplier, n);
  std::int32_t sum = 0;
  for (std::int32_t i = 0; i < n; ++i) {
    // From 1024 on the shift is 16, which leaves weight 0 by itself.
    std::uint32_t below = static_cast<std::uint32_t>(largest - s[i]);
    below = below < 1024 ? below : 1024;
    const std::uint32_t w = ((exp[below & 63] >> (below >> 6)) + 128) >> 8;
    weights[i] = static_cast<std::uint8_t>(w);
    sum += static_cast<std::int32_t>(w);
  }
  return sum;
}

void distribution(const std::int32_t* __restrict acc, const float* __restrict multiplier,
                  const float* __restrict bias, const std::uint32_t* __restrict exp,
                  std::uint32_t* __restrict cumulative) noexcept {
  std::int32_t z[256];
  std::int32_t largest = kOutside;
  for (std::int32_t j = 0; j < 256; ++j) {
    float logit = static_cast<float>(acc[j]) * multiplier[j];
    logit = logit + bias[j];
    z[j] = round_to_int(clamp_float(logit, 1048576.0F));
    largest = z[j] > largest ? z[j] : largest;
  }
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
