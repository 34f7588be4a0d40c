// SPDX-License-Identifier: Apache-2.0
// The path of one decision.
#include "jpeg/coefficient_model.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "mixer/core/mixer_plan.h"

namespace nnzip::jpeg {
namespace {

using mixer::Counter;
using mixer::kTables;

constexpr std::size_t kNodes = 16;  // of a line, a cache line
constexpr std::size_t kSteps = kKinds * 8 * 2;
constexpr std::size_t kTrusts = 32, kBins = 32;
constexpr std::size_t kGuessCounters = kGuesses * kSteps * kTrusts * kBins;
constexpr std::uint32_t kCounterLimit = 255;
constexpr std::uint32_t kSureCount = 4;  // decisions after which a counter is believed
constexpr int kSetContexts[] = {kSteps * 64, kSteps * 16, kSteps * 16, kSteps* kBins};
constexpr int kFinalContexts[] = {kSteps, kSteps * 64};
constexpr mixer::MixRates kRates{40, 18, 60};
constexpr std::int16_t kFirstWeight = 1200;
constexpr std::size_t kBiasInput = 31;

int log2_of_lines(std::size_t blocks) { return std::clamp(mixer::log2_ceil(blocks) + 1, 10, 16); }

std::array<std::int16_t, 64> first_weights() {
  std::array<std::int16_t, 64> weights{};
  std::fill_n(weights.begin(), kContexts + kGuesses, kFirstWeight);
  return weights;
}

// Of a distance in 1/8: 0 to 15 below, 16 to 31 above, finer where it is short.
std::size_t bin_of(std::int32_t distance) {
  const auto far = std::max(static_cast<std::uint32_t>(std::abs(distance)), 2U);
  const auto top = static_cast<std::uint32_t>(std::bit_width(far)) - 1;
  const std::uint32_t level = std::min(2 * (top - 1) + (far >> (top - 1) & 1), 15U);
  return distance < 0 ? 15 - level : 16 + level;
}

}  // namespace

std::size_t CoefficientModel::memory_bytes(std::size_t blocks) {
  return sizeof(Counter) * ((kContexts * kNodes << log2_of_lines(blocks)) + kGuessCounters) +
         decltype(sets_)::memory_bytes(kSetContexts, kFinalContexts) + kSteps * (64 + kBins) * 64 +
         (std::size_t{1} << 16);  // the rest, generously
}

CoefficientModel::CoefficientModel(std::size_t blocks, const mixer::MixKernels& kernels)
    : lines_log2_(log2_of_lines(blocks)),
      lines_(kContexts * kNodes << lines_log2_),
      guesses_(kGuessCounters),
      inputs_(kInputs),
      sets_(kernels, kSetContexts, kFinalContexts, kRates, first_weights()),
      by_place_(kSteps * 64),
      by_bin_(kSteps * kBins) {
  constexpr Counter kFirst = mixer::make_counter(1 << 15, 0);
  std::fill_n(lines_.data(), kContexts * kNodes << lines_log2_, kFirst);
  std::fill_n(guesses_.data(), kGuessCounters, kFirst);
}

void CoefficientModel::begin(const Situation& situation) {
  now_ = &situation;
  group_ = kNoGroup;
}

void CoefficientModel::find_lines(int group) {
  group_ = group;
  for (std::size_t i = 0; i < kContexts; ++i) {
    std::uint32_t h = now_->contexts[i] + static_cast<std::uint32_t>(group) * 0x9E3779B1U;
    h *= 0x85EBCA6BU;
    h = (h ^ h >> 15) * 0xC2B2AE35U;
    const std::size_t line = (i << lines_log2_) + (h >> (32 - lines_log2_));
    line_[i] = lines_.data() + line * kNodes;
    __builtin_prefetch(line_[i], 1);
  }
}

void CoefficientModel::add_input(std::size_t source, Counter* counter) {
  counter_[source] = counter;
  counters_at_work_[source] = *counter;
  const std::uint32_t p16 = mixer::probability16(*counter);
  const std::uint32_t sureness = std::min((*counter & 1023) + 1, kSureCount);
  std::int16_t* const x = inputs_.data() + source;
  x[0] = static_cast<std::int16_t>(mixer::stretch(p16) * static_cast<std::int32_t>(sureness) /
                                   static_cast<std::int32_t>(kSureCount));
  x[32] = static_cast<std::int16_t>((static_cast<std::int32_t>(p16) - 32768) >> 4);
}

std::uint32_t CoefficientModel::predict(const Decision& decision) {
  if (decision.group != group_) find_lines(decision.group);
  const std::size_t step =
      (std::size_t{now_->kind} * 8 + static_cast<std::size_t>(decision.sort)) * 2 + now_->chroma;
  for (std::size_t i = 0; i < kContexts; ++i) add_input(i, line_[i] + decision.node);
  std::size_t first_bin = 0;
  for (std::size_t i = kGuesses; i-- > 0;) {
    first_bin = bin_of(decision.threshold - now_->guesses[i]);
    const std::size_t row = (i * kSteps + step) * kTrusts + now_->trusts[i];
    add_input(kContexts + i, guesses_.data() + row * kBins + first_bin);
  }
  inputs_.data()[kBiasInput] = 256;
  const std::size_t by_place = step * 64 + now_->place, by_bin = step * kBins + first_bin;
  by_place_.select(by_place);
  by_bin_.select(by_bin);
  sets_.choose(0, by_place);
  sets_.choose(1, step * 16 + now_->left);
  sets_.choose(2, step * 16 + now_->energy);
  sets_.choose(3, by_bin);
  sets_.choose_final(0, step);
  sets_.choose_final(1, by_place);
  const std::int32_t logit = sets_.mix(inputs_.data());
  const std::int32_t p =
      (2 * mixer::squash(logit) + by_place_.refine(logit) + by_bin_.refine(logit)) / 4;
  return static_cast<std::uint32_t>(std::clamp(p, 1, 65535));
}

void CoefficientModel::update(int bit) {
  sets_.learn(inputs_.data(), bit);
  by_place_.update(bit, sets_.dither());
  by_bin_.update(bit, sets_.dither());
  sets_.kernels().learn(counters_at_work_.data(), 32, kTables.reciprocal.data(), bit,
                        kCounterLimit);
  for (std::size_t i = 0; i < kSources; ++i) *counter_[i] = counters_at_work_[i];
}

}  // namespace nnzip::jpeg
