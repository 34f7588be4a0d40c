// SPDX-License-Identifier: Apache-2.0
// Products and attention out of one function of the target, for targets that keep no sums in wide
// registers. Included as kernels_generic-inl.h is, and after it and
//
//   template <bool kSigned, typename Use> void multiply(const Sums& sums, const Use& use);
//
// which computes acc[r][j] and calls use(acc, r, j, n) for n sums of a row at a time. Activations
// are int8 if kSigned, else plain 0..255.

template <typename Use>
void product(const Product& p, const Use& use) {
  multiply<true>(
      Sums{p.a, p.a_stride, p.rows, p.blocks, p.quads, p.w, std::int64_t{p.quads} * 64, 64, p.init},
      use);
}

void product_quantise(const Product& p, std::uint8_t* out, std::int64_t stride) noexcept {
  product(p, QuantiseSums{p.multiplier, out, stride});
}

void product_relu_squared(const Product& p, std::uint8_t* out, std::int64_t stride) noexcept {
  product(p, SquareSums{p.multiplier, out, stride});
}

void product_residual(const Product& p, std::int16_t* x, std::int64_t stride) noexcept {
  product(p, AddSums{p.multiplier, x, stride});
}

void product_logits(const Product& p, const float* bias, std::int32_t* z) noexcept {
  product(p, LogitSums{p.multiplier, bias, z});
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

void attend(const Attention& t) noexcept {
  const std::int64_t e = t.head_size;
  std::int32_t at = 0;
  for (const RingPart& part : t.parts) {
    if (part.blocks == 0) continue;
    multiply<true>(
        Sums{t.inout, e, t.heads, part.blocks, t.head_size / 4, part.keys, e * 16, 64,
             part.key_init},
        ScoreSums{t.score_multiplier, t.bias + at, t.bias_stride, t.scores + at, t.score_stride});
    at += part.blocks * 16;
  }
  constexpr std::int32_t kTogether = 4, kMaxSize = 128;
  for (std::int32_t first = 0; first < t.heads; first += kTogether) {
    const std::int32_t heads = t.heads - first < kTogether ? t.heads - first : kTogether;
    std::uint8_t* const weights = t.weights + first * t.score_stride;
    float factors[kTogether];
    for (std::int64_t h = 0; h < heads; ++h) {
      factors[h] = t.output_multiplier /
                   static_cast<float>(attention_weights(t.scores + (first + h) * t.score_stride, at,
                                                        t.exp, weights + h * t.score_stride));
    }
    static constexpr std::int32_t kZeros[kMaxSize] = {};
    std::int32_t means[kTogether * kMaxSize] = {};
    std::int32_t from = 0;
    for (const RingPart& part : t.parts) {
      if (part.blocks == 0) continue;
      multiply<false>(Sums{weights + from, t.score_stride, heads, t.head_size / 16, part.blocks * 4,
                           part.values, 64, e * 4, kZeros},
                      MeanSums{means, kMaxSize});
      from += part.blocks * 16;
    }
    for (std::int64_t h = 0; h < heads; ++h) {
      const std::int32_t* const mean = means + h * kMaxSize;
      std::uint8_t* const out = t.inout + (first + h) * e;
      for (std::int64_t i = 0; i < e; ++i) {
        out[i] = flipped(to_int8(static_cast<float>(mean[i]) * factors[h]));
      }
    }
  }
}
