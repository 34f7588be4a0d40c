// SPDX-License-Identifier: Apache-2.0
// The sections Numbers and Bits; mixer_reference_guesses.cpp has those between.
#include "reference/mixer/mixer_reference_images.h"

#include <algorithm>
#include <cstdlib>

namespace nnzip {
namespace {

using mixer_reference::clamp;
using mixer_reference::Counter;
using mixer_reference::kLimit;
using mixer_reference::Sets;
using mixer_reference::squash;
using Int = std::int64_t;

int log2_of(std::size_t n) {
  int l = 0;
  while (std::size_t{1} << l < n) ++l;
  return l;
}

Int modulo(Int v, Int m) { return (v % m + m) % m; }

constexpr Int kBins = 48;
constexpr unsigned kLevels = 6;

// A counter of guesses as it begins.
Counter first_counter(Int bin, unsigned level) {
  const Int D = (2 * bin + 1) * 355 / 8;
  const Int H = level == 5 ? 6142 : (Int{355} << level) / 4;
  const Int a = -std::abs(D);
  const auto f = [](Int x) { return Int{squash(clamp(x, kLimit))}; };
  const Int up = std::max<Int>(f(a + H) - f(a), 1), down = std::max<Int>(f(a) - f(a - H), 1);
  return Counter::start(std::clamp<Int>(65536 * (D > 0 ? down : up) / (up + down), 16, 65520), 0);
}

}  // namespace

ImageReference::ImageReference(std::size_t n, std::size_t streams, const Layout& layout, bool,
                               Effort effort)
    : layout_(layout),
      large_(effort == Effort::kLarge),
      guess_count_(large_ ? 26 : 20),
      linear_(large_ ? 96 : 64),
      stride_(layout.stride),
      b_(layout.number_bytes()),
      pixel_(layout.element),
      channels_(layout.channels),
      width_(stride_ / pixel_),
      most_((Int{1} << (8 * b_)) - 1),
      content_(n),
      errors_(n),
      bias_x_(64 * 4 * 8),
      bias_y_(81 * 4 * 6),
      exact_(n, streams, layout),
      lattice_(stride_, pixel_),
      z_(std::clamp(log2_of(n) - 2, 12, 16)),
      refiner_(std::size_t{1} << z_),
      inputs_(large_ ? 128 : 96),
      logits_(9) {
  const auto channels = static_cast<std::size_t>(channels_);
  for (std::size_t c = 0; c < channels; ++c) {
    const auto width = static_cast<std::size_t>(width_);
    regressions_.push_back({.local = {tap_count(c), width}});
    if (!large_) continue;
    const std::size_t wide = wide_count(c);
    wide_.push_back({std::vector(4, mixer_reference::WholeRegression(wide)),
                     mixer_reference::WholeRegression(wide, 16, 5),
                     mixer_reference::LocalRegression(wide, width)});
  }
  for (std::size_t i = 0; i < streams; ++i) {
    Stream s{};
    s.e = static_cast<Int>(i) * stride_;
    for (std::size_t c = 0; c < channels; ++c) {
      s.local.emplace_back(tap_count(c));
      s.wide_local.emplace_back(wide_count(c));
    }
    s.errors.resize(channels);
    for (auto& numbers : s.around) numbers.resize(channels);
    s.current.resize(channels);
    streams_.push_back(s);
  }
  const std::size_t g = guess_count_;
  std::vector<Counter> counters;  // of a guess and an energy
  for (unsigned level = 0; level < kLevels; ++level) {
    for (Int bin = -kBins / 2; bin < kBins / 2; ++bin) {
      counters.push_back(first_counter(bin, level));
    }
  }
  for (std::size_t i = 0; i < channels * g * 12; ++i) {
    counters_.insert(counters_.end(), counters.begin(), counters.end());
  }
  std::vector<Int> first(inputs_.size());
  std::fill_n(first.begin(), g, 16384 * 2 / 100);
  first[g + 1] = 16384 * 30 / 100;
  for (std::size_t i = g + 8; i < g + 32; i += 2) first[i] = 16384 * 2 / 100;
  first[g + 36] = 16384 * 2 / 100;
  for (const std::size_t of : {192, 512, 384, 512, 256, 768, 64, 208, 257})
    sets_.emplace_back(of, first);
  for (const std::size_t of : {192, 384, 512}) {
    final_sets_.emplace_back(of, std::vector<Int>(9, 16384 / 9));
  }
}

// The number that begins there.
Int ImageReference::number_at(Int position) const {
  const auto p = static_cast<std::size_t>(position);
  if (b_ == 1) return content_[p];
  return layout_.low_first ? content_[p] + 256 * content_[p + 1]
                           : 256 * content_[p] + content_[p + 1];
}

Int ImageReference::neighbour(const Stream& s, Int pixel, Int dx, Int dy, std::size_t ch) const {
  const Int x = static_cast<Int>(s.x), channel = static_cast<Int>(ch) * b_;
  const Int row = pixel - x * pixel_;
  if (x >= 3 && x + 3 < width_ && pixel >= 3 * (stride_ + pixel_)) {
    return number_at(pixel - dy * stride_ + dx * pixel_ + channel);
  }
  for (Int up = dy; up >= 0; --up) {
    if (up == 0 && dx >= 0) dx = -1;
    const Int column = std::clamp<Int>(x + dx, 0, width_ - 1);
    if (up == 0 && column >= x) break;
    const Int position = row - up * stride_ + column * pixel_;
    if (position >= 0) return number_at(position + channel);
  }
  return pixel >= stride_ ? number_at(pixel - stride_ + channel) : 0;
}

void ImageReference::read_around(Stream& s, Int pixel) {
  constexpr Int kPlaces[kNeighbours][2] = {{-1, 0}, {0, 1},  {-1, 1}, {1, 1},  {-2, 0}, {0, 2},
                                           {1, 2},  {-2, 1}, {2, 1},  {-1, 2}, {-3, 0}, {0, 3}};
  for (std::size_t i = 0; i < kNeighbours; ++i) {
    for (std::size_t c = 0; c < s.around[i].size(); ++c) {
      s.around[i][c] = neighbour(s, pixel, kPlaces[i][0], kPlaces[i][1], c);
    }
  }
}

void ImageReference::start(std::size_t stream, const Distribution* distribution) {
  Stream& s = streams_[stream];
  stream_ = &s;
  distribution_ = distribution;
  c_ = 1;
  k_ = 0;
  const Int column = s.e % stride_;
  s.padding = column >= width_ * pixel_;
  s.c = s.padding ? 0 : static_cast<std::size_t>(column % pixel_ / b_);
  s.x = static_cast<std::size_t>(column / pixel_);
  const Int in_number = s.padding ? 0 : column % b_;
  s.number = s.e - in_number;
  if (s.padding) {
    begin_padding(s);
  } else if (in_number == 0) {
    if (s.c == 0) read_around(s, s.number);
    begin_number(s);
    if (s.c == 0) exact_.begin_pixel(stream, s.number, s.around);
  }
  if (!s.padding) exact_.begin_byte(stream, s.c, in_number, s.current, s.first);
  begin_differences(s);
  begin_lattice(s);
}

Int ImageReference::place() const { return stream_->e - stream_->number; }

// In the same place as the byte that is coded.
Int ImageReference::byte_of(Int number) const {
  if (b_ == 1 || stream_->padding) return number & 255;
  const bool low = (place() == 0) == layout_.low_first;
  return low ? number & 255 : number >> 8 & 255;
}

Int ImageReference::threshold() const {
  const Int m = ((2 * Int{c_} + 1) << (7 - k_)) % 256, q = stream_->first;
  if (b_ == 1 || stream_->padding) return 16 * m - 8;
  const bool low_first = layout_.low_first;
  if (place() == 0) return low_first ? 16 * m - 8 : 4096 * m - 8;
  return low_first ? 16 * (256 * m + q - 128) : 16 * (256 * q + m) - 8;
}

unsigned ImageReference::level() const {
  const bool high = b_ == 2 && !stream_->padding && (place() == 0) != layout_.low_first;
  return 7 - k_ + (high ? 8 : 0);
}

void ImageReference::put_exact(const Stream& s) {
  std::array<Int, 28> x{};
  if (!s.padding) x = exact_.inputs(c_, k_);
  const auto exact = inputs_.begin() + static_cast<Int>(guess_count_) + 8;
  std::copy(x.begin(), x.end(), exact);
  const Int pairs = large_ ? 8 : 2;
  std::fill_n(exact + 28, pairs, 0);
  for (auto& [table, at] : differences(s)) {
    const auto two = table->inputs(c_, k_);
    std::copy(two.begin(), two.end(), exact + 28 + static_cast<Int>(at));
  }
  const auto two = lattice_.inputs(c_, k_);
  std::copy(two.begin(), two.end(), exact + 28 + pairs);
}

std::vector<std::pair<mixer_reference::PairReference*, std::size_t>> ImageReference::differences(
    const Stream& s) {
  std::vector<std::pair<mixer_reference::PairReference*, std::size_t>> all;
  if (is_paired(s)) all.push_back({&pairs_, 0});
  const bool further = large_ && b_ == 1 && channels_ > 2 && !s.padding && (s.c == 1 || s.c == 2);
  for (std::size_t i = 0; further && i < 3; ++i) {
    all.push_back({&further_[3 * (s.c - 1) + i], 2 + 2 * i});
  }
  return all;
}

void ImageReference::begin_differences(const Stream& s) {
  if (is_paired(s)) {
    const Int i = modulo(s.current[0] - s.current[1], 512);
    pairs_.begin(static_cast<std::uint64_t>(i), s.current[1], s.candidates[kStacked], s.likely);
  }
  const auto tables = differences(s);
  if (tables.size() < 3) return;
  const std::size_t c = s.c;
  const Int below = s.current[c - 1], f = c == 2 ? s.current[0] - s.current[1] : 0;
  const Int t = s.candidates[kStacked] - 16 * below;
  const auto of_left = [&](std::size_t j) { return s.around[W][j] - s.around[W][1]; };
  const Int of[3][3] = {{f, of_left(0), of_left(2)},
                        {0, (t + 2) >> 2, 0},
                        {f, c == 1 ? (t + 8) >> 4 : (t + 4) >> 3, 0}};
  for (std::size_t i = 0; i < 3; ++i) {
    std::uint64_t h = 0;
    for (const Int v : of[i]) h = mixer_reference::mixed(h, static_cast<std::uint64_t>(v + 65536));
    further_[3 * (c - 1) + i].begin(h >> 52, below, s.candidates[kStacked], s.likely);
  }
}

std::array<Int, 3> ImageReference::colours_of(const std::vector<Int>& numbers) const {
  return {numbers[0], numbers[1], numbers[2]};
}

void ImageReference::begin_lattice(Stream& s) {
  lattice_.silence();
  if (!has_lattice() || s.padding || s.c > 2) return;
  std::vector<std::array<Int, 3>> around;
  for (const auto& numbers : s.around) around.push_back(colours_of(numbers));
  lattice_.begin(s.lattice, s.c, s.number - static_cast<Int>(s.c), static_cast<Int>(s.x), around,
                 colours_of(s.current), s.candidates[kStacked], s.likely);
}

std::uint32_t ImageReference::predict() {
  Stream& s = *stream_;
  const unsigned l = level();
  const bool low_first = b_ == 2 && !s.padding && layout_.low_first && place() == 0;
  std::size_t L = 0, b0 = 0;
  const std::size_t g = guess_count_;
  for (std::size_t i = 0; i < g; ++i) {
    Guess& guess = s.guesses[i];
    Int distance = threshold() - guess.value;
    if (low_first) {
      distance = modulo(distance + 2048, 4096) - 2048;
      if (k_ == 0 && distance > 1024) distance = 2048 - distance;
      if (k_ == 0 && distance < -1024) distance = -2048 - distance;
    }
    const unsigned E = guess.energy;
    const Int scale = (Int{1} << 26) / (Int{E % 2 == 0 ? 76 : 108} << (E / 2));
    const Int limit = (Int{24} << 20) / scale - 1;
    const Int bin = (clamp(distance, limit) * scale) >> 20;
    const auto level = static_cast<unsigned>(std::clamp<Int>(Int{l} + 4 - E / 2, 0, 5));
    const std::uint64_t number = (((s.c * g + i) * 12 + E / 2) * kLevels + level) * kBins +
                                 static_cast<std::size_t>(bin + 24);
    guess.counter = &counters_.at(number);
    inputs_[i] = guess.counter->x();
    if (b_ == 1) inputs_[linear_ + i] = guess.counter->y();
    if (i == 0) {
      L = level;
      b0 = static_cast<std::size_t>(bin + 24);
    }
  }
  put_exact(s);
  inputs_[g] = 256;
  inputs_[g + 1] = inputs_[g + 2] = 0;
  if (distribution_ != nullptr) {
    inputs_[g + 1] = mixer_reference::network_logit(*distribution_, c_, k_);
    inputs_[g + 2] = (squash(inputs_[g + 1]) - 32768) >> 4;
  }
  const Int with[] = {0, place() == 1 ? s.first : byte_of(s.around[W][s.c]),
                      byte_of(s.around[N][s.c]), byte_of(s.candidates[kStacked] >> 4)};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint64_t number =
        (((i * 4 + s.c) * 2 + static_cast<std::size_t>(place())) * 256 + c_) * 256 +
        static_cast<std::size_t>(with[i]);
    plain_chosen_[i] = &plain_.try_emplace(number, Counter::start(32768, 0)).first->second;
    inputs_[g + 3 + i] = plain_chosen_[i]->x();
  }

