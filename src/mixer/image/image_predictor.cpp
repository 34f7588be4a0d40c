// SPDX-License-Identifier: Apache-2.0
// The path of one bit.
#include "mixer/image/image_predictor.h"

#include <algorithm>
#include <bit>

#include "mixer/core/network_input.h"

namespace nnzip::mixer {
namespace {

// A counter's place: how many bins the threshold is above the guess, a bin being a quarter of the
// expected error, and how the bit's level compares with that error.
constexpr std::int32_t kBins = 48;
constexpr std::int32_t kLevels = 6;
constexpr std::int32_t kShapes = kEnergies / 2;
constexpr std::int32_t kGuessCounters = kShapes * kLevels * kBins;  // of a channel and a guess

constexpr int kSetContexts[] = {kEnergies * 8,
                                512,
                                384,
                                512,
                                256,
                                768,
                                PixelContexts::kCopyStates,
                                16 * PixelContexts::kSeenStates,
                                ColourPairs::kStates + ColourLattice::kStates};
constexpr int kFinalContexts[] = {kEnergies * 8, 384, 512};

constexpr std::uint32_t kCounterLimit = 1023;
constexpr MixRates kUsualRates{90, 18, 120}, kLargeRates{60, 18, 120};

// What no data are needed for.
struct ImageTables {
  ImageTables();
  std::array<std::int32_t, kEnergies> bins;    // bins in 1/16, in 1/2^20
  std::array<std::int32_t, kEnergies> limits;  // distances in 1/16 that the bins cover
  std::vector<Counter> first;                  // of a guess
};

// P16 of a number above the threshold, if the threshold is d above the guess, both are known to be
// closer than h, and errors are logistic; all in the unit of logits.
std::uint32_t first_probability(std::int32_t d, std::int32_t h) {
  const auto below = [](std::int32_t x) { return squash(clamp_logit(x)); };
  // Mirrored so that both differences are of small numbers, which are finer.
  const std::int32_t a = -std::abs(d);
  const std::int32_t above_a = below(a + h) - below(a), below_a = below(a) - below(a - h);
  const std::int32_t likely = std::max(above_a, 1), unlikely = std::max(below_a, 1);
  const std::int32_t part = d > 0 ? unlikely : likely;
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(std::int64_t{65536} * part / (likely + unlikely), 16, 65520));
}

ImageTables::ImageTables() : first(kGuessCounters) {
  for (std::int32_t energy = 0; energy < kEnergies; ++energy) {
    // The mean error in 1/256 is 2^(energy/2) * 64 * 2^(1/4).
    const std::int64_t mean = std::int64_t{energy % 2 == 0 ? 76 : 108} << (energy / 2);
    bins[energy] = static_cast<std::int32_t>((std::int64_t{1} << 26) / mean);
    limits[energy] = (kBins / 2 << 20) / bins[energy] - 1;
  }
  // A mean error is 2 ln 2 logistic scales: 355 / 256.
  for (std::int32_t shape = 0; shape < kShapes; ++shape) {
    for (std::int32_t level = 0; level < kLevels; ++level) {
      for (std::int32_t bin = 0; bin < kBins; ++bin) {
        const std::int32_t d = (2 * bin + 1 - kBins) * 355 / 8;
        const std::int32_t h = level == kLevels - 1 ? 2 * kLogitLimit : (355 << level) / 4;
        first[(shape * kLevels + level) * kBins + bin] = make_counter(first_probability(d, h), 0);
      }
    }
  }
}

const ImageTables& image_tables() {
  static const ImageTables tables;
  return tables;
}

// A refiner of 2^12 to 2^16 contexts.
int refined_shift(std::size_t content_bytes) { return 16 - log2_refined(content_bytes); }

std::size_t plain_count(const Layout& layout) {
  return std::size_t{1 + 3 * 256} * 256 * layout.element;
}

bool has_colours(const Layout& layout) { return layout.channels > 2 && layout.number_bytes() == 1; }

}  // namespace

template <Effort kEffort>
auto ImagePredictorOf<kEffort>::first_weights() -> std::array<std::int16_t, kInputs> {
  std::array<std::int16_t, kInputs> weights{};
  std::fill_n(weights.begin(), kGuesses, static_cast<std::int16_t>(kWeightOne * 2 / 100));
  for (int i = 0; i < 2 * kHashed; i += 2) {
    weights[kExactInput + i] = static_cast<std::int16_t>(kWeightOne * 2 / 100);
  }
  weights[kPairInput] = static_cast<std::int16_t>(kWeightOne * 2 / 100);
  weights[kNetworkInput] = static_cast<std::int16_t>(kWeightOne * 30 / 100);
  return weights;
}

