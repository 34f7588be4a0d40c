// SPDX-License-Identifier: Apache-2.0
// The path of one bit of sound.
#include "mixer/sound/sound_predictor.h"

#include <algorithm>
#include <bit>

#include "filter/sample_targets.h"
#include "mixer/core/network_input.h"

namespace nnzip::mixer {
namespace {

constexpr int kMaxChannels = 8;
constexpr int kWidths = 32;  // of intervals against scales, in halves of powers of two
constexpr int kPlaces = 24;  // of middles against the best prediction, in quarters of scales
constexpr int kLiveliness = 8;
constexpr int kShapes = kWidths * kPlaces;
constexpr int kSetContexts[] = {kMaxChannels * kWidths, kMaxChannels * 32 * kLiveliness, kShapes};
constexpr int kFinalContexts[] = {kMaxChannels * 32};
constexpr MixRates kRates{128, 6, 120};
constexpr std::int64_t kLeastCompandedError = 1 << 14;  // in levels, of which a least step has 2^18
constexpr int kValueBits = 16;                          // that counters see
constexpr std::uint32_t kValueLimit = 250;

template <int kInputs>
std::array<std::int16_t, kInputs> first_weights(int distributions) {
  std::array<std::int16_t, kInputs> weights{};
  std::fill_n(weights.begin(), distributions,
              static_cast<std::int16_t>(kWeightOne / distributions));
  return weights;
}

// 2 log2(n), rounded down.
int half_octaves(std::int64_t n) {
  const int top = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(n))) - 1;
  // 181 / 128 = the root of 2.
  return 2 * top + ((n << 7) >> top >= 181 ? 1 : 0);
}

}  // namespace

template <Effort kEffort>
std::size_t SoundPredictorOf<kEffort>::memory_bytes(const MixerPlan& plan) {
  const std::size_t channels = plan.layout.channels;
  const std::size_t of_channel = SoundChannel::memory_bytes(kLarge);
  return channels * static_cast<std::size_t>(plan.streams) * of_channel +
         channels * (sizeof(Counter) << kValueBits) +
         decltype(sets_)::memory_bytes(kSetContexts, kFinalContexts) +
         (std::size_t{1} << 20);  // the rest, generously
}

template <Effort kEffort>
SoundPredictorOf<kEffort>::SoundPredictorOf(const MixerPlan& plan, const MixKernels& kernels)
    : companding_(plan.layout.form == Form::kCompanded
                      ? std::optional<Companding>(plan.layout.a_law)
                      : std::nullopt),
      frame_bytes_(plan.layout.element),
      number_bytes_(static_cast<int>(plan.layout.number_bytes())),
      uses_network_(plan.network),
      sound_kernels_(find_sound_kernels(kernels.name)),
      step_(std::int64_t{1} << (32 - 8 * number_bytes_)),
      streams_(static_cast<std::size_t>(plan.streams)),
      inputs_(kInputs),
      sets_(kernels, kSetContexts, kFinalContexts, kRates, first_weights<kInputs>(kDistributions)),
      value_counters_(plan.layout.channels << kValueBits, make_counter(1 << 15, 0)),
      refiner_(kShapes) {
  const filter::SampleKernels& sample_kernels = filter::find_sample_kernels(kernels.name);
  const std::int64_t least_error =
      companding_ ? kLeastCompandedError : std::max<std::int64_t>(step_ >> 4, 16);
  const std::size_t length = (plan.content_bytes + streams_.size() - 1) / streams_.size();
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    streams_[i].position = i * length;
    for (std::uint32_t c = 0; c < plan.layout.channels; ++c) {
      streams_[i].channels.emplace_back(plan.layout.channels == 1, kLarge, least_error,
                                        sample_kernels, scratch_);
    }
    begin_sample(streams_[i]);
  }
}

template <Effort kEffort>
void SoundPredictorOf<kEffort>::begin_sample(Stream& stream) {
  Sample& s = stream.sample;
  const auto place = static_cast<int>(stream.position % frame_bytes_);
  s.channel = place / number_bytes_;
  s.known = place % number_bytes_ * 8;  // not 0 only where a stream begins within a number
  s.bits = s.known > 0 ? 1u << (s.known - 1) : 0;
  s.low = s.known > 0 ? 0 : -(std::int64_t{1} << 31);
  SoundChannel& channel = stream.channels[s.channel];
  const std::size_t before = (s.channel == 0 ? stream.channels.size() : s.channel) - 1;
  channel.predict(stream.channels[before]);
  const Interval all = interval(s);
  for (int i = 0; i < kPredictions; ++i) {
    for (int k = 0; k < kErrorMeans; ++k) {
      s.distributions.set(i * kErrorMeans + k, channel.predictions()[i], channel.mean_error(i, k));
    }
  }
  s.distributions.begin(sound_kernels_, all.lower, all.upper);
  const int fast = half_octaves(channel.mean_error(kBestPrediction, 0));
  s.scale = half_octaves(channel.mean_error(kBestPrediction, 1));
  s.liveliness = std::clamp(fast - s.scale + 4, 0, kLiveliness - 1);
}

template <Effort kEffort>
void SoundPredictorOf<kEffort>::end_sample(Stream& stream) {
  const Sample& s = stream.sample;
  const std::int64_t level = companding_ ? companding_->level[s.bits] : s.low;
  stream.channels[s.channel].update(static_cast<std::int32_t>(level));
}

