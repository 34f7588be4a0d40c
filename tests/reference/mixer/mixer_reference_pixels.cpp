// SPDX-License-Identifier: Apache-2.0
// Lines, the map of their counters, and copies.
#include "reference/mixer/mixer_reference_pixels.h"

#include <algorithm>

namespace nnzip::mixer_reference {
namespace {

enum Neighbour { W, N, NW, NE, WW, NN, NNE, NWW, NEE, NNW, WWW, NNN };

const std::vector<std::size_t> kContextsOf[] = {{},
                                                {W},
                                                {N},
                                                {W, N},
                                                {W, N, NW},
                                                {W, N, NE},
                                                {W, N, NW, NE},
                                                {W, N, NW, NE, WW, NN},
                                                {W, WW, WWW},
                                                {N, NN, NNN},
                                                {N, NE, NNE, NEE},
                                                {W, N, NW, NE, WW, NN, NNE, NWW, NEE}};
const std::vector<std::size_t> kAroundCopies[] = {{W, N, NW, NE, WW, NN, NNE, NWW, NEE, NNW, WWW},
                                                  {N, NE, NN, NNE, NEE, NNN}};

int bits_of(std::uint64_t v) {
  int bits = 0;
  for (; v != 0; v >>= 1) ++bits;
  return bits;
}

int table_bits(std::size_t n, int more) {
  return std::clamp(bits_of(n == 0 ? 0 : n - 1) + more, 10, 20);
}

}  // namespace

std::uint64_t mixed(std::uint64_t h, std::uint64_t v) {
  const std::uint64_t product = (h ^ v) * 0x9E3779B97F4A7C15u;
  return product ^ (product >> 32);
}

PixelReference::PixelReference(std::size_t n, std::size_t streams, const Layout& layout)
    : stride_(layout.stride),
      b_(layout.number_bytes()),
      channels_(layout.channels),
      pixel_bytes_(layout.element),
      width_(stride_ / pixel_bytes_),
      low_first_(layout.low_first),
      line_bits_(table_bits(n, 2)),
      place_bits_(table_bits(n, 0)),
      streams_(streams),
      right_(kCopies * 16 * 4, Counter::start(32768, 0)) {
  for (std::size_t i = 0; i < kContexts * 8; ++i) {
    for (int logit = 0; logit < 48; ++logit) {
      map_.push_back(Counter::start(squash(128 * logit + 64 - 3072), 0));
    }
  }
}

std::uint64_t PixelReference::hash_around(std::uint64_t h,
                                          const std::vector<std::size_t>& which) const {
  for (const std::size_t i : which) {
    std::uint64_t value = 0;
    for (std::size_t c = 0; c < static_cast<std::size_t>(channels_); ++c) {
      value += static_cast<std::uint64_t>(s_->around[i][c]) << (16 * c);
    }
    h = mixed(h, value);
  }
  return h;
}

void PixelReference::follow(Copy& copy, Int found) {
  const Int next = copy.from + pixel_bytes_, x = s_->pixel % stride_ / pixel_bytes_;
  const Int column = next % stride_ / pixel_bytes_;
  const Int up = s_->pixel / stride_ - next / stride_;
  const bool known = x > 0 && up >= 0 && column < width_ && column < x + 3 * up;
  const bool goes_on = copy.from >= 0 && copy.misses < 8 && known;
  if (goes_on && (copy.length > 0 || found < 0)) {
    copy.from = next;
    return;
  }
  if (found < 0 || copy.from < 0 || found != next) copy.length = copy.misses = 0;
  copy.from = found;
}

void PixelReference::begin_pixel(std::size_t stream, Int pixel,
                                 const std::array<Numbers, kNeighbours>& around) {
  s_ = &streams_[stream];
  s_->pixel = pixel;
  s_->around = around;
  for (std::size_t i = 0; i < kCopies; ++i) {
    Copy& copy = s_->copies[i];
    copy.place = mixed(hash_around(0, kAroundCopies[i]), 0) >> (64 - place_bits_);
    const auto found = places_[i].find(copy.place);
    follow(copy, found == places_[i].end() ? -1 : found->second);
  }
}

void PixelReference::begin_byte(std::size_t stream, std::size_t c, Int place,
                                const Numbers& current, Int q) {
  s_ = &streams_[stream];
  const Int byte = 2 * static_cast<Int>(c) + place + 1;
  auto known = static_cast<std::uint64_t>(256 * byte + (place == 1 ? q : 0));
  for (std::size_t j = 0; j < c; ++j) known = mixed(known, static_cast<std::uint64_t>(current[j]));
  for (std::size_t i = 0; i < kContexts; ++i) {
    hashes_[i] = mixed(hash_around(mixed(i, 0), kContextsOf[i]), known);
  }
  for (std::size_t i = 0; i < kCopies; ++i) {
    expected_[i] = -1;
    if (s_->copies[i].from < 0) continue;
    const Numbers& copied = pixels_.at(s_->copies[i].from);
    if (!std::equal(copied.begin(), copied.begin() + static_cast<std::ptrdiff_t>(c),
                    current.begin())) {
      continue;
    }
    const Int high = copied[c] >> 8, low = copied[c] & 255;
    const bool is_low = b_ == 1 || (place == 0) == low_first_;
    if (place == 1 && (is_low ? high : low) != q) continue;
    expected_[i] = is_low ? low : high;
  }
}

std::array<PixelReference::Int, PixelReference::kInputs> PixelReference::inputs(unsigned partial,
                                                                                unsigned k) {
  if (k % 4 == 0) {
    node_ = 1;
    for (std::size_t i = 0; i < kContexts; ++i) {
      const std::uint64_t h = mixed(hashes_[i], partial);
      const std::uint64_t check = (h & 0xFFFFFFFF) | 1;
      const std::uint64_t place = h >> (64 - line_bits_);
      Line &own = lines_[place], &other = lines_[place ^ 1];
      const bool less = other.nodes[1].count < own.nodes[1].count;
      const bool takes_other = own.check != check && (other.check == check || less);
      line_at_[i] = takes_other ? &other : &own;
      Line& line = *line_at_[i];
      if (line.check == check) continue;
      line.check = check;
      line.nodes.fill(Counter::start(32768, 0));
    }
  }
  std::array<Int, kInputs> x{};
  seen = 0;
  for (std::size_t i = 0; i < kContexts; ++i) {
    const Counter& counter = line_counter(i);
    const unsigned n = counter.count;
    const std::size_t counted = n < 4 ? n : n < 8 ? 4 : n < 16 ? 5 : n < 32 ? 6 : 7;
    map_at_[i] = (i * 8 + counted) * 48 + static_cast<std::size_t>((counter.x() + 3072) / 128);
    x[2 * i] = n > 0 ? map_[map_at_[i]].x() : 0;
    x[2 * i + 1] = counter.x();
    if (n > 0) ++seen;
  }
  copy_state = 0;
  for (std::size_t i = 0; i < kCopies; ++i) {
    const Int v = expected_[i];
    says_[i] = v >= 0 && (256 + v) >> (8 - k) == Int{partial} ? v >> (7 - k) & 1 : -1;
    copy_state *= 8;
    if (says_[i] < 0) continue;
    const Int length = s_->copies[i].length;
    Int counted = length;
    if (length >= 8) counted = std::min(bits_of(static_cast<std::uint64_t>(length)) + 5, 15);
    right_at_[i] = (i * 16 + static_cast<std::size_t>(counted)) * 4 +
                   static_cast<std::size_t>(std::min<Int>(s_->copies[i].misses, 3));
    const Int sign = says_[i] == 1 ? 1 : -1;
    x[24 + 2 * i] = sign * right_[right_at_[i]].x();
    x[25 + 2 * i] = sign * 16 * std::min<Int>(length, 32);
    copy_state += static_cast<std::size_t>(1 + std::min<Int>(counted / 2, 6));
  }
  return x;
}

void PixelReference::learn(int bit) {
  // A line that two contexts share learns once.
  std::array<Counter, kContexts> read{};
  for (std::size_t i = 0; i < kContexts; ++i) read[i] = line_counter(i);
  for (std::size_t i = 0; i < kContexts; ++i) {
    if (read[i].count > 0) map_[map_at_[i]].learn(bit, 1023);
    read[i].learn(bit, 255);
    line_counter(i) = read[i];
  }
  node_ = 2 * node_ + static_cast<std::size_t>(bit);
  for (std::size_t i = 0; i < kCopies; ++i) {
    if (says_[i] >= 0) right_[right_at_[i]].learn(says_[i] == bit ? 1 : 0, 255);
  }
}

void PixelReference::end_pixel(std::size_t stream, const std::vector<std::uint8_t>& content) {
  Stream& s = streams_[stream];
  Numbers here;
  for (Int at = s.pixel; at < s.pixel + pixel_bytes_; at += b_) {
    const auto p = static_cast<std::size_t>(at);
    here.push_back(b_ == 1      ? Int{content[p]}
                   : low_first_ ? content[p] + 256 * content[p + 1]
                                : 256 * content[p] + content[p + 1]);
  }
  pixels_[s.pixel] = here;
  for (std::size_t i = 0; i < kCopies; ++i) {
    Copy& copy = s.copies[i];
    if (copy.from >= 0) {
      if (pixels_.at(copy.from) == here) {
        ++copy.length;
        if (copy.length % 16 == 0) copy.misses = std::max<Int>(copy.misses - 1, 0);
      } else {
        copy.length = 0;
        ++copy.misses;
      }
    }
    places_[i][copy.place] = s.pixel;
  }
}

}  // namespace nnzip::mixer_reference