template <Effort kEffort>
std::size_t ImagePredictorOf<kEffort>::colour_bytes(const MixerPlan& plan) {
  return ColourPairs::memory_bytes(kEffort) +
         ColourLattice::memory_bytes(plan.layout, plan.content_bytes);
}

template <Effort kEffort>
std::size_t ImagePredictorOf<kEffort>::memory_bytes(const MixerPlan& plan) {
  return ImageGuesses::memory_bytes(plan.layout, plan.content_bytes, kEffort) +
         static_cast<std::size_t>(plan.streams) * sizeof(Stream) +
         sizeof(Counter) * (std::size_t{kGuesses * kGuessCounters} * plan.layout.channels +
                            plain_count(plan.layout)) +
         (std::size_t{64} << (16 - refined_shift(plan.content_bytes))) +
         PixelContexts::memory_bytes(plan.content_bytes) +
         (has_colours(plan.layout) ? colour_bytes(plan) : 0) +
         decltype(sets_)::memory_bytes(kSetContexts, kFinalContexts) +
         (std::size_t{1} << 16);  // the rest, generously
}

template <Effort kEffort>
ImagePredictorOf<kEffort>::ImagePredictorOf(const MixerPlan& plan, const MixKernels& kernels)
    : disabled_((plan.disabled & std::bitset<128>(0xFFFFFFFF)).to_ullong()),
      guesses_(plan.layout, plan.content_bytes, kEffort),
      order_(plan.content_bytes, plan.streams, plan.layout),
      streams_(static_cast<std::size_t>(plan.streams)),
      low_first_(plan.layout.low_first),
      uses_network_(plan.network),
      exact_(guesses_.plane(), plan.content_bytes, streams_.size()),
      plain_counters_(plain_count(plan.layout), make_counter(1 << 15, 0)),
      inputs_(kInputs),
      sets_(kernels, kSetContexts, kFinalContexts, kIsLarge ? kLargeRates : kUsualRates,
            first_weights()),
      refined_shift_(refined_shift(plan.content_bytes)),
      refiner_(std::size_t{1} << (16 - refined_shift_)) {
  if (has_colours(plan.layout)) {
    pairs_.emplace(kEffort);
    lattice_.emplace(guesses_.plane(), plan.content_bytes);
  }
  for (std::size_t i = 0; i < streams_.size(); ++i) streams_[i].position = order_.first(i);
  const std::vector<Counter>& first = image_tables().first;
  const std::size_t tables = kGuesses * std::size_t{plan.layout.channels};
  counters_.reserve(tables * first.size());
  for (std::size_t i = 0; i < tables; ++i) {
    counters_.insert(counters_.end(), first.begin(), first.end());
  }
}

template <Effort kEffort>
void ImagePredictorOf<kEffort>::begin_byte(int stream, const Distribution* network) {
  stream_ = static_cast<std::size_t>(stream);
  Stream& s = streams_[stream_];
  number_ = &s.number;
  network_ = uses_network_ ? network : nullptr;
  partial_ = 1;
  bit_ = 0;
  number_->place = guesses_.plane().place(s.position);
  if (number_->place.byte == 0) guesses_.begin(*number_);
  if (!number_->place.padding) exact_.begin_byte(stream_, *number_, s.last);
  if (pairs_) pairs_->begin(*number_);
  if (lattice_) {
    lattice_->begin(number_->place, number_->around, number_->best,
                    image_tables().bins[number_->energy], number_->current, number_->lattice);
  }
  prepare_guesses();
  prepare_plain_contexts();
}

template <Effort kEffort>
void ImagePredictorOf<kEffort>::prepare_guesses() {
  const ImageTables& tables = image_tables();
  const auto channel = static_cast<std::int32_t>(number_->place.channel);
  for (int i = 0; i < kGuesses; ++i) {
    const Guess& guess = number_->guesses[i];
    values_[i] = guess.value;
    bins_[i] = tables.bins[guess.energy];
    limits_[i] = tables.limits[guess.energy];
    levels_[i] = 4 - guess.energy / 2;
    first_[i] =
        (channel * kGuesses + i) * kGuessCounters + guess.energy / 2 * kLevels * kBins + kBins / 2;
  }
}

