// SPDX-License-Identifier: Apache-2.0
// Sound, bit after bit: the distributions that several predictions of a sample imply, mixed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "coder/distribution.h"
#include "filter/sample_kernels.h"
#include "mixer/core/adaptive_map.h"
#include "mixer/core/aligned_memory.h"
#include "mixer/core/mix_network.h"
#include "mixer/core/mixer_plan.h"
#include "mixer/sound/companding.h"
#include "mixer/sound/sound_channel.h"
#include "mixer/sound/sound_distribution.h"

namespace nnzip::mixer {

// For content of Form::kSamples, the high byte of each number first, whatever the layout says of
// the order of bytes, and of Form::kCompanded; of the usual or the large effort. The same calls as
// BytePredictor's.
template <Effort kEffort>
class SoundPredictorOf {
 public:
  static std::size_t memory_bytes(const MixerPlan& plan);

  SoundPredictorOf(const MixerPlan& plan, const MixKernels& kernels);
  SoundPredictorOf(const SoundPredictorOf&) = delete;  // channels refer to its scratch

  void begin_byte(int stream, const Distribution* network);
  std::uint32_t predict();
  void update(int bit);
  std::uint8_t end_byte();

  const MixKernels& kernels() const { return sets_.kernels(); }

 private:
  static constexpr bool kLarge = kEffort == Effort::kLarge;
  static constexpr int kPredictions = kLarge ? kLargePredictions : kUsualPredictions;
  static constexpr int kDistributions = kPredictions * kErrorMeans;
  static constexpr int kInputs = kLarge ? 96 : 32;
  // Those after the distributions.
  static constexpr int kValueInput = kDistributions;
  static constexpr int kNetworkInput = kValueInput + 2;
  static constexpr int kBiasInput = kNetworkInput + 1;
  static_assert(kBiasInput < kInputs && SoundDistributions<kDistributions>::kLanes <= kInputs);

  // A sample in the making. Its bits are those of the file but for those that are inverted, the
  // sign as a rule, so that they count levels from the lowest one.
  struct Sample {
    std::uint32_t bits = 0;
    int known = 0;  // how many
    int channel = 0;
    std::int64_t low = 0;  // level of the lowest number with these bits; not of companded ones
    int scale = 0;         // of the best prediction, in halves of powers of two
    int liveliness = 0;    // recent errors against those of long
    SoundDistributions<kDistributions> distributions;
  };

  struct Stream {
    std::vector<SoundChannel> channels;
    Sample sample;
    std::size_t position;  // in the block
  };

  void begin_sample(Stream& stream);
  void end_sample(Stream& stream);
  // Where the numbers with these bits begin, where their halves meet, and where they end.
  struct Interval {
    std::int64_t lower, middle, upper;
  };
  Interval interval(const Sample& sample) const;
  bool is_inverted(const Sample& sample) const;
  void add_network(std::int16_t* inputs) const;
  void add_value(std::int16_t* inputs);
  void select(const Sample& sample, const Interval& interval);

  std::optional<Companding> companding_;
  std::uint32_t frame_bytes_;
  int number_bytes_;
  bool uses_network_;
  const SoundKernels& sound_kernels_;
  std::int64_t step_;  // levels between neighbouring numbers
  filter::LeastSquaresScratch scratch_;
  std::vector<Stream> streams_;

  // The byte that is being coded.
  Stream* stream_ = nullptr;
  const Distribution* network_ = nullptr;
  std::uint32_t partial_ = 1;  // its bits so far below a leading 1

  // The bit that is being coded.
  bool inverted_ = false;
  Interval interval_{};
  Counter* value_counter_ = nullptr;

  // What adapts.
  AlignedMemory<std::int16_t> inputs_;  // [kInputs]
  MixNetwork<kInputs, 3, 1, FinalSum::kPartial> sets_;
  std::vector<Counter> value_counters_;  // [channel][bits before this one]
  Refiner refiner_;
};

}  // namespace nnzip::mixer
