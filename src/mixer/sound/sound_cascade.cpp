// SPDX-License-Identifier: Apache-2.0
// Each stage learns from what those before it leave.
#include "mixer/sound/sound_cascade.h"

#include <algorithm>

namespace nnzip::mixer {
namespace {

constexpr std::int64_t kShareRate = 200;
constexpr std::int64_t kShareLimit = std::int64_t{1} << 18;

}  // namespace

SoundCascade::SoundCascade(const CascadeRule& rule, bool alone,
                           const filter::SampleKernels& kernels,
                           filter::LeastSquaresScratch& scratch)
    : own_inputs_(alone ? rule.alone : rule.own),
      other_inputs_(alone ? 0 : rule.other),
      squares_(own_inputs_ + other_inputs_, rule.log2_memory, rule.interval, kernels, scratch) {
  for (const auto& [log2_taps, rate] : rule.stages) stages_.emplace_back(log2_taps, rate, kernels);
  shares_.fill(1 << 16);
}

SoundCascade::Sums SoundCascade::predict(const filter::AmplitudeHistory& own,
                                         const filter::AmplitudeHistory& other) {
  filter::AmplitudeHistory::gather(own, own_inputs_, other, other_inputs_, squares_.inputs());
  first_ = squares_.predict();
  Sums sums;
  std::int64_t sum = first_, weighted = std::int64_t{first_} << 16;
  sums[0] = sum * 256;
  for (std::size_t i = 0; i < kStages; ++i) {
    corrections_[i] = stages_[i].predict();
    sum += corrections_[i];
    weighted += corrections_[i] * shares_[i];
    sums[i + 1] = sum * 256;
  }
  constexpr std::int64_t kLimit = std::int64_t{filter::kAmplitudeLimit} << 16;
  sums[kStages + 1] = std::clamp(weighted, -kLimit, kLimit) >> 8;
  return sums;
}

void SoundCascade::update(std::int32_t amplitude, std::int32_t sign, std::int64_t mean) {
  const std::int64_t scale = (mean >> 8) + 64;
  std::int32_t rest = amplitude - first_;
  for (std::size_t i = 0; i < kStages; ++i) {
    const std::int64_t step = corrections_[i] * kShareRate / scale;
    shares_[i] = std::clamp<std::int64_t>(shares_[i] + sign * step, -kShareLimit, kShareLimit);
    const std::int32_t value = rest;
    rest -= corrections_[i];
    stages_[i].adapt(rest);
    stages_[i].push(value);
  }
  squares_.update(amplitude);
}

}  // namespace nnzip::mixer
