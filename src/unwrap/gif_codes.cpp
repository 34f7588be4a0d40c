// SPDX-License-Identifier: Apache-2.0
// One walk for both directions: the decisions are known, or they come from predictions and
// corrections.
#include "unwrap/gif_codes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <utility>

#include "unwrap/corrections.h"

namespace nnzip {
namespace {

constexpr std::uint32_t kCodes = 4096;
constexpr int kMaxWidth = 12;
// They bound the time.
constexpr std::size_t kMostLooks = std::size_t{1} << 16, kMostLooksOfEach = 16;

// What follows from the number of codes since the table was cleared.
class Numbering {
 public:
  explicit Numbering(int bits) : bits_(bits), clear_(1U << bits) {}
  void clear() { since_ = 0; }
  void next() { ++since_; }

  std::uint32_t clear_code() const { return clear_; }
  std::uint32_t end_code() const { return clear_ + 1; }
  std::uint32_t since() const { return since_; }
  // Codes since the last clearing, when the table is full.
  std::uint32_t full() const { return kCodes - clear_ - 2; }
  // The code of the string that ends with the pixel behind the last code; kCodes: none.
  std::uint32_t entered() const { return std::min(clear_ + 2 + since_ - 1, kCodes); }
  // Of the code that comes; a decoder has not entered the last one yet.
  int width() const {
    const std::uint32_t known = std::min(clear_ + 2 + (since_ == 0 ? 0 : since_ - 1), kCodes);
    return std::clamp(static_cast<int>(std::bit_width(known)), bits_ + 1, kMaxWidth);
  }

 private:
  int bits_;
  std::uint32_t clear_, since_ = 0;
};

class BitsIn {
 public:
  explicit BitsIn(std::span<const std::uint8_t> data) : data_(data) {}
  bool has(int width) const { return data_.size() * 8 - at_ >= static_cast<std::size_t>(width); }
  std::uint32_t take(int width) {
    std::uint32_t value = 0;
    for (int i = 0; i < width; ++i, ++at_) value |= (data_[at_ / 8] >> at_ % 8 & 1U) << i;
    return value;
  }
  // Whether less than a byte is left, of zeros.
  bool at_end() {
    const std::size_t left = data_.size() * 8 - at_;
    return left < 8 && take(static_cast<int>(left)) == 0;
  }

 private:
  std::span<const std::uint8_t> data_;
  std::size_t at_ = 0;
};

class BitsOut {
 public:
  void put(std::uint32_t value, int width) {
    bits_ |= value << count_;
    for (count_ += width; count_ >= 8; count_ -= 8, bits_ >>= 8)
      bytes_.push_back(static_cast<std::uint8_t>(bits_));
  }
  std::size_t size() const { return bytes_.size(); }
  Bytes finish() {
    if (count_ != 0) bytes_.push_back(static_cast<std::uint8_t>(bits_));
    return std::move(bytes_);
  }

 private:
  std::uint32_t bits_ = 0;
  int count_ = 0;
  Bytes bytes_;
};

// The strings that have codes.
class Table {
 public:
  explicit Table(int bits) : bits_(bits), children_(std::size_t{kCodes} << bits) {}
  void clear() {
    for (const std::size_t place : used_) children_[place] = 0;
    used_.clear();
  }
  // The code of the string with one more pixel; 0: there is none.
  std::uint32_t longer(std::uint32_t code, std::uint8_t pixel) const {
    return children_[place(code, pixel)];
  }
  void enter(std::uint32_t code, std::uint8_t pixel, std::uint32_t number) {
    std::uint16_t& child = children_[place(code, pixel)];
    if (child != 0) return;
    child = static_cast<std::uint16_t>(number);
    used_.push_back(place(code, pixel));
  }

 private:
  std::size_t place(std::uint32_t code, std::uint8_t pixel) const {
    return std::size_t{code} << bits_ | pixel;
  }
  int bits_;
  std::vector<std::uint16_t> children_;
  std::vector<std::size_t> used_;
};

template <typename Decisions>
class GifWalk {
 public:
  // truth: what is known, or null.
  GifWalk(std::span<const std::uint8_t> pixels, int bits, Decisions& decisions,
          const GifCodes* truth)
      : pixels_(pixels), decisions_(decisions), truth_(truth), numbering_(bits), table_(bits) {}

  // False if decisions have stopped it or are none, or if it makes more than max_bytes.
  bool run(std::size_t max_bytes) {
    while (!decisions_.stopped() && out_.size() <= max_bytes) {
      std::uint32_t clears =
          decide(Channel::kBlocks, predicts_clearing() ? 1 : 0, is_known(0) ? 1 : 0);
      if (clears > 1) return false;
      if (clears == 1) clear();
      if (at_ == pixels_.size()) return end();
      if (!code()) return false;
    }
    return false;
  }
  Bytes finish() { return out_.finish(); }

