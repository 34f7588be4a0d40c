// SPDX-License-Identifier: Apache-2.0
// Looks at every position for the first two bytes of a header, and asks the sniffer of that one.
#include "detect/detector.h"

#include <algorithm>
#include <array>
#include <bitset>

namespace nnzip {
namespace {

// Shorter stretches of pixels or samples are not worth a block of their own; longer ones must be,
// where general content before them would lose what it has learned for what comes after them.
constexpr std::uint64_t kMinStretch = 4 << 10;
constexpr std::uint64_t kMinStretchBetween = 16 << 10;
// General content that is so short is the header of what follows.
constexpr std::uint64_t kOnlyHeader = 1 << 10;

struct Sniffer {
  char first[3];
  std::optional<Found> (*sniff)(const HeaderView&);
};

constexpr Sniffer kSniffers[] = {
    {"RI", sniff_wav}, {"FO", sniff_aiff}, {".s", sniff_au},  {"BM", sniff_bmp},
    {"P5", sniff_pnm}, {"P6", sniff_pnm},  {"P7", sniff_pnm},
};

constexpr std::size_t pair_of(std::uint8_t first, std::uint8_t second) {
  return std::size_t{first} << 8 | second;
}

constexpr std::size_t pair_of(const Sniffer& sniffer) {
  return pair_of(static_cast<std::uint8_t>(sniffer.first[0]),
                 static_cast<std::uint8_t>(sniffer.first[1]));
}

using PairSet = std::bitset<65536>;

PairSet known_pairs() {
  PairSet pairs;
  for (const Sniffer& sniffer : kSniffers) pairs.set(pair_of(sniffer));
  return pairs;
}

// Bytes that belong together: a row of pixels, a frame of samples.
std::size_t unit_of(const Layout& layout) {
  return layout.form == Form::kPixels    ? layout.stride
         : layout.form == Form::kSamples ? layout.element
                                         : 1;
}

}  // namespace

Segment Detector::next(std::span<const std::uint8_t> window) {
  const std::size_t limit = std::min(window.size(), kMaxBlockBytes);
  Segment segment;
  while (segment.bytes == 0) {
    if (!stretch_) scan(window, limit);
    if (stretch_ && stretch_->begin <= position_) {
      segment = take_stretch(window);
    } else {
      const std::uint64_t general = stretch_ ? stretch_->begin - position_ : limit;
      segment.bytes = static_cast<std::size_t>(std::min<std::uint64_t>(general, limit));
    }
  }
  position_ += segment.bytes;
  return segment;
}

// Whole units of the stretch, nothing if none is left.
Segment Detector::take_stretch(std::span<const std::uint8_t> window) {
  const std::size_t unit = unit_of(stretch_->layout);
  const std::size_t there =
      static_cast<std::size_t>(std::min<std::uint64_t>(window.size(), stretch_->end - position_));
  const std::size_t bytes = std::min(there, kMaxBlockBytes) / unit * unit;
  const Segment segment{bytes, stretch_->layout, stretch_->compressed};
  scanned_ = position_ + bytes;
  if (bytes == 0 || scanned_ == stretch_->end) stretch_.reset();
  return segment;
}

void Detector::scan(std::span<const std::uint8_t> window, std::size_t limit) {
  static const PairSet kPairs = known_pairs();
  const std::uint64_t known_end = window.size() < kWindow ? position_ + window.size() : 0;
  std::size_t i = scanned_ > position_ ? static_cast<std::size_t>(scanned_ - position_) : 0;
  for (; i < limit && i + 1 < window.size(); ++i) {
    const std::size_t pair = pair_of(window[i], window[i + 1]);
    if (!kPairs[pair]) continue;
    const HeaderView header(window.subspan(i));
    for (const Sniffer& sniffer : kSniffers) {
      if (pair_of(sniffer) != pair) continue;
      const std::optional<Found> found = sniffer.sniff(header);
      if (found && accept(*found, position_ + i, known_end)) return;
    }
  }
  scanned_ = position_ + limit;
}

// known_end: of all content, 0 if it is not known yet.
bool Detector::accept(const Found& found, std::uint64_t header, std::uint64_t known_end) {
  const std::uint64_t last = known_end != 0 ? known_end : Found::kToTheEnd;
  const std::uint64_t begin = header + found.begin;
  if (begin >= last) return false;
  const std::uint64_t end = begin + std::min(found.bytes, last - begin);
  const bool alone = begin - position_ <= kOnlyHeader;
  if (end - begin < (alone ? kMinStretch : kMinStretchBetween)) return false;
  stretch_ = {begin, end, found.layout, found.compressed};
  return true;
}

}  // namespace nnzip