  const std::size_t limited = std::min(l, 7u);
  const auto row = static_cast<std::size_t>(s.e / stride_);
  const std::size_t chosen[] = {8 * s.likely + L,
                                s.padding ? 64 : 128 * (s.x % 2 + 2 * (row % 2)) + 4 * l + s.c,
                                64 * L + b0,
                                64 * limited + s.texture,
                                c_,
                                96 * limited + 4 * mixer_reference::energy(s.withcolour) + s.c,
                                s.padding ? 0 : exact_.copy_state,
                                s.padding ? 0 : 16 * exact_.seen + l,
                                lattice_.speaks ? 65 + lattice_.state
                                : is_paired(s)  ? pairs_.state
                                                : 64};
  for (std::size_t i = 0; i < 9; ++i) {
    sets_[i].mix(chosen[i], inputs_);
    logits_[i] = sets_[i].logit;
  }
  final_sets_[0].mix(chosen[0], logits_);
  final_sets_[1].mix(chosen[2], logits_);
  final_sets_[2].mix(chosen[1], logits_);
  x_ = (final_sets_[0].logit + final_sets_[1].logit + final_sets_[2].logit) / 3;
  const Int v = s.candidates[kStacked] >> (b_ == 2 && !s.padding ? 12 : 4);
  refined_ = static_cast<std::size_t>(256 * (v >> (16 - z_)) + c_);
  const Int A = refiner_.refine(refined_, x_);
  return static_cast<std::uint32_t>(std::clamp<Int>((3 * squash(x_) + A + 2) >> 2, 1, 65535));
}

