// SPDX-License-Identifier: Apache-2.0
// Weights are given as powers of two, coded one after the other as the one before predicts them.
#include "lean/byte_tree.h"

#include <algorithm>
#include <bit>

#include "mixer/core/adaptive_map.h"

namespace nnzip::lean {
namespace {

constexpr std::uint8_t kMost = 15;  // of a weight's number
constexpr std::uint32_t kCounterLimit = 30;

std::uint64_t weight(std::uint8_t number) { return number == 0 ? 0 : std::uint64_t{1} << number; }

// What predicts the four bits of a number.
class NumberCoder {
 public:
  NumberCoder() {
    for (auto& counters : counters_) counters.fill(mixer::make_counter(32768, 0));
  }

  // code: codes a bit with that chance of a 1 and returns it.
  template <typename CodeBit>
  std::uint8_t code(CodeBit code_bit) {
    std::uint32_t node = 1;
    for (int k = 3; k >= 0; --k) {
      mixer::Counter& counter = counters_[before_][node];
      const std::uint32_t one = std::clamp<std::uint32_t>(mixer::probability16(counter), 64, 65472);
      const int bit = code_bit(k, one);
      counter = mixer::updated(counter, bit, kCounterLimit);
      node = node << 1 | static_cast<std::uint32_t>(bit);
    }
    before_ = node & kMost;
    return static_cast<std::uint8_t>(before_);
  }

 private:
  std::array<std::array<mixer::Counter, 16>, 16> counters_;  // [number before][bits so far]
  std::uint32_t before_ = 0;
};

}  // namespace

ByteTree::ByteTree(const Weights& weights) {
  const auto present = [](std::uint8_t number) { return number != 0; };
  least_ = static_cast<std::uint8_t>(std::find_if(weights.begin(), weights.end(), present) -
                                     weights.begin());
  root_ = split(weights, 0, 256);
}

// Where the parts' weights differ least. 0 if there is but one byte.
std::uint8_t ByteTree::split(const Weights& weights, int begin, int end) {
  std::uint64_t total = 0;
  for (int i = begin; i < end; ++i) total += weight(weights[i]);
  std::uint64_t left = 0, least = total;
  int node = 0;
  for (int i = begin; i < end; ++i) {
    const std::uint64_t here = weight(weights[i]);
    if (here == 0) continue;
    const std::uint64_t twice = 2 * left;
    const std::uint64_t difference = twice < total ? total - twice : twice - total;
    if (left != 0 && difference < least) {
      least = difference;
      node = i;
    }
    left += here;
  }
  if (node == 0) return 0;
  next_[node] = {split(weights, begin, node), split(weights, node, end)};
  return static_cast<std::uint8_t>(node);
}

ByteTree::Weights weights_of(std::span<const std::uint8_t> content) {
  std::array<std::uint64_t, 256> counts{};
  for (const std::uint8_t byte : content) ++counts[byte];
  ByteTree::Weights weights;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const int width = static_cast<int>(
        std::bit_width((counts[i] << 14) / std::max<std::size_t>(content.size(), 1)));
    weights[i] = static_cast<std::uint8_t>(counts[i] == 0 ? 0 : std::clamp(width, 1, 15));
  }
  return weights;
}

ByteTree::Weights even_weights() {
  ByteTree::Weights weights;
  weights.fill(1);
  return weights;
}

bool any(const ByteTree::Weights& weights) { return weights != ByteTree::Weights{}; }

void encode_weights(const ByteTree::Weights& weights, RangeEncoder& coder) {
  const bool even = weights == even_weights();
  coder.encode_bit(even, 32768);
  if (even) return;
  NumberCoder numbers;
  for (const std::uint8_t number : weights) {
    numbers.code([&](int k, std::uint32_t one) {
      coder.encode_bit((number >> k & 1) != 0, one);
      return number >> k & 1;
    });
  }
}

ByteTree::Weights decode_weights(RangeDecoder& coder) {
  if (coder.decode_bit(32768)) return even_weights();
  ByteTree::Weights weights;
  NumberCoder numbers;
  for (std::uint8_t& number : weights) {
    number = numbers.code([&](int, std::uint32_t one) { return coder.decode_bit(one) ? 1 : 0; });
  }
  return weights;
}

}  // namespace nnzip::lean