 private:
  std::uint32_t decide(Channel channel, std::uint32_t predicted, std::uint32_t truth) {
    return decisions_.decide(channel, predicted, truth);
  }
  // Whether the next code is known to have this length.
  bool is_known(std::uint32_t length) const {
    return truth_ != nullptr && code_ < truth_->lengths.size() && truth_->lengths[code_] == length;
  }
  bool predicts_clearing() const {
    return code_ == 0 || numbering_.since() == (interval_ != 0 ? interval_ : numbering_.full());
  }

  void clear() {
    out_.put(numbering_.clear_code(), numbering_.width());
    interval_ = numbering_.since();
    numbering_.clear();
    table_.clear();
    ++code_;
  }

  bool end() {
    const std::uint32_t ends =
        decide(Channel::kBlocks, 1, truth_ != nullptr && truth_->ended ? 1 : 0);
    if (ends == 1) out_.put(numbering_.end_code(), numbering_.width());
    return ends <= 1 && !decisions_.stopped();
  }

  bool code() {
    // Those of the strings of the table that stand here, the shortest first.
    path_.clear();
    for (std::uint32_t code = pixels_[at_];;) {
      path_.push_back(code);
      if (at_ + path_.size() == pixels_.size()) break;
      const std::uint8_t pixel = pixels_[at_ + path_.size()];
      if (pixel >= numbering_.clear_code()) break;
      code = table_.longer(code, pixel);
      if (code == 0) break;
    }
    if (pixels_[at_] >= numbering_.clear_code()) return false;
    const auto predicted = static_cast<std::uint32_t>(path_.size());
    looked_at_ += predicted;
    if (looked_at_ > kMostLooks + kMostLooksOfEach * pixels_.size()) return false;
    const std::uint32_t length =
        decide(Channel::kLengths, predicted,
               truth_ != nullptr && code_ < truth_->lengths.size() ? truth_->lengths[code_] : 0);
    if (length == 0 || length > predicted) return false;
    out_.put(path_[length - 1], numbering_.width());
    numbering_.next();
    ++code_;
    at_ += length;
    if (at_ < pixels_.size() && pixels_[at_] < numbering_.clear_code() &&
        numbering_.entered() < kCodes)
      table_.enter(path_[length - 1], pixels_[at_], numbering_.entered());
    return true;
  }

  std::span<const std::uint8_t> pixels_;
  Decisions& decisions_;
  const GifCodes* truth_;
  Numbering numbering_;
  Table table_;
  BitsOut out_;
  std::vector<std::uint32_t> path_;
  std::size_t at_ = 0, code_ = 0;  // of pixels, of codes
  std::size_t looked_at_ = 0;      // pixels, of strings that were looked for
  std::uint32_t interval_ = 0;     // codes between the last two clearings
};

}  // namespace

std::optional<GifCodes> read_gif_codes(std::span<const std::uint8_t> data, int bits,
                                       std::size_t max_pixels) {
  GifCodes codes;
  BitsIn in(data);
  Numbering numbering(bits);
  std::array<std::size_t, kCodes> begins{}, lengths{};  // of strings, in the pixels
  std::size_t begin = 0, length = 0;                    // of the last one
  while (in.has(numbering.width())) {
    const std::uint32_t code = in.take(numbering.width());
    if (code == numbering.clear_code()) {
      // No walk clears twice.
      if (!codes.lengths.empty() && codes.lengths.back() == 0) return {};
      numbering.clear();
      codes.lengths.push_back(0);
      continue;
    }
    codes.ended = code == numbering.end_code();
    if (codes.ended) break;
    const bool enters = numbering.since() != 0 && numbering.entered() < kCodes;
    if (enters) {
      begins[numbering.entered()] = begin;
      lengths[numbering.entered()] = length + 1;
    }
    const bool known = code < numbering.clear_code() ||
                       (numbering.since() != 0 && code < numbering.entered() + (enters ? 1 : 0));
    length = code < numbering.clear_code() ? 1 : lengths[code];
    if (!known || length > max_pixels - codes.pixels.size()) return {};
    begin = codes.pixels.size();
    if (code < numbering.clear_code()) {
      codes.pixels.push_back(static_cast<std::uint8_t>(code));
    } else {
      // It may reach into what it appends.
      for (std::size_t i = 0; i < length; ++i)
        codes.pixels.push_back(codes.pixels[begins[code] + i]);
    }
    codes.lengths.push_back(static_cast<std::uint32_t>(length));
    numbering.next();
  }
  if (!in.at_end()) return {};
  return codes;
}

bool write_gif_side(const GifCodes& codes, int bits, std::size_t most_corrections, Bytes& side) {
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  CorrectionWriter corrections(most_corrections, most_corrections);
  GifWalk walk(codes.pixels, bits, corrections, &codes);
  if (!walk.run(kAll)) return false;
  corrections.finish(side);
  return true;
}

std::optional<Bytes> write_gif_codes(std::span<const std::uint8_t> pixels, int bits,
                                     std::span<const std::uint8_t> side, std::size_t max_bytes) {
  CorrectionReader corrections(side);
  GifWalk walk(pixels, bits, corrections, nullptr);
  if (corrections.stopped() || !walk.run(max_bytes) || !corrections.done()) return {};
  Bytes data = walk.finish();
  if (data.size() > max_bytes) return {};
  return data;
}

}  // namespace nnzip