void ImageReference::learn(int bit) {
  Stream& s = *stream_;
  const Int rate = (large_ ? 60 : 90) + 1179648 / (4096 + static_cast<Int>(bits_));
  for (Sets& sets : sets_) sets.learn(inputs_, bit, rate);
  for (Sets& sets : final_sets_) sets.learn(logits_, bit, 120);
  refiner_.learn(refined_, x_, bit, ++bits_);
  if (!s.padding) exact_.learn(bit);
  for (auto& [table, at] : differences(s)) table->learn(bit);
  lattice_.learn(bit);
  for (const Guess& guess : s.guesses) guess.counter->learn(bit, 1023);
  for (Counter* const chosen : plain_chosen_) chosen->learn(bit, 1023);

  c_ = 2 * c_ + static_cast<unsigned>(bit);
  if (++k_ < 8) return;
  const auto byte = static_cast<std::uint8_t>(c_);
  content_[static_cast<std::size_t>(s.e)] = byte;
  const bool last = s.padding || place() == b_ - 1;
  if (last && !s.padding) {
    const Int v = b_ == 1             ? Int{byte}
                  : layout_.low_first ? s.first + 256 * byte
                                      : 256 * s.first + byte;
    end_number(s, v);
    for (auto& [table, at] : differences(s)) table->end(v);
    if (has_lattice() && s.c == 2) lattice_.end(s.lattice, s.number - 2, colours_of(s.current));
    if (static_cast<Int>(s.c) == channels_ - 1) {
      exact_.end_pixel(static_cast<std::size_t>(stream_ - streams_.data()), content_);
    }
  }
  s.first = byte;
  ++s.e;
  // The stream's next row.
  if (s.e % stride_ == 0) s.e += (static_cast<Int>(streams_.size()) - 1) * stride_;
}

}  // namespace nnzip