// Between the numbers whose bit is 0 and those with a 1, as far as the number is known.
template <Effort kEffort>
void ImagePredictorOf<kEffort>::set_threshold() {
  const auto middle = static_cast<std::int32_t>(((partial_ << 1 | 1) << (7 - bit_)) & 255);
  const std::int32_t last = streams_[stream_].last;
  level_ = 7 - bit_;
  circular_ = false;
  threshold_ = middle * 16 - 8;
  if (!two_bytes()) return;
  const bool second = number_->place.byte == 1;
  if (second == low_first_) level_ += 8;
  if (!second) {
    circular_ = low_first_;
    if (!low_first_) threshold_ = middle * 4096 - 8;
  } else {
    threshold_ = low_first_ ? (middle * 256 + last - 128) * 16 : (last * 256 + middle) * 16 - 8;
  }
}

template <Effort kEffort>
void ImagePredictorOf<kEffort>::add_guesses() {
  std::array<std::int32_t, kGuesses> distance;
  for (int i = 0; i < kGuesses; ++i) distance[i] = threshold_ - values_[i];
  if (circular_) {
    // Low bytes go round: to the nearest of the places where the bit changes.
    for (std::int32_t& d : distance) {
      d = ((d + 2048) & 4095) - 2048;
      if (level_ == 7 && d > 1024) d = 2048 - d;
      if (level_ == 7 && d < -1024) d = -2048 - d;
    }
  }
  for (int i = 0; i < kGuesses; ++i) {
    // Products stay below 2^20 * kBins / 2.
    const std::int32_t near = std::min(std::max(distance[i], -limits_[i]), limits_[i]);
    const std::int32_t level = std::min(std::max(level_ + levels_[i], 0), kLevels - 1);
    at_[i] = first_[i] + level * kBins + ((near * bins_[i]) >> 20);
  }
  std::int16_t* const x = inputs_.data();
  const std::int16_t* const stretches = kTables.stretch.data();
  const bool linear = guesses_.plane().number_bytes() == 1;
  for (int i = 0; i < kGuesses; ++i) {
    const Counter counter = counters_[static_cast<std::size_t>(at_[i])];
    counters_at_work_[i] = counter;
    x[i] = stretches[counter >> 20];
    // Of wider numbers they are noise.
    if (linear) {
      const auto p16 = static_cast<std::int32_t>(probability16(counter));
      x[kLinearInput + i] = static_cast<std::int16_t>((p16 - 32768) >> 4);
    }
  }
}

// Bytes after like bytes, whatever they mean: for images that hold few of the possible numbers.
template <Effort kEffort>
void ImagePredictorOf<kEffort>::prepare_plain_contexts() {
  const PixelPlace& place = number_->place;
  const bool low = two_bytes() ? (place.byte == 0) == low_first_ : true;
  const auto byte_of = [&](std::int32_t value) { return (low ? value : value >> 8) & 255; };
  const auto& around = number_->around[place.channel];
  const std::int32_t bytes[kPlain] = {
      0, 1 + (place.byte == 1 ? streams_[stream_].last : byte_of(around[kW])),
      257 + byte_of(around[kN]), 513 + byte_of(number_->best >> 4)};
  const auto element = static_cast<std::int32_t>(guesses_.plane().element());
  const auto within =
      static_cast<std::int32_t>(place.channel * guesses_.plane().number_bytes() + place.byte);
  for (int i = 0; i < kPlain; ++i) {
    plain_[i] = plain_counters_.data() + (bytes[i] * element + within) * 256;
  }
}

template <Effort kEffort>
void ImagePredictorOf<kEffort>::add_plain_contexts() {
  for (int i = 0; i < kPlain; ++i) {
    const Counter counter = plain_[i][partial_];
    counters_at_work_[kGuesses + i] = counter;
    inputs_.data()[kPlainInput + i] = kTables.stretch[counter >> 20];
  }
}

template <Effort kEffort>
void ImagePredictorOf<kEffort>::add_exact_contexts() {
  std::int16_t* const x = inputs_.data() + kExactInput;
  if (number_->place.padding) {
    std::fill_n(x, PixelContexts::kInputs, std::int16_t{0});
  } else {
    exact_.add_inputs(x, partial_, bit_);
  }
}

template <Effort kEffort>
void ImagePredictorOf<kEffort>::add_colour_pairs() {
  if (pairs_) pairs_->add_inputs(inputs_.data() + kPairInput, partial_, bit_);
  if (lattice_) lattice_->add_inputs(inputs_.data() + kLatticeInput, partial_, bit_);
}

template <Effort kEffort>
void ImagePredictorOf<kEffort>::add_network() {
  std::int16_t* const x = inputs_.data();
  x[kNetworkInput] = x[kNetworkLinearInput] = 0;
  if (network_ == nullptr) return;
  const std::int32_t logit = network_logit(*network_, partial_, bit_);
  x[kNetworkInput] = static_cast<std::int16_t>(logit);
  x[kNetworkLinearInput] = linear_input(logit);
}

