// SPDX-License-Identifier: Apache-2.0
// The two layers of mixing that bytes, images and sound share: sets of weights, each chosen by a
// small context, make a logit of the inputs, and final sets make one of these.
//
//   network.choose(set, context)   for each set, and choose_final() for each final set
//   logit = network.mix(inputs)
//   network.learn(inputs, bit)
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mixer/core/aligned_memory.h"
#include "mixer/core/logistic.h"
#include "mixer/core/mix_kernels.h"

namespace nnzip::mixer {

// How far errors move weights. Rates fall with the number of bits that were learned: the first
// layer's is slow + fast * 65536 / (bits + delay), the final one final + final_fast * 65536 /
// (bits + delay); both below 1024 at all times. Of slow and final a part is halved by 2^23 bits.
struct MixRates {
  std::int32_t slow, fast, final;
  std::uint32_t delay = 4096;
  std::int32_t final_fast = 0;
  std::uint32_t halved = 0, final_halved = 0;  // parts of slow and final, below 512
  // In place of slow, fast and halved where learn() is told so.
  std::int32_t other_slow = 0, other_fast = 0;
  std::uint32_t other_halved = 0;
};

// How a final logit is summed up: exactly, or by partial sums as those of the first layer.
enum class FinalSum { kExact, kPartial };

template <int kInputs, int kSets, int kFinalSets, FinalSum kFinalSum>
class MixNetwork {
 public:
  static constexpr int kFinalInputs = 32;  // a vector of the kernels; those past kSets are idle
  static_assert(kInputs % kFinalInputs == 0 && kSets <= kFinalInputs);

  // contexts, final_contexts: of each set. first: the weights of every set at first.
  MixNetwork(const MixKernels& kernels, std::span<const int, kSets> contexts,
             std::span<const int, kFinalSets> final_contexts, MixRates rates,
             std::span<const std::int16_t, kInputs> first)
      : kernels_(kernels),
        rates_(rates),
        fast_(rates.fast, rates.delay),
        other_fast_(rates.other_fast, rates.delay),
        final_fast_(rates.final_fast, rates.delay),
        final_inputs_(kFinalInputs),
        weights_(kInputs * places(contexts, offset_)),
        final_weights_(kFinalInputs * places(final_contexts, final_offset_)) {
    for (std::size_t i = 0; i < sum(contexts); ++i) {
      std::copy_n(first.data(), kInputs, weights_.data() + i * kInputs);
    }
    for (std::size_t i = 0; i < sum(final_contexts); ++i) {
      std::fill_n(final_weights_.data() + i * kFinalInputs, kSets,
                  static_cast<std::int16_t>(kWeightOne / kSets));
    }
  }

  static constexpr std::size_t memory_bytes(std::span<const int, kSets> contexts,
                                            std::span<const int, kFinalSets> final_contexts) {
    return sizeof(std::int16_t) * (kInputs * sum(contexts) + kFinalInputs * sum(final_contexts));
  }

  // Of the next mix(), until another one is chosen.
  void choose(int set, std::size_t context) {
    set_[set] = weights_.data() + (offset_[set] + context) * kInputs;
  }
  void choose_final(int set, std::size_t context) {
    final_set_[set] = final_weights_.data() + (final_offset_[set] + context) * kFinalInputs;
  }

  // The mean of the final logits. inputs: kInputs of them, aligned to 64 bytes.
  std::int32_t mix(const std::int16_t* inputs) {
    kernels_.dot(inputs, kInputs, set_.data(), kSets, logits_.data());
    std::int16_t* const x = final_inputs_.data();
    for (int k = 0; k < kSets; ++k) x[k] = static_cast<std::int16_t>(logits_[k]);
    if constexpr (kFinalSum == FinalSum::kPartial) {
      for (int k = 0; k < kFinalSets; ++k) final_logits_[k] = partial_sum(x, final_set_[k]);
    } else {
      for (int k = 0; k < kFinalSets; ++k) {
        std::int32_t products = 0;  // below kSets * 3071 * 2^15
        for (int i = 0; i < kSets; ++i) products += x[i] * final_set_[k][i];
        final_logits_[k] = clamp_logit(products >> 14);
      }
    }
    std::int32_t logits = 0;
    for (const std::int32_t logit : final_logits_) logits += logit;
    return logits / kFinalSets;
  }