template <Effort kEffort>
typename SoundPredictorOf<kEffort>::Interval SoundPredictorOf<kEffort>::interval(
    const Sample& s) const {
  if (companding_) {
    const std::size_t half = std::size_t{128} >> s.known, first = 2 * half * s.bits;
    const auto& bounds = companding_->bounds;
    return {bounds[first], bounds[first + half], bounds[first + 2 * half]};
  }
  const std::int64_t half = std::int64_t{1} << (31 - s.known), lower = s.low - (step_ >> 1);
  return {lower, lower + half, lower + 2 * half};
}

template <Effort kEffort>
bool SoundPredictorOf<kEffort>::is_inverted(const Sample& s) const {
  if (!companding_) return s.known == 0 && number_bytes_ > 1;
  if (s.known == 0) return false;
  const std::size_t first = partial_ >> (s.known - 1) & 1;
  return (companding_->inverted[first] >> (7 - s.known) & 1) != 0;
}

template <Effort kEffort>
void SoundPredictorOf<kEffort>::begin_byte(int stream, const Distribution* network) {
  stream_ = &streams_[static_cast<std::size_t>(stream)];
  network_ = uses_network_ ? network : nullptr;
  partial_ = 1;
}

template <Effort kEffort>
std::uint8_t SoundPredictorOf<kEffort>::end_byte() {
  ++stream_->position;
  if (stream_->sample.known == 8 * number_bytes_) {
    end_sample(*stream_);
    begin_sample(*stream_);
  }
  return static_cast<std::uint8_t>(partial_);
}

template <Effort kEffort>
void SoundPredictorOf<kEffort>::add_network(std::int16_t* inputs) const {
  inputs[kNetworkInput] = 0;
  if (network_ == nullptr) return;
  const int bit = static_cast<int>(std::bit_width(partial_)) - 1;
  const std::int32_t logit = network_logit(*network_, partial_, bit);
  inputs[kNetworkInput] = static_cast<std::int16_t>(inverted_ ? -logit : logit);
}

// What numbers occur at all: files made from fewer bits, or amplified, leave some out.
template <Effort kEffort>
void SoundPredictorOf<kEffort>::add_value(std::int16_t* inputs) {
  const Sample& s = stream_->sample;
  value_counter_ = nullptr;
  inputs[kValueInput] = inputs[kValueInput + 1] = 0;
  if (s.known >= kValueBits) return;
  const std::size_t node = (std::size_t{1} << s.known) | s.bits;
  value_counter_ = &value_counters_[(static_cast<std::size_t>(s.channel) << kValueBits) + node];
  const auto count = static_cast<std::int32_t>(*value_counter_ & 1023);
  if (count < 2) return;
  const std::int32_t x = stretch(probability16(*value_counter_));
  inputs[kValueInput] = static_cast<std::int16_t>(x);
  inputs[kValueInput + 1] = static_cast<std::int16_t>(x * std::min(count, 32) / 32);
}

template <Effort kEffort>
void SoundPredictorOf<kEffort>::select(const Sample& s, const Interval& interval) {
  const int half = half_octaves((interval.upper - interval.lower) >> 1);
  const int width = std::clamp(half - s.scale + 7, 0, kWidths - 1);
  constexpr int kBest = kBestPrediction * kErrorMeans + kErrorMeans - 1;
  const auto place = static_cast<int>(std::clamp<std::int64_t>(
      s.distributions.place(kBest, interval.middle) / 1024, -kPlaces / 2 + 1, kPlaces / 2 - 1));
  const int where = width * kPlaces + place + kPlaces / 2;
  const int contexts[] = {s.channel * kWidths + width,
                          (s.channel * 32 + s.known) * kLiveliness + s.liveliness, where};
  for (int k = 0; k < 3; ++k) sets_.choose(k, static_cast<std::size_t>(contexts[k]));
  sets_.choose_final(0, static_cast<std::size_t>(s.channel * 32 + s.known));
  refiner_.select(static_cast<std::size_t>(where));
}

template <Effort kEffort>
std::uint32_t SoundPredictorOf<kEffort>::predict() {
  Sample& s = stream_->sample;
  inverted_ = is_inverted(s);
  interval_ = interval(s);
  const std::int64_t lower = interval_.middle - interval_.lower,
                     upper = interval_.upper - interval_.middle;
  std::int16_t* const inputs = inputs_.data();
  s.distributions.logits(sound_kernels_, lower, upper, inputs);
  add_value(inputs);
  add_network(inputs);
  inputs[kBiasInput] = 256;
  std::fill(inputs + kBiasInput + 1, inputs + kInputs, std::int16_t{0});  // idle lanes were written
  select(s, interval_);
  const std::int32_t logit = sets_.mix(inputs);
  s.distributions.split(sound_kernels_, interval_.middle);
  const std::int32_t p = std::clamp((3 * squash(logit) + refiner_.refine(logit)) >> 2, 1, 65535);
  return static_cast<std::uint32_t>(inverted_ ? 65536 - p : p);
}

template <Effort kEffort>
void SoundPredictorOf<kEffort>::update(int bit) {
  partial_ = partial_ << 1 | static_cast<std::uint32_t>(bit);
  const int up = inverted_ ? 1 - bit : bit;
  sets_.learn(inputs_.data(), up);
  refiner_.update(up, sets_.dither());
  if (value_counter_ != nullptr) *value_counter_ = updated(*value_counter_, up, kValueLimit);

  Sample& s = stream_->sample;
  s.distributions.narrow(up);
  if (up != 0) s.low += std::int64_t{1} << (31 - s.known);
  s.bits = s.bits << 1 | static_cast<std::uint32_t>(up);
  ++s.known;
}

template class SoundPredictorOf<Effort::kUsual>;
template class SoundPredictorOf<Effort::kLarge>;

}  // namespace nnzip::mixer
