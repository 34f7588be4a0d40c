// SPDX-License-Identifier: Apache-2.0
// Predicts the bits of an image's numbers: each guess of a number says how likely a bit is, from
// where the bit's threshold lies beside the guess, and a mixing network weighs what they say.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "coder/distribution.h"
#include "mixer/adaptive_map.h"
#include "mixer/aligned_memory.h"
#include "mixer/image_guesses.h"
#include "mixer/mix_kernels.h"
#include "mixer/mixer.h"
#include "split/block_order.h"

namespace nnzip::mixer {

// For layouts of Form::kPixels; the same calls as Predictor's.
class ImagePredictor {
 public:
  static std::size_t memory_bytes(const MixerPlan& plan);

  ImagePredictor(const MixerPlan& plan, const MixKernels& kernels);

  // The byte that comes belongs to that stream.
  void begin_byte(int stream, const Distribution* network);
  // Probability of a 1 in 1/65536, 1..65535.
  std::uint32_t predict();
  // Learns the bit.
  void update(int bit);
  // After eight bits; returns the byte.
  std::uint8_t end_byte();

  const MixKernels& kernels() const { return kernels_; }

 private:
  static constexpr int kSets = 6;
  static constexpr int kFinalSets = 3;
  static constexpr int kPlain = 4;
  static constexpr int kInputs = 32;       // of either kind of set: a vector of the kernels
  static constexpr int kCounterRoom = 32;  // for all guesses and plain contexts

  struct Stream {
    std::size_t position = 0;  // of the byte that comes
    std::uint8_t last = 0;     // byte
    ImageNumber number;
  };

  bool two_bytes() const { return guesses_.plane().number_bytes() == 2 && !number_->place.padding; }
  void prepare_guesses();
  void set_threshold();
  void prepare_plain_contexts();
  void add_guesses();
  void add_plain_contexts();
  void add_network();
  void select_sets();
  std::int32_t mix();

  const MixKernels& kernels_;
  std::uint64_t disabled_;  // inputs
  ImageGuesses guesses_;
  BlockOrder order_;
  std::vector<Stream> streams_;
  bool low_first_;
  bool uses_network_;

  // The byte that is being coded.
  std::size_t stream_ = 0;
  ImageNumber* number_ = nullptr;
  std::uint32_t partial_ = 1;  // its bits so far below a leading 1
  int bit_ = 0;                // how many
  const Distribution* network_ = nullptr;
  // Of the guesses: values, bins in a unit of distance in 1/2^20 and how far they reach, what is
  // added to the bit's level, first counters.
  std::array<std::int32_t, kGuesses> values_{}, bins_{}, limits_{}, levels_{}, first_{};
  std::array<Counter*, kPlain> plain_{};  // by partial byte

  // The bit that is being coded.
  std::int32_t threshold_ = 0;  // of numbers with a 1, in 1/16
  std::int32_t level_ = 0;      // the bit stands for 2^level_
  bool circular_ = false;       // the high bits are not known yet
  std::array<std::int32_t, kGuesses> at_{};
  alignas(64) std::array<Counter, kCounterRoom> counters_at_work_{};
  std::array<std::int32_t, kSets> logits_{};
  std::array<std::int32_t, kFinalSets> final_logits_{};
  std::array<std::int16_t*, kSets> set_{};
  std::array<std::int16_t*, kFinalSets> final_set_{};

  // What adapts.
  std::vector<Counter> counters_;        // [channel][guess][half the energy][level][bin]
  std::vector<Counter> plain_counters_;  // [context][byte][byte of the pixel][partial byte]
  AlignedMemory<std::int16_t> inputs_, final_inputs_;
  AlignedMemory<std::int16_t> weights_, final_weights_;  // [sets][contexts of the set][kInputs]
  int refined_shift_;  // of a number's high bits in the refiner's contexts
  Refiner refiner_;
  std::uint32_t seen_ = 0;
};

}  // namespace nnzip::mixer
