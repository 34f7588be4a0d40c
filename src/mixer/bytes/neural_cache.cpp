// SPDX-License-Identifier: Apache-2.0
// Votes of near entries, the nearest weighing most.
#include "mixer/bytes/neural_cache.h"

#include <algorithm>
#include <bit>

#include "mixer/core/logistic.h"

namespace nnzip::mixer {
namespace {

// Of entries by the bits beyond the nearest one's. All of them weigh less than 2^22 - kPrior.
constexpr std::int32_t kReach = 16;
constexpr std::uint32_t kFirstWeight = 255;
constexpr std::uint32_t kPrior = 13;  // votes for either bit before any entry
// By their own distance: those that are not near weigh nothing.
constexpr std::int32_t kNear = 74, kNearest = 24;
constexpr std::uint32_t kNearPrior = 7;

constexpr auto kWeights = [] {
  std::array<std::uint8_t, 257> weights{};
  std::uint32_t weight = kFirstWeight << 8;
  for (std::int32_t i = 0; i <= kReach; ++i) {
    weights[i] = static_cast<std::uint8_t>(weight >> 8);
    weight = weight * 183 >> 8;
  }
  return weights;
}();
constexpr auto kNearWeights = [] {
  std::array<std::uint16_t, 257> weights{};
  std::uint32_t weight = 256;
  for (std::int32_t i = kNear; i >= 0; --i) {
    weights[i] = static_cast<std::uint16_t>(weight >> 8);
    if (i > kNearest) weight = weight * 313 >> 8;
  }
  return weights;
}();
static_assert(kFirstWeight * NeuralCache::kEntries + kPrior < 1 << 22);
static_assert(kNearWeights[0] < (1u << 31) / NeuralCache::kEntries);

// Sums by the bit that comes.
struct Sums {
  std::uint32_t zeros, ones;
};

Sums sums_of(const std::array<std::uint32_t, 257>& below, std::uint32_t partial, int bit) {
  const std::uint32_t width = 256u >> bit;
  const std::uint32_t low = (partial << (8 - bit)) & 255;
  const std::uint32_t middle = below[low + width / 2];
  return {middle - below[low], below[low + width] - middle};
}

}  // namespace

NeuralCache::NeuralCache(const MixKernels& kernels, bool enabled)
    : kernels_(kernels),
      signatures_(enabled ? kEntries * 8 : 16),
      distances_(enabled ? kEntries : 16),
      places_(enabled ? kEntries : 16),
      bytes_(enabled ? kEntries : 16) {}

void NeuralCache::look_up(const std::uint32_t* signature) {
  const auto entries = static_cast<std::int32_t>(std::min<std::size_t>(added_, kEntries));
  std::int32_t least = 0;
  const std::int32_t found = kernels_.nearest(signatures_.data(), entries, signature, kReach, kNear,
                                              distances_.data(), places_.data(), &least);
  std::array<std::uint32_t, 256> votes{}, near{};
  for (std::int32_t i = 0; i < found; ++i) {
    const std::uint32_t place = places_.data()[i];
    const std::uint16_t distance = distances_.data()[place];
    const std::uint8_t byte = bytes_.data()[place];
    votes[byte] += kWeights[distance - least];
    near[byte] += kNearWeights[distance];
  }
  for (std::size_t i = 0; i < votes.size(); ++i) {
    below_[i + 1] = below_[i] + votes[i];
    near_below_[i + 1] = near_below_[i] + near[i];
  }
}

std::array<std::int32_t, 2> NeuralCache::logits(std::uint32_t partial, int bit) const {
  const auto [zeros, ones] = sums_of(below_, partial, bit);
  auto [near_zeros, near_ones] = sums_of(near_below_, partial, bit);
  near_zeros += kNearPrior;
  near_ones += kNearPrior;
  // What logarithm() takes.
  const int shift =
      std::max(static_cast<int>(std::bit_width(std::max(near_zeros, near_ones))) - 22, 0);
  return {clamp_logit(logarithm(ones + kPrior) - logarithm(zeros + kPrior)),
          clamp_logit(logarithm(std::max(near_ones >> shift, 1u)) -
                      logarithm(std::max(near_zeros >> shift, 1u)))};
}

void NeuralCache::add(const std::uint32_t* signature, std::uint8_t byte) {
  const std::size_t place = added_++ % kEntries;
  std::copy_n(signature, 8, signatures_.data() + place * 8);
  bytes_.data()[place] = byte;
}

}  // namespace nnzip::mixer
