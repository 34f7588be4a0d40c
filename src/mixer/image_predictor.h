// SPDX-License-Identifier: Apache-2.0
// Predicts the bits of an image's numbers.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "coder/distribution.h"
#include "mixer/adaptive_map.h"
#include "mixer/aligned_memory.h"
#include "mixer/image_plane.h"
#include "mixer/image_regression.h"
#include "mixer/mix_kernels.h"
#include "mixer/mixer.h"

namespace nnzip::mixer {

class ImagePredictor {
 public:
  static std::size_t memory_bytes(const MixerPlan& plan);
  ImagePredictor(const MixerPlan& plan, const MixKernels& kernels);
  void begin_byte(int stream, const Distribution* network);
  std::uint32_t predict();
  void update(int bit);
  std::uint8_t end_byte();
  const MixKernels& kernels() const { return kernels_; }

  static constexpr int kGuesses = 32;
  static constexpr int kInputs = 48;
  static constexpr int kSets = 6;
  static constexpr int kFinalSets = 3;
  static constexpr int kFinalInputs = 16;
  static constexpr int kEnergies = 24;
  static constexpr int kLevels = 6;
  static constexpr int kBins = 48;
  static constexpr int kMus = 24;

 private:
  struct Stream {
    std::size_t begin, end;
    std::uint8_t last = 0;
    std::array<TapWeights, kMaxChannels> weights{};
    Surroundings around{};
  };
  void begin_number(Stream& s);
  void experts(Stream& s);
  void begin_bits();

  const MixKernels& kernels_;
  ImagePlane plane_;
  std::vector<Regression> regressions_;
  std::vector<Stream> streams_;
  std::vector<std::int16_t> errors_;   // of the first guess, in 1/4
  bool low_first_;

  std::size_t stream_ = 0;
  PixelPlace place_{};
  std::uint32_t channel_ = 0;
  Taps taps_{};
  int tap_count_ = 0;
  std::array<std::int32_t, kMaxChannels> current_{};
  std::array<std::int32_t, kMaxChannels> current_error_{};
  std::int32_t base_ = 0;
  std::array<std::int32_t, kMus> mu_{};
  std::int32_t best_ = 0;
  struct Guess {
    std::int32_t mu;
    std::int32_t inverse;
    std::int32_t level;  // added to a bit's
    std::uint32_t base;
    Counter* counter;
  };
  std::array<Guess, kGuesses> guess_{};
  int guesses_ = 0;
  std::array<std::uint32_t, 8> set_context_{};
  std::uint32_t final_context_ = 0;
  std::uint32_t texture_ = 0, texture0_ = 0;
  int energy_ = 0, energy2_ = 0;

  std::array<std::vector<std::int32_t>, 3> bias_;
  std::array<std::uint32_t, 3> bias_at_{};
  std::array<std::array<std::int32_t, kMus>, kMaxChannels> running_{};

  static constexpr int kStage = 16;
  std::array<std::int32_t, kStage> stage_in_{};
  std::array<std::array<std::int32_t, kStage>, kMaxChannels> stage_w_{};
  std::int64_t norm_ = 1;
  std::array<std::int64_t, kMaxChannels> norm_avg_{};
  std::vector<Regression> energy_models_;
  Taps energy_taps_{};
  std::int32_t log_energy_ = 0;
  int energy5_ = 0;
  // bits
  std::uint32_t partial_ = 1;
  int bit_ = 0;
  const Distribution* network_ = nullptr;
  std::uint32_t known_ = 0;   // of the number's other byte
  int level_base_ = 0;

  std::array<std::int32_t, kSets> logits_{}, probabilities_{};
  std::array<std::int32_t*, kSets> set_{};
  std::array<std::int32_t*, kFinalSets> final_set_{};
  std::array<std::int32_t, kFinalSets> final_probabilities_{};
  std::vector<Counter> counters_;
  AlignedMemory<std::int32_t> inputs_, final_inputs_, weights_, final_weights_;
  std::vector<Refiner> refiners_;
  std::uint32_t seen_ = 0;
};

}  // namespace nnzip::mixer
