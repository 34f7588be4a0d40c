// SPDX-License-Identifier: Apache-2.0
#include "mixer/bytes/guess_inputs.h"

#include <algorithm>
#include <bit>

namespace nnzip::mixer {

void GuessInputs::begin(const ByteGuesses* guesses, int count) {
  guesses_ = guesses;
  count_ = count;
  speaking_ = 0;
  for (int i = 0; guesses != nullptr && i < count; ++i) {
    speaking_ |= guesses->expected(i) != 0 ? 1u << i : 0;
  }
}

void GuessInputs::add(int bit, std::int16_t* x, std::int16_t* y) {
  bit_ = bit;
  std::fill_n(x, count_, std::int16_t{0});
  if (y != nullptr) std::fill_n(y, count_, std::int16_t{0});
  for (std::uint32_t rest = speaking_; rest != 0; rest &= rest - 1) {
    const int i = std::countr_zero(rest);
    const auto row = static_cast<std::uint32_t>(i) * 2 + (guesses_->expected(i) >> (7 - bit) & 1);
    Counter& counter = counters_[row * ByteGuesses::kOutcomes + guesses_->outcomes(i)];
    counter_[static_cast<std::size_t>(i)] = &counter;
    x[i] = kTables.stretch[counter >> 20];
    if (y == nullptr) continue;
    const auto centred = static_cast<std::int16_t>(counter >> 16 ^ 0x8000);
    y[i] = static_cast<std::int16_t>(centred >> 4);
  }
}

// A guess that the bit contradicts says no more of the byte.
void GuessInputs::learn(int bit) {
  for (std::uint32_t rest = speaking_; rest != 0; rest &= rest - 1) {
    const int i = std::countr_zero(rest);
    Counter& counter = *counter_[static_cast<std::size_t>(i)];
    counter = updated(counter, bit, kLimit);
    const auto expected = static_cast<int>(guesses_->expected(i) >> (7 - bit_) & 1);
    if (expected != bit) speaking_ &= ~(1u << i);
  }
}

std::size_t GuessInputs::agreement() const {
  std::size_t all = 0;
  for (const int i : {kLast, kStep, kCarry, kAfter, kBeforeLast}) {
    const bool speaks = (speaking_ >> i & 1) != 0;
    all = all * 3 + (speaks ? 1 + (guesses_->expected(i) >> (7 - bit_) & 1) : 0);
  }
  return all;
}

}  // namespace nnzip::mixer