  // The bit that followed the last mix(), which had the same inputs. other: by the other rate.
  void learn(const std::int16_t* inputs, int bit, bool other = false) {
    const std::int32_t target = bit << 16;
    const std::uint32_t before = bits_++;
    const std::uint32_t since = before + rates_.delay;
    const std::int32_t rate =
        other ? rates_.other_slow - lost(rates_.other_halved, before) + other_fast_.at(since)
              : rates_.slow - lost(rates_.halved, before) + fast_.at(since);
    const std::int32_t final_rate =
        rates_.final - lost(rates_.final_halved, before) + final_fast_.at(since);
    std::array<std::int32_t, kSets> errors;
    for (int k = 0; k < kSets; ++k) errors[k] = ((target - squash(logits_[k])) * rate) >> 11;
    kernels_.train(inputs, kInputs, set_.data(), kSets, errors.data());
    std::array<std::int32_t, kFinalSets> final_errors;
    for (int k = 0; k < kFinalSets; ++k) {
      final_errors[k] = ((target - squash(final_logits_[k])) * final_rate) >> 11;
    }
    kernels_.train(final_inputs_.data(), kFinalInputs, final_set_.data(), kFinalSets,
                   final_errors.data());
  }

  // For Refiner::update() of the bit that was learned last.
  std::int32_t dither() const { return static_cast<std::int32_t>(bits_ * 0x9E3779B1u >> 26); }

  // Of all that were learned.
  std::uint32_t bits() const { return bits_; }

  const MixKernels& kernels() const { return kernels_; }

 private:
  // A part of a rate that falls, without a division for each bit.
  class FallingPart {
   public:
    FallingPart(std::int32_t fast, std::uint32_t delay)
        : most_(static_cast<std::uint32_t>(fast) << 16), now_(most_ / delay) {}
    // most_ / since. since: never less than before.
    std::int32_t at(std::uint32_t since) {
      while (std::uint64_t{now_} * since > most_) --now_;
      return static_cast<std::int32_t>(now_);
    }

   private:
    std::uint32_t most_, now_;
  };

  static std::int32_t lost(std::uint32_t part, std::uint32_t bits) {
    constexpr std::uint32_t kHalf = 1u << 23;
    return static_cast<std::int32_t>(part - part * kHalf / (bits + kHalf));
  }

  static constexpr std::size_t sum(std::span<const int> contexts) {
    std::size_t all = 0;
    for (const int n : contexts) all += static_cast<std::size_t>(n);
    return all;
  }

  // What the kernels' dot is of the few inputs that are not idle: a vector of them would wait for
  // what was written just before.
  static std::int32_t partial_sum(const std::int16_t* x, const std::int16_t* weights) {
    std::int32_t sum = 0;
    for (int i = 0; i < kSets; i += 2) {
      sum += (x[i] * weights[i] + x[i + 1] * weights[i + 1]) >> 4;
    }
    return clamp_logit(sum >> 10);
  }

  // Fills in where each set's weights begin; returns how many there are of all.
  static std::size_t places(std::span<const int> contexts, std::span<std::size_t> offsets) {
    for (std::size_t k = 0; k < offsets.size(); ++k) offsets[k] = sum(contexts.first(k));
    return sum(contexts);
  }

  const MixKernels& kernels_;
  MixRates rates_;
  FallingPart fast_, other_fast_, final_fast_;
  std::uint32_t bits_ = 0;
  std::array<std::size_t, kSets> offset_;  // in sets
  std::array<std::size_t, kFinalSets> final_offset_;
  std::array<std::int16_t*, kSets> set_{};
  std::array<std::int16_t*, kFinalSets> final_set_{};
  std::array<std::int32_t, kSets> logits_{};
  std::array<std::int32_t, kFinalSets> final_logits_{};
  AlignedMemory<std::int16_t> final_inputs_;
  AlignedMemory<std::int16_t> weights_;        // [sets][contexts of the set][kInputs]
  AlignedMemory<std::int16_t> final_weights_;  // [final sets][contexts][kFinalInputs]
};

}  // namespace nnzip::mixer
