// SPDX-License-Identifier: Apache-2.0
// Hashes of surroundings.
#include "mixer/image/pixel_contexts.h"

#include <algorithm>
#include <bit>
#include <span>

#include "mixer/core/logistic.h"
#include "mixer/core/mixer_plan.h"
#include "mixer/image/pixel_hash.h"

namespace nnzip::mixer {
namespace {

constexpr std::uint32_t kCounterLimit = 255, kMapLimit = 1023, kCopyLimit = 255;
constexpr std::size_t kCounts = 8, kLogits = 48;  // of the map
constexpr std::size_t kLengths = 16, kMisses = 4;
constexpr std::uint32_t kMostMisses = 8;  // of a copy that goes on
constexpr Counter kUnseen = make_counter(1 << 15, 0);

// What each context is a hash of.
constexpr std::uint32_t bits(std::initializer_list<Neighbour> neighbours) {
  std::uint32_t all = 0;
  for (const Neighbour i : neighbours) all |= 1u << i;
  return all;
}
constexpr std::array<std::uint32_t, kHashed> kContexts = {
    bits({}),
    bits({kW}),
    bits({kN}),
    bits({kW, kN}),
    bits({kW, kN, kNW}),
    bits({kW, kN, kNE}),
    bits({kW, kN, kNW, kNE}),
    bits({kW, kN, kNW, kNE, kWW, kNN}),
    bits({kW, kWW, kWWW}),
    bits({kN, kNN, kNNN}),
    bits({kN, kNE, kNEE, kNNE}),
    bits({kW, kN, kNW, kNE, kWW, kNN, kNNE, kNWW, kNEE})};
// What surrounds the places to copy from.
constexpr std::array<std::uint32_t, kCopies> kSurroundings = {
    bits({kW, kN, kNW, kNE, kWW, kNN, kNNE, kNWW, kNEE, kNNW, kWWW}),
    bits({kN, kNE, kNN, kNNE, kNEE, kNNN})};

std::uint64_t hash_of(std::uint64_t hash, std::uint32_t neighbours,
                      std::span<const std::uint64_t> around) {
  for (std::uint32_t rest = neighbours; rest != 0; rest &= rest - 1) {
    hash = mixed(hash, around[static_cast<std::size_t>(std::countr_zero(rest))]);
  }
  return hash;
}

int log2_lines(std::size_t content_bytes) {
  return std::clamp(log2_ceil(content_bytes) + 2, 10, 20);
}
int log2_places(std::size_t content_bytes) { return std::clamp(log2_ceil(content_bytes), 10, 20); }

std::size_t count_class(std::uint32_t count) {
  return count < 4 ? count : std::min<std::size_t>(std::bit_width(count) + 1, kCounts - 1);
}
std::size_t length_class(std::uint32_t length) {
  return length < 8 ? length : std::min<std::size_t>(std::bit_width(length) + 5, kLengths - 1);
}

std::vector<Counter> first_map() {
  std::vector<Counter> map;
  for (std::size_t i = 0; i < kHashed * kCounts * kLogits; ++i) {
    const auto logit = static_cast<std::int32_t>(i % kLogits) * 128 + 64 - 3072;
    map.push_back(make_counter(static_cast<std::uint32_t>(squash(logit)), 0));
  }
  return map;
}

}  // namespace

std::size_t PixelContexts::memory_bytes(std::size_t content_bytes) {
  return (sizeof(Line) << log2_lines(content_bytes)) +
         (sizeof(std::uint32_t) * kCopies << log2_places(content_bytes)) +
         sizeof(Counter) * kHashed * kCounts * kLogits +
         (std::size_t{64} << 10);  // streams and the rest, generously
}

PixelContexts::PixelContexts(const ImagePlane& plane, std::size_t content_bytes,
                             std::size_t streams)
    : plane_(plane),
      line_bits_(log2_lines(content_bytes)),
      streams_(streams),
      lines_(std::size_t{1} << line_bits_),
      map_(first_map()),
      copy_right_(kCopies * kLengths * kMisses, kUnseen) {
  for (auto& places : places_) places.resize(std::size_t{1} << log2_places(content_bytes));
}

PixelContexts::Pixel PixelContexts::pixel_at(std::int64_t position) const {
  Pixel pixel = 0;
  for (std::uint32_t c = 0; c < plane_.channels(); ++c) {
    const std::size_t at = static_cast<std::size_t>(position) + c * plane_.number_bytes();
    pixel |= Pixel{plane_.number(at)} << (16 * c);
  }
  return pixel;
}

void PixelContexts::begin_byte(std::size_t stream, const ImageNumber& number, std::uint8_t last) {
  Stream& s = streams_[stream];
  stream_ = &s;
  const PixelPlace& place = number.place;
  if (place.channel == 0 && place.byte == 0) begin_pixel(s, number);
  const std::uint64_t byte = 2 * place.channel + place.byte + 1;
  Pixel known = byte << 8 | (place.byte == 1 ? last : 0u);
  for (std::uint32_t c = 0; c < place.channel; ++c) {
    known = mixed(known, static_cast<std::uint64_t>(number.current[c]));
  }
  hash_contexts(s.around, known);
  expect(s, number, last);
}

void PixelContexts::begin_pixel(Stream& stream, const ImageNumber& number) {
  for (int i = 0; i < kNeighbours; ++i) {
    stream.around[i] = 0;
    for (std::uint32_t c = 0; c < plane_.channels(); ++c) {
      stream.around[i] |= static_cast<Pixel>(number.around[c][i]) << (16 * c);
    }
  }
  for (int i = 0; i < kCopies; ++i) {
    const std::uint64_t hash = mixed(hash_of(0, kSurroundings[i], stream.around), 0);
    Copy& copy = stream.copies[i];
    copy.place = hash >> (64 - std::countr_zero(places_[i].size()));
    follow(copy, places_[i][copy.place], number.place);
  }
}

// A copy that was right goes on; else the place that is found, if any, begins a new one.
void PixelContexts::follow(Copy& copy, std::uint32_t found, const PixelPlace& place) const {
  const std::int64_t next = copy.from + plane_.element();
  const bool goes_on = copy.from >= 0 && copy.misses < kMostMisses && is_known(next, place);
  if (found != 0 && !(goes_on && copy.length > 0)) {
    const std::int64_t from = std::int64_t{found} - 1;
    if (copy.from < 0 || from != next) copy.length = copy.misses = 0;
    copy.from = from;
  } else if (goes_on) {
    copy.from = next;
  } else {
    copy.from = -1;
    copy.length = copy.misses = 0;
  }
}

// Of a position behind a pixel, seen from the first byte of one: streams of later rows follow at
// least three pixels behind the row above. Not of rows below, where streams of that row are.
bool PixelContexts::is_known(std::int64_t from, const PixelPlace& place) const {
  const std::int64_t stride = plane_.stride();
  const std::int64_t x = from % stride / plane_.element();
  const std::int64_t up = static_cast<std::int64_t>(place.pixel) / stride - from / stride;
  return place.x > 0 && up >= 0 && x < plane_.width() && x < place.x + 3 * up;
}

// The copies' bytes, unless the pixel differs already.
void PixelContexts::expect(const Stream& stream, const ImageNumber& number, std::uint8_t last) {
  const PixelPlace& place = number.place;
  for (int i = 0; i < kCopies; ++i) {
    expected_[i] = -1;
    if (stream.copies[i].from < 0) continue;
    const Pixel pixel = pixel_at(stream.copies[i].from);
    const auto copied = [&](std::uint32_t c) {
      return static_cast<std::int32_t>(pixel >> (16 * c) & 65535);
    };
    bool equal = true;
    for (std::uint32_t c = 0; c < place.channel; ++c)
      equal = equal && copied(c) == number.current[c];
    const std::int32_t value = copied(place.channel);
    const bool low = plane_.number_bytes() == 1 || (place.byte == 0) == plane_.low_first();
    if (place.byte == 1) equal = equal && (low ? value >> 8 : value & 255) == last;
    if (equal) expected_[i] = low ? value & 255 : value >> 8;
  }
}

void PixelContexts::hash_contexts(const Around& around, Pixel known) {
  for (std::size_t i = 0; i < kHashed; ++i) {
    hashes_[i] = mixed(hash_of(mixed(i, 0), kContexts[i], around), known);
  }
  prefetch_lines(1);
}

void PixelContexts::prefetch_lines(std::uint32_t partial) const {
  for (const std::uint64_t hash : hashes_) {
    __builtin_prefetch(lines_.data() + line_of(mixed(hash, partial)), 1);
  }
}

void PixelContexts::find_lines(std::uint32_t partial) {
  for (std::size_t i = 0; i < kHashed; ++i) {
    const std::uint64_t hash = mixed(hashes_[i], partial);
    const std::uint32_t check = static_cast<std::uint32_t>(hash) | 1;
    Line* line = lines_.data() + line_of(hash);
    Line* const other = lines_.data() + (line_of(hash) ^ 1);
    if (line->check != check) {
      const bool seen_less = (other->nodes[0] & 1023) < (line->nodes[0] & 1023);
      if (other->check == check || seen_less) line = other;
    }
    if (line->check != check) {
      line->check = check;
      line->nodes.fill(kUnseen);
    }
    found_[i] = line;
  }
  node_ = 0;
}

void PixelContexts::add_inputs(std::int16_t* inputs, std::uint32_t partial, int bit) {
  if (bit % 4 == 0) find_lines(partial);
  seen_state_ = 0;
  for (std::size_t i = 0; i < kHashed; ++i) {
    const Counter counter = found_[i]->nodes[node_];
    const std::int32_t logit = kTables.stretch[counter >> 20];
    const std::uint32_t count = counter & 1023;
    map_at_[i] = (i * kCounts + count_class(count)) * kLogits +
                 static_cast<std::size_t>((logit + 3072) >> 7);
    counters_at_work_[i] = counter;
    map_at_work_[i] = map_[map_at_[i]];
    inputs[2 * i] = count > 0 ? kTables.stretch[map_at_work_[i] >> 20] : std::int16_t{0};
    inputs[2 * i + 1] = static_cast<std::int16_t>(logit);
    if (count > 0) ++seen_state_;
  }
  add_copies(inputs + 2 * kHashed, partial, bit);
}

void PixelContexts::add_copies(std::int16_t* inputs, std::uint32_t partial, int bit) {
  copy_state_ = 0;
  for (int i = 0; i < kCopies; ++i) {
    const std::int32_t byte = expected_[i];
    const bool speaks = byte >= 0 && static_cast<std::uint32_t>(byte | 256) >> (8 - bit) == partial;
    copied_[i] = speaks ? byte >> (7 - bit) & 1 : -1;
    inputs[2 * i] = inputs[2 * i + 1] = 0;
    copy_state_ *= 8;
    if (!speaks) continue;
    const Copy& copy = stream_->copies[i];
    const std::size_t length = length_class(copy.length);
    const std::size_t misses = std::min<std::size_t>(copy.misses, kMisses - 1);
    copy_at_[i] = (static_cast<std::size_t>(i) * kLengths + length) * kMisses + misses;
    const std::int32_t logit = kTables.stretch[copy_right_[copy_at_[i]] >> 20];
    const auto long_ago = static_cast<std::int32_t>(16 * std::min(copy.length, 32u));
    inputs[2 * i] = static_cast<std::int16_t>(copied_[i] == 1 ? logit : -logit);
    inputs[2 * i + 1] = static_cast<std::int16_t>(copied_[i] == 1 ? long_ago : -long_ago);
    copy_state_ += 1 + std::min<std::size_t>(length / 2, 6);
  }
}

void PixelContexts::update(const MixKernels& kernels, int bit) {
  const std::uint16_t* const reciprocal = kTables.reciprocal.data();
  kernels.learn(map_at_work_.data(), 16, reciprocal, bit, kMapLimit);
  for (std::size_t i = 0; i < kHashed; ++i) {
    if ((counters_at_work_[i] & 1023) > 0) map_[map_at_[i]] = map_at_work_[i];
  }
  kernels.learn(counters_at_work_.data(), 16, reciprocal, bit, kCounterLimit);
  for (std::size_t i = 0; i < kHashed; ++i) found_[i]->nodes[node_] = counters_at_work_[i];
  node_ = 2 * node_ + 1 + static_cast<std::size_t>(bit);
  for (int i = 0; i < kCopies; ++i) {
    if (copied_[i] < 0) continue;
    Counter& right = copy_right_[copy_at_[i]];
    right = updated(right, copied_[i] == bit ? 1 : 0, kCopyLimit);
  }
}

void PixelContexts::end_byte(std::size_t stream, const ImageNumber& number) {
  const PixelPlace& place = number.place;
  if (place.channel + 1 < plane_.channels() || place.byte + 1 < plane_.number_bytes()) return;
  const auto here = static_cast<std::int64_t>(place.pixel);
  for (int i = 0; i < kCopies; ++i) {
    Copy& copy = streams_[stream].copies[i];
    if (copy.from >= 0) {
      const bool right = pixel_at(copy.from) == pixel_at(here);
      copy.length = right ? copy.length + 1 : 0;
      if (!right) ++copy.misses;
      if (right && copy.length % 16 == 0 && copy.misses > 0) --copy.misses;
    }
    places_[i][copy.place] = static_cast<std::uint32_t>(here) + 1;
  }
}

}  // namespace nnzip::mixer
