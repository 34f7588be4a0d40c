// SPDX-License-Identifier: Apache-2.0
// Guesses as plain code.
#include "reference/mixer/mixer_reference_byte_guesses.h"

#include <algorithm>

#include "reference/mixer/mixer_reference.h"

namespace nnzip {
namespace mixer_reference {
namespace {

std::uint8_t low_byte(std::uint64_t n) { return static_cast<std::uint8_t>(n % 256); }

std::size_t hashed(std::uint64_t n) { return static_cast<std::uint32_t>(n * 0x9E3779B1) >> 22; }

}  // namespace

void Guesses::learn(std::uint8_t x) {
  for (std::size_t i = 0; i < kGuesses; ++i) {
    if (!guessed[i]) continue;
    const unsigned right = *guessed[i] == x ? 1 : 0;
    unsigned& history = here[{i, place}];
    history = (2 * history + right) % 256;
    anywhere[i] = (2 * anywhere[i] + right) % 256;
  }
  if (x >= 48 && x <= 57) {
    value = 10 * value + (x - 48u);
    ++digits;
    return;
  }
  if (digits != 0) {
    entries[number] = {value, entries[number].value, digits};
    number = std::min<std::size_t>(number + 1, 63);
  }
  value = 0;
  digits = 0;
  if (x == 10) number = 0;
}

void Guesses::by_records(const Place& next, std::size_t E, std::size_t one, std::size_t two) {
  const auto f = [&](std::size_t p) { return static_cast<std::uint64_t>(next.at(E - p)); };
  if (one == 0 || one >= E) return;
  guessed[kLast] = low_byte(f(one));
  if (two == 0 || two >= one) return;
  guessed[kTwo] = low_byte(f(two));
  guessed[kStep] = low_byte(2 * f(one) - f(two));
  const std::uint64_t n1 = 256 * f(one) + f(one - 1), n2 = 256 * f(two) + f(two - 1);
  guessed[kCarry] = low_byte((2 * n1 - n2 - next.c(1) + 128) >> 8);
}

void Guesses::by_rows(const Place& next, std::size_t E, std::size_t length) {
  place = 0;
  if (length == 0) return;
  place = E % length % 1024;
  if (E < length) return;
  by_records(next, E, E - length, E >= 2 * length ? E - 2 * length : 0);
  const auto at = [&](std::size_t d) { return static_cast<std::uint64_t>(next.at(d)); };
  if (E > length) guessed[kNear] = low_byte(at(length) + next.c(1) - at(length + 1));
  if (E >= 3 * length) guessed[kThird] = low_byte(at(3 * length));
}

void Guesses::by_lines(std::size_t fields) {
  place = 16 * fields + std::min(digits, 15u);
  const Entry& entry = entries[number];
  if (digits >= entry.digits || entry.digits > 18) return;
  std::uint64_t q = 2 * entry.value - entry.before;
  for (unsigned i = entry.digits - digits - 1; i > 0; --i) q /= 10;
  if (q / 10 == value) guessed[kStep] = low_byte(48 + q % 10);
}

void Guesses::take(const Place& next, const Further& further, const Layout& layout,
                   std::uint32_t after, std::size_t position) {
  learn(next.c(1));
  guessed = {};
  const std::size_t E = further.E;
  const bool is_code = layout.form == Form::kCode;
  if (const Item* const item = further.items(); !is_code && item != nullptr) {
    place = (hashed(item->kind) + item->place()) % 1024;
    const Guess order[] = {kLast, kStep, kCarry, kNear, kFar, kThird};
    for (std::size_t i = 0; i < std::size(order); ++i) guessed[order[i]] = item->says(i);
    guessed[kAfter] = low_byte(after);
    return;
  }
  if (!is_code && further.has_chain()) {
    const Chain& chain = further.chain;
    place = (hashed(chain.kind) + chain.place) % 1024;
    by_records(next, E, chain.one, chain.two);
    guessed[kAfter] = low_byte(chain.alike);
    if (chain.above_cell != 256) guessed[kNear] = low_byte(chain.above_cell);
    guessed[kFar] = low_byte(chain.before);
    guessed[kThird] = low_byte(chain.trend);
    return;
  }
  if (is_code) {
    place = position;
    if (E >= 4) guessed[kThird] = next.c(4);
    if (E >= 8) guessed[kNear] = next.c(8);
  } else if (further.has_tags()) {
    place = (hashed(further.tags.field) + further.tags.place) % 1024;
    by_records(next, E, further.tags.one, further.tags.two);
  } else if (further.has_rows()) {
    place = further.rows.place % 1024;
    by_records(next, E, further.rows.one, further.rows.two);
  } else if (further.since_zero < 255 || layout.stride != 0) {
    by_rows(next, E, layout.stride != 0 ? layout.stride : further.rl);
  } else {
    by_lines(further.fields);
    return;
  }
  guessed[kAfter] = low_byte(after);
  guessed[kFar] = low_byte(further.zero_above);
}

}  // namespace mixer_reference

const mixer_reference::Chain* MixerReference::long_chain() const {
  const mixer_reference::Chain& chain = stream_->further.chain;
  const bool looked_at = layout_.form != Form::kCode;
  return looked_at && stream_->further.has_chain() ? &chain : nullptr;
}

const mixer_reference::Tags* MixerReference::found_tags() const {
  const mixer_reference::Further& further = stream_->further;
  return layout_.form != Form::kCode && further.has_tags() ? &further.tags : nullptr;
}

const mixer_reference::Item* MixerReference::items() const {
  return layout_.form != Form::kCode ? stream_->further.items() : nullptr;
}

const mixer_reference::StatedRows* MixerReference::stated_rows() const {
  const mixer_reference::Further& further = stream_->further;
  return layout_.form != Form::kCode && further.has_rows() ? &further.rows : nullptr;
}

std::optional<int> MixerReference::guessed_bit(std::size_t guess) const {
  if (layout_.form == Form::kCode && !large_) return {};
  const std::optional<std::uint8_t> byte = stream_->guesses.guessed[guess];
  if (!byte || (256u + *byte) >> (8 - k_) != c_) return {};
  return *byte >> (7 - k_) & 1;
}

mixer_reference::Counter& MixerReference::guess_counter(std::size_t guess, int expected_bit) {
  const std::size_t row = 2 * guess + static_cast<std::size_t>(expected_bit);
  return guess_counters_[64 * row + stream_->guesses.outcomes(guess)];
}

void MixerReference::predict_guesses() {
  for (std::size_t i = 0; i < at_.guesses; ++i) {
    const std::optional<int> bit = guessed_bit(i);
    inputs_[at_.guess + i] = bit ? guess_counter(i, *bit).x() : 0;
    if (large_) inputs_[at_.lanes + at_.guess + i] = bit ? guess_counter(i, *bit).y() : 0;
  }
}

std::size_t MixerReference::guesses_agreement() const {
  std::size_t n = 0;
  for (const std::size_t i :
       {mixer_reference::kLast, mixer_reference::kStep, mixer_reference::kCarry,
        mixer_reference::kAfter, mixer_reference::kTwo}) {
    const std::optional<int> bit = guessed_bit(i);
    n = 3 * n + (bit ? 1 + static_cast<std::size_t>(*bit) : 0);
  }
  return n;
}

}  // namespace nnzip
