// SPDX-License-Identifier: Apache-2.0
// Weights of the inputs: sets, each chosen by a small context, whose sums are one logit and which
// learn the same error, so that all of them move alike.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>

#include "mixer/core/aligned_memory.h"
#include "mixer/core/logistic.h"
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace nnzip::lean {

// Four numbers of 16 bits a word, the first one in the low bits.
template <std::size_t kInputs>
struct Inputs {
  void put(std::size_t i, std::int32_t x) {
    fours[i / 4] |= std::uint64_t{static_cast<std::uint16_t>(x)} << (16 * (i % 4));
  }
  std::array<std::uint64_t, kInputs / 4> fours{};
};

// kInputs: whole vectors of eight.
template <std::size_t kInputs, std::size_t kSets>
class Sets {
 public:
  static_assert(kInputs % 8 == 0 && kInputs <= 32 && kSets <= 8);
  using Sizes = std::array<std::size_t, kSets>;

  // contexts: how many each set has.
  explicit Sets(const Sizes& contexts) : weights_(kInputs * total(contexts)) {
    std::exclusive_scan(contexts.begin(), contexts.end(), begin_.begin(), std::size_t{0});
    std::fill_n(weights_.data(), kInputs * total(contexts), kFirst);
  }

  static std::uint64_t memory_bytes(const Sizes& contexts) {
    return sizeof(std::int16_t) * kInputs * total(contexts);
  }

  // Of the next mix(), until another one is chosen.
  void choose(std::size_t set, std::size_t context) {
    chosen_[set] = weights_.data() + (begin_[set] + context) * kInputs;
  }

  // A lane's sum, of two products a set, stays below 16 * 3071 * 2^15 < 2^31, and that of sixteen
  // shifted lanes as well.
  std::int32_t mix(const Inputs<kInputs>& inputs) {
    std::int32_t sum = 0;
#if defined(__SSE2__)
    __m128i all = _mm_setzero_si128();
    for (std::size_t v = 0; v < kVectors; ++v) {
      // Put together in registers: a vector that is loaded waits for all stores to its parts.
      const __m128i x = _mm_set_epi64x(static_cast<std::int64_t>(inputs.fours[2 * v + 1]),
                                       static_cast<std::int64_t>(inputs.fours[2 * v]));
      _mm_store_si128(reinterpret_cast<__m128i*>(inputs_.data()) + v, x);
      __m128i lanes = _mm_setzero_si128();
      for (const std::int16_t* const weights : chosen_) {
        lanes = _mm_add_epi32(lanes, _mm_madd_epi16(x, load(weights + 8 * v)));
      }
      all = _mm_add_epi32(all, _mm_srai_epi32(lanes, 4));
    }
    all = _mm_add_epi32(all, _mm_shuffle_epi32(all, 0x4E));
    all = _mm_add_epi32(all, _mm_shuffle_epi32(all, 0xB1));
    sum = _mm_cvtsi128_si32(all);
#else
    std::memcpy(inputs_.data(), inputs.fours.data(), sizeof(inputs_));
    for (std::size_t i = 0; i < kInputs; i += 2) {
      std::int32_t lane = 0;
      for (const std::int16_t* const weights : chosen_) {
        lane += inputs_[i] * weights[i] + inputs_[i + 1] * weights[i + 1];
      }
      sum += lane >> 4;
    }
#endif
    return mixer::clamp_logit(sum >> 10);
  }

  // error: of the last mix()'s probability, in 1/65536.
  void learn(std::int32_t error) {
    const std::int32_t step = error / 64;
#if defined(__SSE2__)
    const __m128i factor = _mm_set1_epi16(static_cast<std::int16_t>(step));
    for (std::size_t i = 0; i < kInputs; i += 8) {
      const __m128i x = _mm_mullo_epi16(load(inputs_.data() + i), _mm_set1_epi16(kRate));
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
      const std::int32_t move = (kRate * inputs_[i] * step + 32768) >> 16;
      for (std::int16_t* const weights : chosen_) {
        weights[i] = static_cast<std::int16_t>(std::clamp(weights[i] + move, -32768, 32767));
      }
    }
#endif
  }

 private:
  static constexpr std::size_t kVectors = kInputs / 8;
  static constexpr std::int16_t kRate = 6;              // of learning
  static constexpr std::int16_t kFirst = 4800 / kSets;  // a weight at first, in 1/16384
#if defined(__SSE2__)
  static __m128i load(const std::int16_t* p) {
    return _mm_load_si128(reinterpret_cast<const __m128i*>(p));
  }
#endif
  static std::size_t total(const Sizes& contexts) {
    return std::accumulate(contexts.begin(), contexts.end(), std::size_t{0});
  }

  alignas(64) std::array<std::int16_t, kInputs> inputs_{};
  mixer::AlignedMemory<std::int16_t> weights_;  // [sets][contexts of the set][kInputs]
  Sizes begin_;
  std::array<std::int16_t*, kSets> chosen_{};
};

}  // namespace nnzip::lean
