// SPDX-License-Identifier: Apache-2.0
// Looks at every position for the first two bytes of a header, and asks the sniffers of these.
#include "detect/detector.h"

#include <algorithm>
#include <bitset>

#include "detect/statistics.h"

namespace nnzip {
namespace {

// Shorter stretches are not worth a block of their own; they must be longer where general content
// before them would lose what it has learned for what comes after them.
constexpr std::uint64_t kMinStretch = 4 << 10;
constexpr std::uint64_t kMinStretchBetween = 16 << 10;
constexpr std::uint64_t kMinCode = 64 << 10;
constexpr std::uint64_t kMinJpeg = 1 << 10;
constexpr std::uint64_t kMinJpegBetween = 8 << 10;
// General content that is so short is the header of what follows.
constexpr std::uint64_t kOnlyHeader = 1 << 10;

// What is compressed has chunks whose bytes look like noise: they take so many bits, times 1000.
constexpr std::size_t kChunk = 32 << 10;
constexpr std::uint32_t kDense = 7600;
// Those of a JPEG file are not always so dense, but text and zeros behind one are less so.
constexpr std::uint32_t kBrokenOff = 6000;
// What is shorter at the very end says nothing.
constexpr std::size_t kTail = 4 << 10;
// Headers that deceive may stand close together; chunks are not looked at more often than this.
constexpr std::uint64_t kLooksApart = 4 << 10;

struct Sniffer {
  std::string_view magic;  // its first two bytes are looked up
  std::uint32_t at;        // where they stand in the header
  std::optional<Found> (*sniff)(const HeaderView&);
};

constexpr Sniffer kSniffers[] = {
    {"RI", 0, sniff_wav},
    {"RF", 0, sniff_wav},
    {"BW", 0, sniff_wav},
    {"ri", 0, sniff_w64},
    {"ca", 0, sniff_caf},
    {"RI", 0, sniff_webp},
    {"FO", 0, sniff_aiff},
    {".s", 0, sniff_au},
    {"BM", 0, sniff_bmp},
    {"P4", 0, sniff_pnm},
    {"P5", 0, sniff_pnm},
    {"P6", 0, sniff_pnm},
    {"P7", 0, sniff_pnm},
    {"\x93N", 0, sniff_npy},
    {"SI", 0, sniff_fits},
    {"XT", 0, sniff_fits},
    {"\x7F"
     "E",
     0, sniff_elf},
    {"MZ", 0, sniff_pe},
    {"\xFF\xD8", 0, sniff_jpeg_file},
    {"\xFF\xD8", 0, sniff_jpeg},
    {"\x89P", 0, sniff_png},
    {"\x1F\x8B", 0, sniff_gzip},
    {"PK", 0, sniff_zip},
    {"\xFD"
     "7",
     0, sniff_xz},
    {"\x28\xB5", 0, sniff_zstd},
    {"BZ", 0, sniff_bzip2},
    {"7z", 0, sniff_7z},
    {"Og", 0, sniff_ogg},
    {"fL", 0, sniff_flac},
    {"\xF7\x4E", 0, sniff_nnzip},
    {"ID", 0, sniff_mp3},
    {"\xFF\xFB", 0, sniff_mp3},
    {"\xFF\xFA", 0, sniff_mp3},
    {"\xFF\xF3", 0, sniff_mp3},
    {"md", 4, sniff_mp4},
};
constexpr Sniffer kTarSniffer = {"us", 257, sniff_tar};

constexpr std::size_t pair_of(std::uint8_t first, std::uint8_t second) {
  return std::size_t{first} << 8 | second;
}

constexpr std::size_t pair_of(const Sniffer& sniffer) {
  return pair_of(static_cast<std::uint8_t>(sniffer.magic[0]),
                 static_cast<std::uint8_t>(sniffer.magic[1]));
}

using PairSet = std::bitset<65536>;

PairSet known_pairs() {
  PairSet pairs;
  for (const Sniffer& sniffer : kSniffers) pairs.set(pair_of(sniffer));
  pairs.set(pair_of(kTarSniffer));
  return pairs;
}

// Bytes that belong together: a row of pixels or of a table, a frame of samples.
std::size_t unit_of(const Layout& layout) {
  return layout.stride != 0 && layout.form != Form::kJpeg ? layout.stride : layout.element;
}

bool is_dense(std::span<const std::uint8_t> chunk) { return entropy_1000(chunk) >= kDense; }

}  // namespace

Detector::Detector(std::size_t block_bytes, const Layout& described) : block_bytes_(block_bytes) {
  if (described != Layout{}) stretch_ = {.end = Found::kToTheEnd, .layout = described};
}

Segment Detector::next(Window window, std::size_t most) {
  const std::size_t limit = std::min({window.size(), block_bytes_, most});
  Segment segment;
  while (segment.bytes == 0) {
    if (is_doubtful_here()) {
      stretch_.reset();
      scanned_ = position_;
    }
    if (!stretch_) scan(window, limit);
    if (is_doubtful_here()) {
      wanted_ = std::min(2 * window.size(), kMaxWholeBytes);
      return {.wanted = wanted_};
    }
    if (stretch_ && stretch_->begin <= position_) {
      segment = take_stretch(window, limit);
    } else {
      const std::uint64_t general = stretch_ ? stretch_->begin - position_ : limit;
      const auto bytes = static_cast<std::size_t>(std::min<std::uint64_t>(general, limit));
      segment = {bytes_of_one_kind(window.first(bytes)), {}, false};
    }
  }
  position_ += segment.bytes;
  wanted_ = 0;
  return segment;
}

void Detector::skip(std::size_t bytes) {
  position_ += bytes;
  scanned_ = std::max(scanned_, position_);
  if (stretch_ && (stretch_->open || stretch_->begin < position_)) stretch_.reset();
}

bool Detector::is_doubtful_here() const {
  return stretch_ && stretch_->doubtful && stretch_->begin <= position_;
}

// Whether the content ends with the window.
bool Detector::is_all(Window window) const {
  return window.size() < std::max(window_bytes(), wanted_);
}

// Whole units of the stretch, nothing if none is left.
Segment Detector::take_stretch(Window window, std::size_t limit) {
  const Stretch stretch = *stretch_;
  const std::size_t most = stretch.whole ? window.size() : limit;
  Window there = window.first(
      static_cast<std::size_t>(std::min<std::uint64_t>(most, stretch.end - position_)));
  if (stretch.open) there = there.first(dense_bytes(there));
  // What is left at the end of a table goes with its last rows.
  const bool is_rest = stretch.layout.form == Form::kBytes && there.size() == window.size();
  const std::size_t unit = is_rest ? 1 : unit_of(stretch.layout);
  const Segment segment{there.size() / unit * unit, stretch.layout,
                        stretch.compressed && (stretch.open || is_dense(there))};
  scanned_ = std::max(scanned_, position_ + segment.bytes);
  const bool ended = stretch.open && there.size() < limit;
  if (segment.bytes == 0 || scanned_ >= stretch.end || ended) stretch_.reset();
  return segment;
}

std::size_t Detector::dense_bytes(Window there) const {
  std::size_t bytes = 0;
  while (bytes < there.size()) {
    const Window chunk = there.subspan(bytes, std::min(kChunk, there.size() - bytes));
    if (!is_dense(chunk) && chunk.size() >= kTail) break;
    bytes += chunk.size();
  }
  return bytes;
}

void Detector::scan(Window window, std::size_t limit) {
  static const PairSet kPairs = known_pairs();
  std::size_t i = scanned_ > position_ ? static_cast<std::size_t>(scanned_ - position_) : 0;
  for (; i < limit && !stretch_; ++i) {
    if (position_ + i == file_begin_) begin_file(window, i);
    if (i + 1 < window.size() && kPairs[pair_of(window[i], window[i + 1])]) look_at(window, i);
  }
  scanned_ = position_ + i;
}

// The first two bytes of some header stand there.
void Detector::look_at(Window window, std::size_t at) {
  const std::size_t pair = pair_of(window[at], window[at + 1]);
  if (pair == pair_of(kTarSniffer) && at >= kTarSniffer.at) {
    const std::size_t header = at - kTarSniffer.at;
    if (const auto member = sniff_tar(HeaderView(window.subspan(header)))) {
      file_begin_ = position_ + header + member->begin;
      file_end_ = file_begin_ + member->bytes;
    }
  }
  for (const Sniffer& sniffer : kSniffers) {
    if (stretch_ || pair_of(sniffer) != pair || at < sniffer.at) continue;
    const std::size_t header = at - sniffer.at;
    const auto found = sniffer.sniff(HeaderView(window.subspan(header)));
    if (found) accept(window, *found, header);
  }
}

// Formats whose headers are not distinct enough to be looked for everywhere.
void Detector::begin_file(Window window, std::size_t at) {
  const HeaderView header(window.subspan(at));
  for (const auto sniff : {sniff_tiff, sniff_tga, sniff_safetensors, sniff_nifti}) {
    const auto found = sniff(header);
    const std::uint64_t left = end_of_file(window) - (position_ + at);
    if (!stretch_ && found && found->begin < left && found->bytes <= left - found->begin) {
      accept(window, *found, at);
    }
  }
}

// Of the member of an archive, or of all content if that is seen; else far away.
std::uint64_t Detector::end_of_file(Window window) const {
  const std::uint64_t all =
      is_all(window) ? position_ + window.size() : std::uint64_t{Found::kToTheEnd};
  return file_end_ > position_ ? std::min(file_end_, all) : all;
}

bool Detector::accept(Window window, const Found& found, std::size_t header) {
  const std::uint64_t begin = position_ + header + found.begin;
  if (found.unfinished && !(is_all(window) && found.layout.form == Form::kJpeg)) {
    return wait_for(window, begin);
  }
  const std::uint64_t last = std::max(end_of_file(window), begin);
  const std::uint64_t bytes = found.unfinished ? last - begin : std::min(found.bytes, last - begin);
  // Something else follows where it broke off.
  if (found.unfinished && bytes >= kChunk && entropy_1000(window.last(kChunk)) < kBrokenOff) {
    return false;
  }
  const bool only_header = begin - position_ <= kOnlyHeader;
  std::uint64_t least = only_header ? kMinStretch : kMinStretchBetween;
  if (found.layout.form == Form::kCode) least = kMinCode;
  const bool whole = found.layout.form == Form::kJpeg;
  if (whole && !found.unfinished && bytes != found.bytes) return false;
  if (whole) least = only_header ? kMinJpeg : kMinJpegBetween;
  if (found.compressed) least = kChunk;
  if (bytes < least || (found.compressed && !is_dense_at(window, begin))) return false;
  const bool in_archive = begin < file_end_;
  const bool open = found.compressed && found.bytes == Found::kToTheEnd && !in_archive;
  stretch_ = {begin, begin + bytes, open, found.layout, found.compressed, whole, false};
  return true;
}

// What begins there is looked at again when it is next and more of it is seen.
bool Detector::wait_for(Window window, std::uint64_t begin) {
  if (is_all(window) || window.size() - (begin - position_) >= kMaxWholeBytes) return false;
  stretch_ = {begin, begin, false, {}, false, false, true};
  return true;
}

bool Detector::is_dense_at(Window window, std::uint64_t begin) {
  if (begin < next_look_ || begin - position_ + kChunk > window.size()) return false;
  if (is_dense(window.subspan(static_cast<std::size_t>(begin - position_), kChunk))) return true;
  next_look_ = begin + kLooksApart;
  return false;
}

}  // namespace nnzip
