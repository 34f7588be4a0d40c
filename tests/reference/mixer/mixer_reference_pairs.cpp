// SPDX-License-Identifier: Apache-2.0
// Sums over all numbers that are still possible, for every bit anew.
#include "reference/mixer/mixer_reference_pairs.h"

#include <algorithm>
#include <cstdlib>

namespace nnzip::mixer_reference {
namespace {

int bits_of(std::int64_t v) {
  int bits = 0;
  for (; v != 0; v >>= 1) ++bits;
  return bits;
}

std::int64_t modulo(std::int64_t v) { return (v % 512 + 512) % 512; }

}  // namespace

PairReference::PairReference() {
  for (Int i = 0; i < 64 * 48; ++i) {
    map_.push_back(Counter::start(squash(128 * (i % 48) + 64 - 3072), 0));
  }
}

void PairReference::begin(std::uint64_t row, Int reference, Int stacked, unsigned likely) {
  row_ = row;
  reference_ = reference;
  const Int scale = (Int{1} << 26) / (Int{likely % 2 == 0 ? 76 : 108} << (likely / 2));
  for (Int v = 0; v < 256; ++v) {
    const Int z = ((std::abs(16 * v - stacked) * scale) >> 14) * 355 >> 8;
    const Int p = squash(-std::min<Int>(z, kLimit));
    const auto count = counts_.find({row, modulo(v - reference)});
    const auto i = static_cast<std::size_t>(v);
    seen_[i] = count == counts_.end() ? 0 : count->second;
    weight_[i] = ((p * (65536 - p) >> 16) + 1) * (20 * seen_[i] + 1);
  }
}

std::array<PairReference::Int, 2> PairReference::inputs(unsigned partial, unsigned k) {
  const std::size_t h = std::size_t{128} >> k, low = partial * 2 * h - 256;
  Int seen = 0, below = 0, above = 0;
  for (std::size_t v = low; v < low + 2 * h; ++v) {
    seen += seen_[v];
    (v < low + h ? below : above) += weight_[v];
  }
  const int drop = std::max(bits_of(below | above) - 22, 0);
  const auto of = [&](Int sum) { return log(static_cast<std::uint32_t>(sum >> drop | 1)); };
  const Int x = clamp(of(above) - of(below), kLimit);
  state = static_cast<std::size_t>(8 * std::min(bits_of(seen), 7)) + k;
  map_at_ = 48 * state + static_cast<std::size_t>((x + 3072) >> 7);
  return {map_[map_at_].x(), x};
}

void PairReference::end(Int value) {
  Int& count = counts_[{row_, modulo(value - reference_)}];
  if (++count < 255) return;
  for (auto& [pair, n] : counts_) {
    if (pair.first == row_) n = (n + 1) / 2;
  }
}

}  // namespace nnzip::mixer_reference
