// SPDX-License-Identifier: Apache-2.0
// The path of one decision.
#include "jpeg/coefficient_model.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace nnzip::jpeg {
namespace {

using mixer::Counter;
using mixer::kTables;

int envi(const char* n, int d) {
  const char* v = std::getenv(n);
  return v ? std::atoi(v) : d;
}

constexpr int kNodes = 16;
constexpr int kBins = 32, kTrusts = 32;
const int kLimit = envi("LIMIT", 255);
constexpr int kSetContexts[] = {kSteps * 64, kSteps * 16, kSteps * 16, kSteps * 32};
constexpr int kFinalContexts[] = {kSteps, kSteps * 64};
const mixer::MixRates kRates{envi("SLOW", 90), envi("FAST", 18), envi("FINAL", 60)};

int log2_lines(std::size_t blocks) {
  return std::clamp(mixer::log2_ceil(blocks) + envi("LINES", 2), 10, 16);
}

std::array<std::int16_t, 64> first_weights() {
  std::array<std::int16_t, 64> weights{};
  for (int i = 0; i < kContexts + kGuesses; ++i)
    weights[i] = static_cast<std::int16_t>(envi("W0", 2000));
  return weights;
}

// Of a distance in 1/8: 0 at the middle, to +-15.
std::uint32_t bin_of(std::int32_t distance) {
  const auto far = static_cast<std::uint32_t>(std::abs(distance));
  std::uint32_t level;
  if (far < 4)
    level = far / 2;
  else {
    const auto top = static_cast<std::uint32_t>(std::bit_width(far)) - 1;
    level = 2 * (top - 1) + (far >> (top - 1) & 1);
  }
  level = std::min(level, 15U);
  return distance < 0 ? 15 - level : 16 + level;
}

}  // namespace

std::size_t CoefficientModel::memory_bytes(std::size_t blocks) {
  return sizeof(Counter) * ((std::size_t{kContexts} * kNodes << log2_lines(blocks)) +
                            std::size_t{kGuesses} * kSteps * kTrusts * kBins) +
         decltype(sets_)::memory_bytes(kSetContexts, kFinalContexts) + kSteps * 96 * 64 +
         (std::size_t{1} << 16);  // the rest, generously
}

CoefficientModel::CoefficientModel(std::size_t blocks, const mixer::MixKernels& kernels)
    : shift_(32 - log2_lines(blocks)),
      lines_((std::size_t{kContexts} * kNodes) << (32 - shift_)),
      guesses_(std::size_t{kGuesses} * kSteps * kTrusts * kBins),
      inputs_(kInputs),
      sets_(kernels, kSetContexts, kFinalContexts, kRates, first_weights()),
      refiner_(kSteps * 64),
      refiner2_(kSteps * 32) {
  std::fill_n(lines_.data(), (std::size_t{kContexts} * kNodes) << (32 - shift_),
              mixer::make_counter(1 << 15, 0));
  std::fill_n(guesses_.data(), std::size_t{kGuesses} * kSteps * kTrusts * kBins,
              mixer::make_counter(1 << 15, 0));
}

void CoefficientModel::select(std::uint32_t group) {
  group_ = group;
  for (std::size_t i = 0; i < kContexts; ++i) {
    std::uint32_t h = (now_->contexts[i] + group * 0x9E3779B1U) * 0x85EBCA6BU;
    h ^= h >> 15;
    h *= 0xC2B2AE35U;
    line_[i] = lines_.data() + (((i << (32 - shift_)) + (h >> shift_)) * kNodes);
    __builtin_prefetch(line_[i]);
  }
}

std::uint32_t CoefficientModel::predict(std::uint32_t group, std::uint32_t node, std::uint32_t step,
                                        std::int32_t threshold) {
  if (group != group_) select(group);
  std::int16_t* const x = inputs_.data();
  const auto add = [&](std::size_t i, Counter* at) {
    at_[i] = at;
    const Counter counter = *at;
    work_[i] = counter;
    const std::int32_t count = static_cast<std::int32_t>(counter & 1023);
    const std::int32_t st = kTables.stretch[counter >> 20];
    x[i] = static_cast<std::int16_t>(st * std::min(count + 1, 4) / 4);
    x[32 + i] = static_cast<std::int16_t>((static_cast<std::int32_t>(counter >> 16) - 32768) >> 4);
    if (count == 0) x[i] = x[32 + i] = 0;
  };
  for (std::size_t i = 0; i < kContexts; ++i) add(i, line_[i] + node);
  for (std::size_t i = 0; i < kGuesses; ++i) {
    const std::uint32_t bin = bin_of(threshold - now_->guesses[i]);
    add(kContexts + i,
        guesses_.data() + (((i * kSteps + step) * kTrusts + now_->trusts[i]) * kBins + bin));
  }
  x[31] = 256;
  const std::uint32_t bin0 = bin_of(threshold - now_->guesses[0]);
  sets_.choose(0, step * 64 + now_->place);
  sets_.choose(1, step * 16 + now_->left);
  sets_.choose(2, step * 16 + now_->energy);
  sets_.choose(3, step * 32 + bin0);
  sets_.choose_final(0, step);
  sets_.choose_final(1, step * 64 + now_->place);
  refiner_.select(step * 64 + now_->place);
  refiner2_.select(step * 32 + bin0);
  const std::int32_t logit = sets_.mix(x);
  const std::int32_t p =
      (2 * mixer::squash(logit) + refiner_.refine(logit) + refiner2_.refine(logit)) / 4;
  return static_cast<std::uint32_t>(std::clamp(p, 1, 65535));
}

void CoefficientModel::update(int bit) {
  sets_.learn(inputs_.data(), bit);
  refiner_.update(bit, sets_.dither());
  refiner2_.update(bit, sets_.dither());
  sets_.kernels().learn(work_.data(), 32, kTables.reciprocal.data(), bit,
                        static_cast<std::uint32_t>(kLimit));
  for (std::size_t i = 0; i < kContexts + kGuesses; ++i) *at_[i] = work_[i];
}

}  // namespace nnzip::jpeg
