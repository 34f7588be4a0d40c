// SPDX-License-Identifier: Apache-2.0
// Guesses by records, rows and the numbers of lines.
#include "mixer/bytes/byte_guesses.h"

#include <algorithm>

namespace nnzip::mixer {
namespace {

constexpr std::uint32_t kMostDigits = 18;

std::size_t place_of(std::uint64_t structure) {
  return static_cast<std::uint32_t>(structure * 0x9E3779B1u) >> 22;
}

}  // namespace

void ByteGuesses::follow(std::uint8_t byte) {
  for (std::size_t i = 0; i < kByteGuesses; ++i) {
    if (expected_[i] == 0) continue;
    const int right = expected_[i] == 256 + byte ? 1 : 0;
    here_[i][place_] = static_cast<std::uint8_t>(here_[i][place_] << 1 | right);
    anywhere_[i] = static_cast<std::uint8_t>(anywhere_[i] << 1 | right);
  }
  follow_number(byte);
}

void ByteGuesses::follow_number(std::uint8_t byte) {
  if (byte >= '0' && byte <= '9') {
    value_ = value_ * 10 + (byte - '0');
    ++digits_;
    return;
  }
  if (digits_ != 0) {
    Number& number = numbers_[number_];
    number = {value_, number.last, digits_};
    number_ = std::min(number_ + 1, kNumbers - 1);
  }
  value_ = digits_ = 0;
  if (byte == '\n') number_ = 0;
}

// one, two: where the byte stands in the record before and the one before that; 0: nowhere.
void ByteGuesses::guess_by_records(Known known, std::size_t one, std::size_t two) {
  if (one == 0 || one >= known.size()) return;
  expect(kLast, known[one]);
  if (two == 0 || two >= one) return;
  expect(kBeforeLast, known[two]);
  expect(kStep, 2u * known[one] - known[two]);
  // The high byte of a number of two: of the one that is nearest to what equal steps lead to.
  const auto number = [&](std::size_t at) { return known[at] * 256u + known[at - 1]; };
  expect(kCarry, (2 * number(one) - number(two) - known.back() + 128) >> 8);
}

// Tables of pointers stand between functions.
void ByteGuesses::guess_in_code(Known known, const CodeState& code) {
  const std::size_t end = known.size();
  place_ = code.position() % kPlaces;
  if (end >= 4) expect(kThird, known[end - 4]);
  if (end >= 8) expect(kNear, known[end - 8]);
}

void ByteGuesses::guess_in_chain(Known known, const RecordChain& chain) {
  place_ = (place_of(chain.kind) + chain.place) % kPlaces;
  guess_by_records(known, chain.cell_at, chain.cell_two_at);
  expect(kAfter, chain.alike);
  if (chain.above < 256) expect(kNear, chain.above);
  expect(kFar, chain.before);
  expect(kThird, chain.trend);
}

void ByteGuesses::guess_in_items(const ItemReader& items) {
  constexpr ByteGuess kOrder[] = {kLast, kStep, kCarry, kNear, kFar, kThird};
  place_ = (place_of(items.kind) + items.place()) % kPlaces;
  for (std::size_t i = 0; i < std::size(kOrder); ++i) {
    if (const std::uint32_t byte = items.expected(i)) expect(kOrder[i], byte);
  }
}

void ByteGuesses::guess_in_rows(Known known, std::size_t length) {
  const std::size_t end = known.size();
  place_ = length == 0 ? 0 : end % length % kPlaces;
  if (length == 0 || end < length) return;
  guess_by_records(known, end - length, end < 2 * length ? 0 : end - 2 * length);
  if (end > length) {
    expect(kNear, 0u + known[end - length] + known.back() - known[end - length - 1]);
  }
  if (end >= 3 * length) expect(kThird, known[end - 3 * length]);
}

// The digit that comes, if the number of the line grows as it did.
void ByteGuesses::guess_in_lines(const FurtherState& further) {
  place_ = further.field * 16 + std::min(digits_, 15u);
  const Number& number = numbers_[number_];
  if (number.digits <= digits_ || number.digits > kMostDigits) return;
  std::uint64_t digits = 2 * number.last - number.before;
  for (std::uint32_t i = digits_ + 1; i < number.digits; ++i) digits /= 10;
  if (digits / 10 == value_) expect(kStep, '0' + digits % 10);
}

void ByteGuesses::look(Known known, const FurtherState& further, const Around& around) {
  expected_ = {};
  if (around.code == nullptr && around.chain != nullptr)
    return guess_in_chain(known, *around.chain);
  if (around.items != nullptr) {
    guess_in_items(*around.items);
    expect(kAfter, around.after);
    return;
  }
  if (around.code != nullptr) {
    guess_in_code(known, *around.code);
  } else if (around.tags != nullptr) {
    place_ = (place_of(around.tags->field) + around.tags->place) % kPlaces;
    guess_by_records(known, around.tags->before_at, around.tags->before_two_at);
  } else if (around.rows != nullptr) {
    place_ = around.rows->place % kPlaces;
    guess_by_records(known, around.rows->before_at, around.rows->before_two_at);
  } else if (further.is_binary() || around.stride != 0) {
    guess_in_rows(known, around.stride != 0 ? around.stride : further.length);
  } else {
    return guess_in_lines(further);
  }
  expect(kAfter, around.after);
  expect(kFar, further.zero_above);
}

}  // namespace nnzip::mixer
