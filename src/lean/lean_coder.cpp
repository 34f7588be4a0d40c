// SPDX-License-Identifier: Apache-2.0
// The steps of a bit, of a nibble and of a byte.
#include "lean/lean_coder.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "mixer/bytes/bit_history.h"
#include "mixer/core/logistic.h"
#include "mixer/core/unrolled.h"

namespace nnzip {
namespace {

using mixer::Counter;
using mixer::kHistories;

constexpr std::uint32_t kLeastMatch = 5;
constexpr std::size_t kRefined = 1024;  // contexts of each refiner
constexpr std::uint32_t kCounterLimit = 255;
constexpr std::int32_t kLeastProbability = 8;  // of a bit, in 1/65536

std::uint32_t hash_of(std::uint64_t value, std::uint64_t context) {
  std::uint64_t h = (value + context * 0xD6E8FEB86659FD93) * 0x9E3779B97F4A7C15;
  h = (h ^ h >> 32) * 0xC2B2AE3D27D4EB4F;
  return static_cast<std::uint32_t>(h >> 32);
}

constexpr std::uint32_t spread(std::uint32_t value) { return value * 0x9E3779B1u; }
constexpr std::size_t refined_context(std::uint32_t value) {
  return spread(value) >> 16 & (kRefined - 1);
}

int log2_of(std::size_t bytes) {
  return bytes <= 1 ? 0 : static_cast<int>(std::bit_width(bytes - 1));
}
int log2_lines(std::size_t content_bytes) { return std::clamp(log2_of(content_bytes), 8, 18); }
int log2_matches(std::size_t content_bytes) { return std::clamp(log2_of(content_bytes), 10, 18); }

}  // namespace

LeanCoder::LeanCoder(std::size_t content_bytes, const Layout& layout)
    : layout_(layout),
      history_(content_bytes, 1),
      shift_(32 - log2_lines(content_bytes)),
      lines_(std::size_t{1} << log2_lines(content_bytes)),
      order1_(256 * kOrder1Slots),
      matches_(log2_matches(content_bytes), kLeastMatch),
      sets_({256, kBuckets * 8, 256}),
      by_order1_(kRefined),
      by_expected_(kRefined) {
  for (auto& counters : counters_) {
    for (std::size_t i = 0; i < counters.size(); ++i) {
      counters[i] = mixer::make_counter(kHistories.probability[i],
                                        std::min<std::uint32_t>(kHistories.count[i], 30));
    }
  }
  for (std::uint32_t i = 0; i < kBuckets; ++i) {
    const std::uint32_t right = 65535 - 20000 / (i * i + 1);
    match_counters_[2 * i] = mixer::make_counter(65535 - right, 4);
    match_counters_[2 * i + 1] = mixer::make_counter(right, 4);
  }
  hash_contexts();
  take_slots();
}

std::uint64_t LeanCoder::memory_bytes(std::size_t content_bytes) {
  return content_bytes + (sizeof(Line) << log2_lines(content_bytes)) +
         mixer::MatchModel::memory_bytes(log2_matches(content_bytes)) + sizeof(LeanCoder) +
         (std::uint64_t{1} << 19);  // order 1, weights and refiners
}

void LeanCoder::encode(std::uint8_t byte, RangeEncoder& coder) {
  for (int k = 7; k >= 0; --k) {
    const int bit = byte >> k & 1;
    coder.encode_bit(bit != 0, predict());
    learn(bit);
  }
}

std::uint8_t LeanCoder::decode(RangeDecoder& coder, ExpectedByte* expected) {
  if (expected != nullptr && match_.position != 0) {
    expected->match = match_.expected;
    expected->match_bytes = match_.length;
  }
  for (int k = 0; k < 8; ++k) learn(coder.decode_bit(predict()) ? 1 : 0);
  return static_cast<std::uint8_t>(recent_);
}

// The probability of a 1 in 1/65536.
std::uint32_t LeanCoder::predict() {
  lean::Inputs inputs;
  mixer::unrolled<lean::kContexts>([&](auto i) {
    used_[i] = &counters_[i][slots_[i]->history(node_)];
    inputs.put(i, mixer::stretch(mixer::probability16(*used_[i])));
  });
  const auto k = static_cast<std::uint32_t>(std::bit_width(partial_)) - 1;
  const std::uint32_t bucket = speak(k);
  if (match_used_ != nullptr) {
    inputs.put(lean::kContexts, mixer::stretch(mixer::probability16(*match_used_)));
  }
  const auto c1 = static_cast<std::uint32_t>(recent_ & 0xFF);
  const auto c21 = static_cast<std::uint32_t>(recent_ & 0xFFFF);
  sets_.choose(0, partial_);
  sets_.choose(1, bucket * 8 + k);
  sets_.choose(2, c1);
  by_order1_.select(refined_context(c1 << 8 | partial_));
  by_expected_.select(refined_context(match_used_ == nullptr
                                          ? c21 * 0x85EBCA6Bu + partial_
                                          : (256u + match_.expected) << 16 | bucket << 3 | k));
  mixed_ = sets_.mix(inputs);
  const std::int32_t one =
      (2 * mixer::squash(mixed_) + by_order1_.refine(mixed_) + by_expected_.refine(mixed_)) >> 2;
  return static_cast<std::uint32_t>(std::clamp(one, kLeastProbability, 65536 - kLeastProbability));
}

// Sets match_used_ for bit k of the byte. Returns the bucket of the match, 0 if it does not speak.
std::uint32_t LeanCoder::speak(std::uint32_t k) {
  const std::uint32_t expected = 256u | match_.expected;
  match_used_ = nullptr;
  if (match_.position == 0 || expected >> (8 - k) != partial_) return 0;
  const std::uint32_t bucket = mixer::length_bucket(match_.length);
  match_used_ = &match_counters_[2 * bucket + (expected >> (7 - k) & 1)];
  return bucket;
}

void LeanCoder::learn(int bit) {
  partial_ = partial_ << 1 | static_cast<std::uint32_t>(bit);
  const std::uint32_t node = node_ << 1 | static_cast<std::uint32_t>(bit);
  if (node < 16) {
    learn_bit(bit);
    node_ = node;
    return;
  }
  // Lines arrive from memory while the bit is learned.
  if (partial_ < 256) {
    end_nibble();
  } else {
    end_byte(static_cast<std::uint8_t>(partial_));
  }
  learn_bit(bit);
  node_ = 1;
  take_slots();
}

// Moves all that predicted the bit.
void LeanCoder::learn_bit(int bit) {
  sets_.learn((bit << 16) - mixer::squash(mixed_));
  const auto dither = static_cast<std::int32_t>(spread(++bits_) >> 26);
  by_order1_.update(bit, dither);
  by_expected_.update(bit, dither);
  for (std::size_t i = 0; i < lean::kContexts; ++i) {
    *used_[i] = mixer::updated(*used_[i], bit, kCounterLimit);
    std::uint8_t& history = slots_[i]->history(node_);
    history = kHistories.next[bit][history];
  }
  if (match_used_ != nullptr) *match_used_ = mixer::updated(*match_used_, bit, kCounterLimit);
}

void LeanCoder::end_nibble() {
  for (std::uint32_t& hash : hashes_) {
    hash = (hash + spread(partial_)) * 0x85EBCA6Bu;
    hash ^= hash >> 15;
    __builtin_prefetch(&line_of(hash), 1);
  }
}

void LeanCoder::end_byte(std::uint8_t byte) {
  const std::size_t end = ++history_.coded_end[0];
  history_.bytes[end - 1] = byte;
  partial_ = 1;
  recent_ = recent_ << 8 | byte;
  const auto probe = matches_.probe(history_, 0);
  if (byte == '\n') {
    line_before_ = line_start_;
    line_start_ = end;
  }
  follow_words(byte);
  if (layout_.form == Form::kCode) code_.follow(byte, layout_.element);
  hash_contexts();
  matches_.advance(history_, 0, probe, match_);
}

void LeanCoder::follow_words(std::uint8_t byte) {
  const bool upper = byte >= 'A' && byte <= 'Z';
  if (!upper && !(byte >= 'a' && byte <= 'z') && byte < 128) {
    word_ = 0;
    return;
  }
  const std::uint32_t letter = byte + (upper ? 32u : 0u);
  word_ = (word_ + letter + 1) * 0x2C1B3C6Du ^ word_ >> 15;
}

std::uint64_t LeanCoder::at(std::size_t distance) const {
  const std::size_t end = history_.coded_end[0];
  return distance <= end ? history_.bytes[end - distance] : 0;
}

std::uint64_t LeanCoder::above_in_line() const {
  const std::size_t place = line_before_ + (history_.coded_end[0] - line_start_);
  return place < line_start_ ? history_.bytes[place] : 0;
}

void LeanCoder::hash_contexts() {
  const std::uint64_t r = recent_, c1 = r & 0xFF;
  std::uint64_t word = std::uint64_t{word_} << 8 | (word_ == 0 ? c1 : 0);
  std::uint64_t near = r & 0xFFFF00, place;
  if (layout_.form == Form::kCode) {
    const std::uint64_t position = code_.position();
    word = mixer::join(position, code_.whole());
    place = mixer::join(position, code_.form() & 0xC7, code_.operand());
  } else if (layout_.stride != 0) {
    const std::uint64_t column = history_.coded_end[0] % layout_.stride;
    const std::uint64_t phase = history_.coded_end[0] % layout_.element;
    const std::uint64_t left = at(layout_.element), above = at(layout_.stride);
    const std::uint64_t corner = at(std::size_t{layout_.stride} + layout_.element);
    const auto plane = static_cast<std::int64_t>(left + above - corner);
    word = phase << 24 | static_cast<std::uint64_t>(std::clamp<std::int64_t>(plane, 0, 255)) << 16 |
           c1;
    near = column << 8 | c1;
    place = column << 8 | above;
  } else {
    place = above_in_line() << 16 | c1;
  }
  const std::array<std::uint64_t, kHashed> values = {
      r & 0xFFFF,     r & 0xFFFFFF, r & 0xFFFFFFFF, r & 0xFFFFFFFFFFFF,
      r & 0xFFFF0000, word,         near,           place};
  for (std::size_t i = 0; i < kHashed; ++i) {
    hashes_[i] = hash_of(values[i], i);
    __builtin_prefetch(&line_of(hashes_[i]), 1);
  }
}

void LeanCoder::take_slots() {
  const std::size_t nibble = partial_ == 1 ? 0 : 1 + (partial_ & 15);
  slots_[0] = order1_.data() + (recent_ & 0xFF) * kOrder1Slots + nibble;
  for (std::size_t i = 0; i < kHashed; ++i) {
    slots_[i + 1] = find(line_of(hashes_[i]), static_cast<std::uint8_t>(hashes_[i]));
  }
}

// The slot of that check; a new one replaces the slot that has seen least.
LeanCoder::Slot* LeanCoder::find(Line& line, std::uint8_t check) {
  std::uint32_t checks;
  std::memcpy(&checks, line.checks, 4);
  // The lowest zero of the difference is the first slot with that check.
  const std::uint32_t difference = checks ^ check * 0x01010101u;
  const std::uint32_t zeros = (difference - 0x01010101u) & ~difference & 0x80808080u;
  if (zeros != 0) return line.slots + std::countr_zero(zeros) / 8;
  std::size_t least = 0;
  for (std::size_t i = 1; i < 4; ++i) {
    if (line.slots[i].histories[0] < line.slots[least].histories[0]) least = i;
  }
  line.checks[least] = check;
  line.slots[least] = {};
  return line.slots + least;
}

}  // namespace nnzip
