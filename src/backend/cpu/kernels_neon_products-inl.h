// SPDX-License-Identifier: Apache-2.0
// The products of the kernels for AArch64. Included as kernels_neon-inl.h is, and after
//
//   template <typename Use> void multiply_matrix(const Product& p, const Use& use);
//
// which computes acc[r][j] and calls use(acc, r, j, n) for n sums of a row at a time.

void product_quantise(const Product& p, std::uint8_t* out, std::int64_t stride) noexcept {
  multiply_matrix(p, QuantiseSums{p.multiplier, out, stride});
}

void product_relu_squared(const Product& p, std::uint8_t* out, std::int64_t stride) noexcept {
  multiply_matrix(p, SquareSums{p.multiplier, out, stride});
}

void product_residual(const Product& p, std::int16_t* x, std::int64_t stride) noexcept {
  multiply_matrix(p, AddSums{p.multiplier, x, stride});
}

void product_logits(const Product& p, const float* bias, std::int32_t* z) noexcept {
  multiply_matrix(p, LogitSums{p.multiplier, bias, z});
}
