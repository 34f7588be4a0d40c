// SPDX-License-Identifier: Apache-2.0
// Weights of the inputs: three sets, each chosen by a small context, whose sums are one logit and
// which learn the same error.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "mixer/core/aligned_memory.h"
#include "mixer/core/logistic.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace nnzip::lean {

constexpr std::size_t kInputs = 16;  // whole vectors
constexpr std::size_t kContexts =
    9;  // their logits are the first inputs, the next one is of the match

// Four numbers of 16 bits a word, the first one in the low bits.
struct Inputs {
  void put(std::size_t i, std::int32_t x) {
    fours[i / 4] |= std::uint64_t{static_cast<std::uint16_t>(x)} << (16 * (i % 4));
  }
  std::array<std::uint64_t, kInputs / 4> fours{};
};

class Sets {
 public:
  static constexpr std::size_t kSets = 3;

  // contexts: how many each set has.
  explicit Sets(const std::array<std::size_t, kSets>& contexts)
      : weights_(kInputs * (contexts[0] + contexts[1] + contexts[2])),
        begin_{0, contexts[0], contexts[0] + contexts[1]} {
    std::fill_n(weights_.data(), kInputs * (begin_[2] + contexts[2]), kFirst);
  }

  // Of the next mix().
  void choose(std::size_t set, std::size_t context) {
    chosen_[set] = weights_.data() + (begin_[set] + context) * kInputs;
  }

  // A lane's sum of twelve products stays below 12 * 3071 * 2^15 < 2^31, and that of the four
  // shifted lanes as well.
  std::int32_t mix(const Inputs& inputs) {
    std::int32_t sum = 0;
#if defined(__SSE2__)
    // Put together in registers: a vector that is loaded waits for all stores to its parts.
    for (std::size_t i = 0; i < 2; ++i) {
      _mm_store_si128(reinterpret_cast<__m128i*>(inputs_.data()) + i,
                      _mm_set_epi64x(static_cast<std::int64_t>(inputs.fours[2 * i + 1]),
                                     static_cast<std::int64_t>(inputs.fours[2 * i])));
    }
    __m128i lanes = _mm_setzero_si128();
    for (std::size_t i = 0; i < kInputs; i += 8) {
      const __m128i x = load(inputs_.data() + i);
      for (const std::int16_t* const weights : chosen_) {
        lanes = _mm_add_epi32(lanes, _mm_madd_epi16(x, load(weights + i)));
      }
    }
    lanes = _mm_srai_epi32(lanes, 4);
    lanes = _mm_add_epi32(lanes, _mm_shuffle_epi32(lanes, 0x4E));
    lanes = _mm_add_epi32(lanes, _mm_shuffle_epi32(lanes, 0xB1));
    sum = _mm_cvtsi128_si32(lanes);
#else
    std::memcpy(inputs_.data(), inputs.fours.data(), sizeof(inputs_));
    std::int32_t lanes[4] = {};
    for (const std::int16_t* const weights : chosen_) {
      for (std::size_t i = 0; i < kInputs; ++i) lanes[i / 2 % 4] += inputs_[i] * weights[i];
    }
    for (const std::int32_t lane : lanes) sum += lane >> 4;
#endif
    return mixer::clamp_logit(sum >> 10);
  }

  // error: of the last mix()'s probability, in 1/65536.
  void learn(std::int32_t error) {
    const std::int32_t step = error / 64;
#if defined(__SSE2__)
    const __m128i factor = _mm_set1_epi16(static_cast<std::int16_t>(step));
    for (std::size_t i = 0; i < kInputs; i += 8) {
      const __m128i x = _mm_slli_epi16(load(inputs_.data() + i), 3);
      // The high half of the product, rounded.
      const __m128i moves =
          _mm_add_epi16(_mm_mulhi_epi16(x, factor), _mm_srli_epi16(_mm_mullo_epi16(x, factor), 15));
      for (std::int16_t* const weights : chosen_) {
        const auto at = reinterpret_cast<__m128i*>(weights + i);
        _mm_store_si128(at, _mm_adds_epi16(_mm_load_si128(at), moves));
      }
    }
#else
    for (std::size_t i = 0; i < kInputs; ++i) {
      const std::int32_t move = (8 * inputs_[i] * step + 32768) >> 16;
      for (std::int16_t* const weights : chosen_) {
        weights[i] = static_cast<std::int16_t>(std::clamp(weights[i] + move, -32768, 32767));
      }
    }
#endif
  }

 private:
  static constexpr std::int16_t kFirst = 1600;  // a weight at first, in 1/16384
#if defined(__SSE2__)
  static __m128i load(const std::int16_t* p) {
    return _mm_load_si128(reinterpret_cast<const __m128i*>(p));
  }
#endif

  alignas(64) std::array<std::int16_t, kInputs> inputs_{};
  mixer::AlignedMemory<std::int16_t> weights_;  // [sets][contexts of the set][kInputs]
  std::array<std::size_t, kSets> begin_;
  std::array<std::int16_t*, kSets> chosen_{};
};

}  // namespace nnzip::lean
