// SPDX-License-Identifier: Apache-2.0
// Each stage learns from what those before it leave; the better cascade has the larger share.
#include "lean/sample_guess.h"

#include <algorithm>
#include <cstdlib>

#include "mixer/core/logistic.h"

namespace nnzip::lean {
namespace {

constexpr std::int64_t kFastLimit = 8, kSlowLimit = 98;  // numbers
constexpr std::int64_t kShareRate = 200;
constexpr std::int64_t kShareLimit = std::int64_t{1} << 18;
constexpr std::int64_t kLeastLevel = -(std::int64_t{1} << 31), kMostLevel = -kLeastLevel - 1;

}  // namespace

void MeanError::add(std::int64_t error, std::int64_t seen, std::int64_t limit) {
  const std::int64_t step =
      mixer::kTables.reciprocal[static_cast<std::size_t>(std::min(seen, limit))];
  mean += ((256 * error - mean) * step) >> 16;
}

std::span<const SampleCascadeRule> sample_cascades(Effort effort) {
  static const std::array<SampleCascadeRule, 1> kSmall = {
      {{16, 10, 6, 9, 64, {{8, 500000}, {4, 3200000}}}}};
  static const std::array<SampleCascadeRule, 2> kUsual = {
      {{16, 10, 6, 9, 64, {{8, 500000}, {5, 1600000}, {4, 3200000}}},
       {4, 2, 2, 13, 32, {{11, 7000}, {10, 40000}, {8, 200000}, {5, 1000000}}}}};
  if (effort == Effort::kSmall) return kSmall;
  return kUsual;
}

SampleCascade::SampleCascade(const SampleCascadeRule& rule, bool alone, std::int64_t first_mean,
                             const filter::SampleKernels& kernels,
                             filter::LeastSquaresScratch& scratch)
    : own_inputs_(alone ? rule.alone : rule.own),
      other_inputs_(alone ? 0 : rule.other),
      squares_(own_inputs_ + other_inputs_, rule.log2_memory, rule.interval, kernels, scratch),
      error_{first_mean} {
  for (const auto& [log2_taps, rate] : rule.stages) {
    stages_.push_back({filter::SignLms(log2_taps, rate, kernels), 1 << 16, 0});
  }
}

void SampleCascade::predict(const filter::AmplitudeHistory& own,
                            const filter::AmplitudeHistory& other) {
  filter::AmplitudeHistory::gather(own, own_inputs_, other, other_inputs_, squares_.inputs());
  first_ = squares_.predict();
  std::int64_t weighted = std::int64_t{first_} << 16;
  for (Stage& stage : stages_) {
    stage.correction = stage.lms.predict();
    weighted += stage.correction * stage.share;
  }
  constexpr std::int64_t kLimit = std::int64_t{filter::kAmplitudeLimit} << 16;
  best_ = std::clamp(weighted, -kLimit, kLimit) >> 8;
}

void SampleCascade::learn(std::int64_t level, std::int64_t seen) {
  const std::int64_t error = level - best_;
  error_.add(std::abs(error), seen, kSlowLimit);
  const std::int64_t sign = error > 0 ? 1 : error < 0 ? -1 : 0;
  const std::int64_t scale = (error_.mean >> 16) + 64;
  const auto amplitude = static_cast<std::int32_t>(level >> 8);
  std::int32_t rest = amplitude - first_;
  for (Stage& stage : stages_) {
    const std::int64_t step = stage.correction * kShareRate / scale;
    stage.share = std::clamp(stage.share + sign * step, -kShareLimit, kShareLimit);
    const std::int32_t value = rest;
    rest -= stage.correction;
    stage.lms.adapt(rest);
    stage.lms.push(value);
  }
  squares_.update(amplitude);
}

SampleChannel::SampleChannel(Effort effort, bool alone, std::int64_t first_mean,
                             const filter::SampleKernels& kernels,
                             filter::LeastSquaresScratch& scratch)
    : fast_{first_mean}, slow_{first_mean} {
  for (const SampleCascadeRule& rule : sample_cascades(effort)) {
    cascades_.emplace_back(rule, alone, first_mean, kernels, scratch);
  }
}

// By the fourth power of how small mean errors are.
std::int64_t SampleChannel::blended() const {
  const SampleCascade &one = cascades_[0], &two = cascades_.back();
  if (cascades_.size() == 1) return one.best();
  const std::int64_t least =
      std::max<std::int64_t>(std::min(one.mean_error(), two.mean_error()), 1);
  const auto weight = [least](const SampleCascade& cascade) {
    const std::int64_t part = 1024 * least / std::max<std::int64_t>(cascade.mean_error(), 1);
    const std::int64_t square = part * part >> 10;
    return square * square >> 10;
  };
  const std::int64_t first = weight(one), second = weight(two);
  return one.best() + second * (two.best() - one.best()) / (first + second);
}

void SampleChannel::predict(const SampleChannel& beside) {
  for (SampleCascade& cascade : cascades_) cascade.predict(history_, beside.history_);
  guess_ = std::clamp(blended(), kLeastLevel, kMostLevel);
  const SampleCascade &one = cascades_[0], &two = cascades_.back();
  const bool both = cascades_.size() > 1;
  others_ = {one.first(), both ? two.best() : one.second(),
             both ? two.first() : 2 * last_ - before_, last_};
}

void SampleChannel::learn(std::int64_t level) {
  const std::int64_t error = std::abs(level - guess_);
  fast_.add(error, seen_, kFastLimit);
  slow_.add(error, seen_, kSlowLimit);
  for (SampleCascade& cascade : cascades_) cascade.learn(level, seen_);
  history_.push(static_cast<std::int32_t>(level >> 8));
  before_ = last_;
  last_ = level;
  ++seen_;
}

}  // namespace nnzip::lean
