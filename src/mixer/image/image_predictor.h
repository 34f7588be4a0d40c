// SPDX-License-Identifier: Apache-2.0
// Predicts the bits of an image's numbers: each guess of a number says how likely a bit is, from
// where the bit's threshold lies beside the guess, and a mixing network weighs what they say.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "coder/distribution.h"
#include "layout/block_order.h"
#include "layout/effort.h"
#include "mixer/core/adaptive_map.h"
#include "mixer/core/aligned_memory.h"
#include "mixer/core/mix_network.h"
#include "mixer/core/mixer_plan.h"
#include "mixer/image/colour_lattice.h"
#include "mixer/image/colour_pairs.h"
#include "mixer/image/image_guesses.h"
#include "mixer/image/pixel_contexts.h"

namespace nnzip::mixer {

// For layouts of Form::kPixels; the same calls as BytePredictor's. Of the usual and the large
// effort.
template <Effort kEffort>
class ImagePredictorOf {
 public:
  static std::size_t memory_bytes(const MixerPlan& plan);

  ImagePredictorOf(const MixerPlan& plan, const MixKernels& kernels);

  // The byte that comes belongs to that stream.
  void begin_byte(int stream, const Distribution* network);
  // Probability of a 1 in 1/65536, 1..65535.
  std::uint32_t predict();
  // Learns the bit.
  void update(int bit);
  // After eight bits; returns the byte.
  std::uint8_t end_byte();

  const MixKernels& kernels() const { return sets_.kernels(); }

 private:
  static constexpr bool kIsLarge = kEffort == Effort::kLarge;
  static constexpr int kGuesses = kIsLarge ? kLargeGuesses : kUsualGuesses;
  static constexpr int kPlain = 4;
  // Where the inputs of each kind begin.
  static constexpr int kBiasInput = kGuesses;
  static constexpr int kNetworkInput = kGuesses + 1;
  static constexpr int kNetworkLinearInput = kGuesses + 2;
  static constexpr int kPlainInput = kGuesses + 3;  // one for each plain context
  static constexpr int kExactInput = kPlainInput + 5;
  static constexpr int kPairInput = kExactInput + PixelContexts::kInputs;
  static constexpr int kLatticeInput = kPairInput + (kIsLarge ? 8 : 2);
  static constexpr int kLinearInput = kIsLarge ? 96 : 64;  // one for each guess
  static constexpr int kInputs = kIsLarge ? 128 : 96;
  static constexpr int kSets = 9;
  static constexpr int kCounterRoom = 32;  // for all guesses and plain contexts

  struct Stream {
    std::size_t position = 0;  // of the byte that comes
    std::uint8_t last = 0;     // byte
    ImageNumber number;
  };

  static std::array<std::int16_t, kInputs> first_weights();
  static std::size_t colour_bytes(const MixerPlan& plan);
  bool two_bytes() const { return guesses_.plane().number_bytes() == 2 && !number_->place.padding; }
  void prepare_guesses();
  void set_threshold();
  void prepare_plain_contexts();
  void add_guesses();
  void add_plain_contexts();
  void add_exact_contexts();
  void add_colour_pairs();
  void add_network();
  std::size_t colour_state() const;
  void select_sets();

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

  // What adapts.
  PixelContexts exact_;
  std::optional<ColourLattice> lattice_;
  std::optional<ColourPairs> pairs_;     // of three or four colours, of a byte each
  std::vector<Counter> counters_;        // [channel][guess][half the energy][level][bin]
  std::vector<Counter> plain_counters_;  // [context][byte][byte of the pixel][partial byte]
  AlignedMemory<std::int16_t> inputs_;
  MixNetwork<kInputs, kSets, 3, FinalSum::kPartial> sets_;
  int refined_shift_;  // of a number's high bits in the refiner's contexts
  Refiner refiner_;
};

}  // namespace nnzip::mixer