template <Effort kEffort>
void ImagePredictorOf<kEffort>::select_sets() {
  const std::int32_t level = std::min(level_, 7);
  const auto texture = static_cast<std::int32_t>(number_->texture);
  const PixelPlace& at = number_->place;
  const auto channel = static_cast<std::int32_t>(at.channel);
  // Colours are often kept for each second pixel and row alone.
  const auto parity =
      static_cast<std::int32_t>((at.x & 1) | (at.pixel / guesses_.plane().stride() & 1) << 1);
  // Of the first guess.
  const std::int32_t place = at_[0] % (kLevels * kBins);
  const std::int32_t contexts[] = {
      number_->energy * 8 + place / kBins,
      at.padding ? 64 : 128 * parity + level_ * 4 + channel,
      place / kBins * 64 + place % kBins,
      level * 64 + texture,
      static_cast<std::int32_t>(partial_),
      level * 96 + number_->nearby * 4 + channel,
      at.padding ? 0 : static_cast<std::int32_t>(exact_.copy_state()),
      at.padding ? 0 : static_cast<std::int32_t>(exact_.seen_state()) * 16 + level_,
      static_cast<std::int32_t>(colour_state())};
  for (int k = 0; k < kSets; ++k) sets_.choose(k, static_cast<std::size_t>(contexts[k]));
  const int final_contexts[] = {contexts[0], contexts[2], contexts[1]};
  for (int k = 0; k < 3; ++k) sets_.choose_final(k, static_cast<std::size_t>(final_contexts[k]));
}

// Of the lattice if it speaks, else of the pairs.
template <Effort kEffort>
std::size_t ImagePredictorOf<kEffort>::colour_state() const {
  if (!pairs_) return ColourPairs::kStates - 1;
  return lattice_->speaks() ? ColourPairs::kStates + lattice_->state() : pairs_->state();
}

template <Effort kEffort>
std::uint32_t ImagePredictorOf<kEffort>::predict() {
  const std::int32_t best = number_->best / (two_bytes() ? 4096 : 16);
  refiner_.select(static_cast<std::uint32_t>(best >> refined_shift_) << 8 | partial_);
  set_threshold();
  add_guesses();
  add_plain_contexts();
  add_exact_contexts();
  add_colour_pairs();
  inputs_.data()[kBiasInput] = 256;
  add_network();
  for (std::uint64_t rest = disabled_; rest != 0; rest &= rest - 1) {
    inputs_.data()[std::countr_zero(rest)] = 0;
  }
  select_sets();
  const std::int32_t logit = sets_.mix(inputs_.data());
  const std::int32_t p = (3 * squash(logit) + refiner_.refine(logit) + 2) >> 2;
  return static_cast<std::uint32_t>(std::clamp(p, 1, 65535));
}

template <Effort kEffort>
void ImagePredictorOf<kEffort>::update(int bit) {
  sets_.learn(inputs_.data(), bit);
  if (!number_->place.padding) exact_.update(sets_.kernels(), bit);
  if (pairs_) pairs_->update(bit);
  if (lattice_) lattice_->update(bit);
  refiner_.update(bit, sets_.dither());
  sets_.kernels().learn(counters_at_work_.data(), kCounterRoom, kTables.reciprocal.data(), bit,
                        kCounterLimit);
  for (int i = 0; i < kGuesses; ++i) {
    counters_[static_cast<std::size_t>(at_[i])] = counters_at_work_[i];
  }
  for (int i = 0; i < kPlain; ++i) plain_[i][partial_] = counters_at_work_[kGuesses + i];
  partial_ = partial_ << 1 | static_cast<std::uint32_t>(bit);
  ++bit_;
}

template <Effort kEffort>
std::uint8_t ImagePredictorOf<kEffort>::end_byte() {
  const auto byte = static_cast<std::uint8_t>(partial_);
  Stream& s = streams_[stream_];
  if (!two_bytes()) {
    guesses_.learn(*number_, byte);
  } else if (number_->place.byte == 1) {
    guesses_.learn(*number_, low_first_ ? byte << 8 | s.last : s.last << 8 | byte);
  }
  if (pairs_) pairs_->learn(byte);
  if (lattice_) lattice_->learn(number_->place, number_->current, number_->lattice);
  if (!number_->place.padding) exact_.end_byte(stream_, *number_);
  s.last = byte;
  s.position = order_.next(s.position);
  return byte;
}

template class ImagePredictorOf<Effort::kUsual>;
template class ImagePredictorOf<Effort::kLarge>;

}  // namespace nnzip::mixer
