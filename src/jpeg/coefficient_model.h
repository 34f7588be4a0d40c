// SPDX-License-Identifier: Apache-2.0
// Predicts binary decisions about coefficients from hashed contexts and guesses: JPEG.md.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "mixer/core/adaptive_map.h"
#include "mixer/core/aligned_memory.h"
#include "mixer/core/mix_network.h"
#include "mixer/core/mixer_plan.h"

namespace nnzip::jpeg {

constexpr int kContexts = 24;
constexpr int kGuesses = 6;

// What decisions about one number have in common.
struct Situation {
  std::array<std::uint32_t, kContexts> contexts{};  // hashes
  std::array<std::int32_t, kGuesses> guesses{};     // of the number, in 1/8, as far as known
  std::array<std::uint32_t, kGuesses> trusts{};     // below 32: how good the guess may be
  std::uint32_t kind = 0;                           // of number
  std::uint32_t place = 0, left = 0, energy = 0;    // choose weights: below 64, 16, 16
};

class CoefficientModel {
 public:
  static std::size_t memory_bytes(std::size_t blocks);
  CoefficientModel(std::size_t blocks, const mixer::MixKernels& kernels);

  // The decisions that follow are about such a number; valid until the next call.
  void begin(const Situation& situation) {
    now_ = &situation;
    group_ = ~0U;
  }

  // P16 that the decision is a 1. group, node: of it, node below 16; step: of which sort it is,
  // below kSteps; threshold: in 1/8, what the number is compared with; refined: below 2^10.
  std::uint32_t predict(std::uint32_t group, std::uint32_t node, std::uint32_t step,
                        std::int32_t threshold);
  void update(int bit);

 private:
  static constexpr int kInputs = 64;
  static constexpr int kSets = 4, kFinalSets = 2;

  void select(std::uint32_t group);

  int shift_;
  mixer::AlignedMemory<mixer::Counter> lines_;    // [context][line][node]
  mixer::AlignedMemory<mixer::Counter> guesses_;  // [guess][step][trust][bin]
  mixer::AlignedMemory<std::int16_t> inputs_;
  mixer::MixNetwork<kInputs, kSets, kFinalSets, mixer::FinalSum::kExact> sets_;
  mixer::Refiner refiner_, refiner2_;

  const Situation* now_ = nullptr;
  std::uint32_t group_ = ~0U;
  std::array<mixer::Counter*, kContexts> line_{};
  std::array<mixer::Counter*, kContexts + kGuesses> at_{};
  alignas(64) std::array<mixer::Counter, 32> work_{};
};

constexpr std::uint32_t kSteps = 96;

}  // namespace nnzip::jpeg
