// SPDX-License-Identifier: Apache-2.0
// Counters, sets and refinements of a decision.
#include "reference/jpeg/jpeg_reference_prediction.h"

#include <algorithm>
#include <cstdlib>

namespace nnzip::jpeg_reference {
namespace {

using mixer_reference::Counter;
using mixer_reference::Sets;

constexpr std::size_t kSteps = 7 * 8 * 2;

std::vector<Int> first_weights() {
  std::vector<Int> weights(64);
  for (std::size_t i = 0; i <= 25; ++i) weights[i] = 1200;
  return weights;
}

Int bin(Int distance) {
  const Int f = std::max<Int>(std::abs(distance), 2);
  Int t = 0;
  while (f >> (t + 1) != 0) ++t;
  const Int q = std::min<Int>(2 * (t - 1) + (f >> (t - 1)) % 2, 15);
  return distance < 0 ? 15 - q : 16 + q;
}

int log2_of_lines(std::size_t blocks) {
  int bits = 0;
  while (std::size_t{1} << bits < blocks) ++bits;
  return std::clamp(bits + 1, 10, 16);
}

}  // namespace

std::uint32_t hash(const std::vector<Int>& values) {
  std::uint32_t h = 0x165667B1;
  for (const Int v : values) {
    h = (h ^ (static_cast<std::uint32_t>(v) + 0x7F4A7C15)) * 0x2C1B3C6D;
    h = h ^ (h >> 15);
  }
  return h;
}

Prediction::Prediction(std::size_t blocks)
    : G_(log2_of_lines(blocks)),
      of_contexts_((std::size_t{20} << G_) * 16, Counter::start(32768, 0)),
      of_guesses_(6 * kSteps * 32 * 32, Counter::start(32768, 0)),
      A_(kSteps * 64),
      B_(kSteps * 32) {
  for (const std::size_t contexts : {64, 16, 16, 32}) {
    sets_.emplace_back(kSteps * contexts, first_weights());
  }
  for (const std::size_t contexts : {1, 64}) {
    final_sets_.emplace_back(kSteps * contexts, std::vector<Int>(4, 16384 / 4));
  }
}

std::uint32_t Prediction::predict(const Situation& s, const Decision& d) {
  const Int step = (8 * s.kind + d.sort) * 2 + (s.first_component ? 0 : 1);
  read_.clear();
  for (std::size_t i = 0; i < 20; ++i) {
    std::uint32_t h = i < s.contexts.size() ? s.contexts[i] : 0;
    h += static_cast<std::uint32_t>(d.group) * 0x9E3779B1;
    h *= 0x85EBCA6B;
    h = (h ^ (h >> 15)) * 0xC2B2AE35;
    const std::size_t line = (i << G_) + (h >> (32 - G_));
    read_.push_back(&of_contexts_.at(line * 16 + static_cast<std::size_t>(d.node)));
  }
  for (std::size_t i = 0; i < 6; ++i) {
    const Int row = (static_cast<Int>(i * kSteps) + step) * 32 + s.trust;
    const Int place = row * 32 + bin(d.threshold - s.guesses[i]);
    read_.push_back(&of_guesses_.at(static_cast<std::size_t>(place)));
  }
  inputs_.assign(64, 0);
  inputs_[31] = 256;
  for (std::size_t i = 0; i < read_.size(); ++i) {
    const Counter& counter = *read_[i];
    inputs_[i] = Int{counter.x()} * std::min(counter.count + 1, 4u) / 4;
    inputs_[32 + i] = counter.y();
  }
  by_place_ = static_cast<std::size_t>(step * 64 + s.place);
  by_bin_ = static_cast<std::size_t>(step * 32 + bin(d.threshold - s.guesses[0]));
  const std::size_t chosen[] = {by_place_, static_cast<std::size_t>(step * 16 + s.left),
                                static_cast<std::size_t>(step * 16 + s.energy), by_bin_};
  logits_.clear();
  for (std::size_t k = 0; k < 4; ++k) {
    sets_[k].mix(chosen[k], inputs_);
    logits_.push_back(sets_[k].logit);
  }
  final_sets_[0].mix_final(static_cast<std::size_t>(step), logits_);
  final_sets_[1].mix_final(by_place_, logits_);
  X_ = (final_sets_[0].logit + final_sets_[1].logit) / 2;
  const Int p =
      (2 * mixer_reference::squash(X_) + A_.refine(by_place_, X_) + B_.refine(by_bin_, X_)) / 4;
  return static_cast<std::uint32_t>(std::clamp<Int>(p, 1, 65535));
}

void Prediction::learn(int bit) {
  const auto rate = static_cast<Int>(40 + 18 * 65536 / (4096 + decisions_));
  ++decisions_;
  for (Sets& set : sets_) set.learn(inputs_, bit, rate);
  for (Sets& set : final_sets_) set.learn(logits_, bit, 60);
  A_.learn(by_place_, X_, bit, decisions_);
  B_.learn(by_bin_, X_, bit, decisions_);
  for (Counter* counter : read_) counter->learn(bit);
}

}  // namespace nnzip::jpeg_reference
