// SPDX-License-Identifier: Apache-2.0
// GIF files as encoders of several habits write them, made here with nothing of what it tests.
#pragma once

#include <map>
#include <string>

#include "base/bytes.h"

namespace nnzip::test {

struct GifStyle {
  std::size_t block = 255;
  std::size_t clears_at = 4096;  // the first free code; above 4096: never again
  bool clears_first = true, clears_last = false, ends = true;
  std::size_t shorter = 0;  // every so many-th code stands for one pixel, whatever the table has
};

class GifLzw {
 public:
  GifLzw(int bits, const GifStyle& style) : bits_(bits), style_(style) { reset(); }

  Bytes encode(const Bytes& pixels) {
    if (style_.clears_first) put(clear());
    for (std::size_t at = 0; at < pixels.size();) {
      if (next_ >= style_.clears_at) {
        put(clear());
        reset();
      }
      std::string text(1, static_cast<char>(pixels[at++]));
      const bool cut = style_.shorter != 0 && ++codes_ % style_.shorter == 0;
      while (!cut && at < pixels.size() && table_.contains(text + static_cast<char>(pixels[at])))
        text += static_cast<char>(pixels[at++]);
      put(table_.at(text));
      if (at < pixels.size() && next_ < 4096)
        table_.try_emplace(text + static_cast<char>(pixels[at]), static_cast<unsigned>(next_));
      // A decoder enters the string before.
      if (next_ < 4096) ++next_;
      if (next_ - 1 == std::size_t{1} << width_ && width_ < 12) ++width_;
    }
    if (style_.clears_last) put(clear()), reset();
    if (style_.ends) put(clear() + 1);
    if (count_ != 0) out_.push_back(static_cast<std::uint8_t>(held_));
    return out_;
  }

 private:
  unsigned clear() const { return 1U << bits_; }
  void reset() {
    table_.clear();
    for (unsigned i = 0; i < clear(); ++i) table_[std::string(1, static_cast<char>(i))] = i;
    next_ = clear() + 2;
    width_ = bits_ + 1;
  }
  void put(unsigned code) {
    held_ |= code << count_;
    for (count_ += width_; count_ >= 8; count_ -= 8, held_ >>= 8)
      out_.push_back(static_cast<std::uint8_t>(held_));
  }

  int bits_;
  GifStyle style_;
  std::map<std::string, unsigned> table_;
  std::size_t next_ = 0, codes_ = 0;
  int width_ = 0, count_ = 0;
  unsigned held_ = 0;
  Bytes out_;
};

// One image, without a palette of its own.
inline Bytes gif_image(std::size_t width, std::size_t height, const Bytes& pixels, int bits,
                       const GifStyle& style = {}) {
  const auto low = [](std::size_t value) { return static_cast<std::uint8_t>(value); };
  Bytes image{0x2C,
              0,
              0,
              0,
              0,
              low(width),
              low(width >> 8),
              low(height),
              low(height >> 8),
              0,
              low(std::size_t(bits))};
  const Bytes data = GifLzw(bits, style).encode(pixels);
  for (std::size_t at = 0; at < data.size(); at += style.block) {
    const std::size_t size = std::min(style.block, data.size() - at);
    image.push_back(low(size));
    image.insert(image.end(), data.begin() + std::ptrdiff_t(at),
                 data.begin() + std::ptrdiff_t(at + size));
  }
  image.push_back(0);
  return image;
}

inline Bytes gif_file(const std::vector<Bytes>& images) {
  Bytes file{'G', 'I', 'F', '8', '9', 'a', 0, 1, 0, 1, 0x80, 0, 0, 1, 2, 3, 4, 5, 6};
  for (const Bytes& image : images) {
    for (const int byte : {0x21, 0xF9, 4, 0, 10, 0, 0, 0})
      file.push_back(static_cast<std::uint8_t>(byte));
    file.insert(file.end(), image.begin(), image.end());
  }
  file.push_back(0x3B);
  return file;
}

}  // namespace nnzip::test
