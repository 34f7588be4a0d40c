// SPDX-License-Identifier: Apache-2.0
// The products of the table of kernels out of one function of the target, as kernels_product-inl.h
// says, for targets that have an attention of their own.

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
