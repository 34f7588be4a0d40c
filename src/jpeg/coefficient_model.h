// SPDX-License-Identifier: Apache-2.0
// Predicts decisions about coefficients from contexts and from guesses: JPEG.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mixer/core/adaptive_map.h"
#include "mixer/core/aligned_memory.h"
#include "mixer/core/mix_network.h"

namespace nnzip::jpeg {

constexpr std::size_t kContexts = 20;
constexpr std::size_t kGuesses = 6;

// Sorts of numbers.
enum Kind : std::uint32_t {
  kInside,  // a coefficient that varies in both directions
  kRow,
  kColumn,
  kMean,
  kInsideCount,  // how many of them are not 0
  kRowCount,
  kColumnCount,
};
constexpr std::size_t kKinds = 7;

// What decisions about one number have in common.
struct Situation {
  Kind kind = kInside;
  bool chroma = false;                              // not of the first component
  std::array<std::uint32_t, kContexts> contexts{};  // hashes
  std::array<std::int32_t, kGuesses> guesses{};     // of the number, in 1/8
  std::array<std::uint32_t, kGuesses> trusts{};     // how good they may be, below 32
  std::uint32_t place = 0, left = 0, energy = 0;    // choose weights: below 64, 16, 16
};

// A yes or no about a number.
struct Decision {
  int group = 0, node = 0;     // its place among those about a number; node is below 16
  int sort = 0;                // below 8
  std::int32_t threshold = 0;  // in 1/8: 1 means that the number is above
};

class CoefficientModel {
 public:
  static std::size_t memory_bytes(std::size_t blocks);

  // blocks: of the file.
  CoefficientModel(std::size_t blocks, const mixer::MixKernels& kernels);

  // The decisions that follow are about this number; it is looked at until the next one begins.
  void begin(const Situation& situation);
  // Probability of a 1 in 1/65536, 1..65535.
  std::uint32_t predict(const Decision& decision);
  // Learns the bit.
  void update(int bit);

 private:
  static constexpr int kInputs = 64;
  static constexpr std::size_t kSources = kContexts + kGuesses;
  static constexpr int kNoGroup = -1;

  void find_lines(int group);
  void add_input(std::size_t source, mixer::Counter* counter);

  int lines_log2_;
  mixer::AlignedMemory<mixer::Counter> lines_;    // [context][line][node]
  mixer::AlignedMemory<mixer::Counter> guesses_;  // [guess][step][trust][bin]
  mixer::AlignedMemory<std::int16_t> inputs_;
  mixer::MixNetwork<kInputs, 4, 2, mixer::FinalSum::kExact> sets_;
  mixer::Refiner by_place_, by_bin_;

  const Situation* now_ = nullptr;
  int group_ = kNoGroup;  // whose lines these are:
  std::array<mixer::Counter*, kContexts> line_{};
  std::array<mixer::Counter*, kSources> counter_{};  // of the decision
  alignas(64) std::array<mixer::Counter, 32> counters_at_work_{};
};

}  // namespace nnzip::jpeg
