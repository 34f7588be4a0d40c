// SPDX-License-Identifier: Apache-2.0
// Three bytes: matcher and flags; window and hash; tokens of a block.
#include "unwrap/deflate_parameters.h"

namespace nnzip {

void put_parameters(const DeflateParameters& parameters, Bytes& out) {
  const unsigned flags = (parameters.filtered ? 1U : 0U) | (parameters.fixed ? 2U : 0U) |
                         (parameters.early ? 4U : 0U) | (parameters.far ? 8U : 0U);
  out.push_back(static_cast<std::uint8_t>(parameters.matcher | flags << 4));
  out.push_back(
      static_cast<std::uint8_t>((parameters.window_bits - 8U) | (parameters.hash_bits - 8U) << 4));
  out.push_back(parameters.block_bits);
}

std::optional<DeflateParameters> get_parameters(std::span<const std::uint8_t> data) {
  if (data.size() < kParameterBytes) return {};
  DeflateParameters parameters;
  parameters.matcher = data[0] & 15;
  parameters.filtered = (data[0] >> 4 & 1) != 0;
  parameters.fixed = (data[0] >> 5 & 1) != 0;
  parameters.early = (data[0] >> 6 & 1) != 0;
  parameters.far = data[0] >> 7 != 0;
  parameters.window_bits = static_cast<std::uint8_t>(8 + (data[1] & 15));
  parameters.hash_bits = static_cast<std::uint8_t>(8 + (data[1] >> 4));
  parameters.block_bits = data[2];
  const bool valid = parameters.matcher <= kShortestLiteral && parameters.window_bits >= 9 &&
                     parameters.window_bits <= 15 && parameters.hash_bits <= 16 &&
                     parameters.block_bits <= 15 &&
                     (parameters.block_bits == 0 || parameters.block_bits >= 7);
  if (!valid) return {};
  return parameters;
}

}  // namespace nnzip
