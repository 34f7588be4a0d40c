// SPDX-License-Identifier: Apache-2.0
// JPEG files made in code, by a writer of its own that knows baseline scans and plain Huffman
// tables.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <vector>

#include "unit/content_samples.h"

namespace nnzip::test {

class JpegMaker {
 public:
  struct Component {
    int h = 1, v = 1;
    std::size_t across = 0, down = 0;              // blocks
    std::vector<std::array<int, 64>> blocks = {};  // at 8 * row + column
  };
  int padding = 1;
  int restart_interval = 0;  // MCUs; 0: none
  int steps = 3;             // of the quantiser
  Bytes before_frame = {};   // segments

  // factors: h and v of each component. seed: of the coefficients.
  JpegMaker(int width, int height, const std::vector<std::pair<int, int>>& factors,
            std::uint32_t seed = 1)
      : width_(width), height_(height), random_(seed) {
    int most_h = 1, most_v = 1;
    for (const auto& [h, v] : factors) most_h = std::max(most_h, h), most_v = std::max(most_v, v);
    across_ = static_cast<std::size_t>((width + 8 * most_h - 1) / (8 * most_h));
    down_ = static_cast<std::size_t>((height + 8 * most_v - 1) / (8 * most_v));
    for (const auto& [h, v] : factors) {
      Component part{h, v, across_ * static_cast<std::size_t>(h),
                     down_ * static_cast<std::size_t>(v)};
      for (std::size_t i = 0; i < part.across * part.down; ++i) {
        part.blocks.push_back(block(i, part.across));
      }
      components.push_back(part);
    }
  }

  Bytes file() const {
    FileMaker file;
    file.text("\xFF\xD8").data(before_frame).text("\xFF\xDB").big(67, 2).zeros(1);
    for (int i = 0; i < 64; ++i) file.little(static_cast<std::uint64_t>(steps + i / 4), 1);
    file.text("\xFF\xC0").big(8 + 3 * components.size(), 2).little(8, 1);
    file.big(static_cast<std::uint64_t>(height_), 2).big(static_cast<std::uint64_t>(width_), 2);
    file.little(components.size(), 1);
    for (std::size_t i = 0; i < components.size(); ++i) {
      file.little(i + 1, 1).little(
          static_cast<std::uint64_t>(components[i].h * 16 + components[i].v), 1);
      file.little(0, 1);
    }
    file.data(tables());
    if (restart_interval != 0) {
      file.text("\xFF\xDD").big(4, 2).big(static_cast<std::uint64_t>(restart_interval), 2);
    }
    file.text("\xFF\xDA").big(6 + 2 * components.size(), 2).little(components.size(), 1);
    for (std::size_t i = 0; i < components.size(); ++i) file.little(i + 1, 1).little(0, 1);
    file.little(0, 1).little(63, 1).little(0, 1);
    return file.data(scan()).text("\xFF\xD9");
  }

  std::vector<Component> components;

 private:
  static constexpr int kZigzag[64] = {
      0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
      41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
      30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

  // Codes of DC have 4 bits, those of AC 8: the symbol itself, and the next one.
  static Bytes tables() {
    FileMaker file;
    file.text("\xFF\xC4").big(2 + 17 + 12, 2).zeros(1).zeros(3).little(12, 1).zeros(12);
    for (int i = 0; i < 12; ++i) file.little(static_cast<std::uint64_t>(i), 1);
    file.text("\xFF\xC4").big(2 + 17 + 255, 2).little(16, 1).zeros(7).little(255, 1).zeros(8);
    for (int i = 0; i < 255; ++i) file.little(static_cast<std::uint64_t>(i), 1);
    return file;
  }

  int random(int below) {
    const Bytes bytes = random_.bytes(2);
    return (bytes[0] * 256 + bytes[1]) % below;
  }

  // Near the one before, as in photographs.
  std::array<int, 64> block(std::size_t i, std::size_t across) {
    std::array<int, 64> made{};
    mean_ = std::clamp(mean_ + random(41) - 20, -900, 900);
    made[0] = mean_ + static_cast<int>(i / across);
    const int last = random(3) == 0 ? 63 : random(20);
    for (int k = 1; k <= last; ++k) {
      const int most = 60 / (k + 1) + 1;
      made[static_cast<std::size_t>(kZigzag[k])] = random(2) * (random(2 * most + 1) - most);
    }
    if (random(50) == 0) made[1] = random(2) == 0 ? 1023 : -1023;
    return made;
  }

  struct Writer {
    Bytes out = {};
    std::uint32_t buffer = 0;
    int held = 0;
    void bits(int value, int count) {
      for (int i = count - 1; i >= 0; --i) {
        buffer = buffer << 1 | (static_cast<std::uint32_t>(value) >> i & 1);
        if (++held < 8) continue;
        out.push_back(static_cast<std::uint8_t>(buffer));
        if (out.back() == 0xFF) out.push_back(0);
        held = 0;
        buffer = 0;
      }
    }
    void fill(int bit) {
      while (held != 0) bits(bit, 1);
    }
  };

  Bytes scan() const {
    Writer writer;
    std::vector<int> last(components.size());
    const bool alone = components.size() == 1;
    // A component alone has MCUs of a block, and no blocks that fill them.
    const std::size_t across = alone ? static_cast<std::size_t>((width_ + 7) / 8) : across_,
                      down = alone ? static_cast<std::size_t>((height_ + 7) / 8) : down_;
    for (std::size_t mcu = 0; mcu < across * down; ++mcu) {
      if (restart_interval != 0 && mcu != 0 &&
          mcu % static_cast<std::size_t>(restart_interval) == 0) {
        writer.fill(padding);
        writer.out.push_back(0xFF);
        const std::size_t number = mcu / static_cast<std::size_t>(restart_interval) - 1;
        writer.out.push_back(static_cast<std::uint8_t>(0xD0 + number % 8));
        std::fill(last.begin(), last.end(), 0);
      }
      const std::size_t x = mcu % across, y = mcu / across;
      for (std::size_t c = 0; c < components.size(); ++c) {
        const Component& part = components[c];
        const auto h = alone ? 1 : static_cast<std::size_t>(part.h),
                   v = alone ? 1 : static_cast<std::size_t>(part.v);
        for (std::size_t i = 0; i < h * v; ++i) {
          write(part.blocks[(y * v + i / h) * part.across + x * h + i % h], last[c], writer);
        }
      }
    }
    writer.fill(padding);
    return writer.out;
  }

  static void number(int value, int zeros, int code_bits, Writer& writer) {
    const int size = std::bit_width(static_cast<unsigned>(std::abs(value)));
    writer.bits(zeros * 16 + size, code_bits);
    writer.bits(value < 0 ? value - 1 : value, size);
  }

  static void write(const std::array<int, 64>& block, int& last, Writer& writer) {
    number(block[0] - last, 0, 4, writer);
    last = block[0];
    int zeros = 0;
    for (int k = 1; k < 64; ++k) {
      const int value = block[static_cast<std::size_t>(kZigzag[k])];
      if (value == 0) {
        ++zeros;
        continue;
      }
      for (; zeros > 15; zeros -= 16) writer.bits(0xF0, 8);
      number(value, zeros, 8, writer);
      zeros = 0;
    }
    if (zeros != 0) writer.bits(0, 8);
  }

  int width_, height_;
  Random random_;
  int mean_ = 0;
  std::size_t across_ = 0, down_ = 0;  // MCUs
};

// Grey, and three components at all common samplings, and four.
inline std::vector<std::vector<std::pair<int, int>>> jpeg_factors() {
  return {{{1, 1}},
          {{2, 2}},
          {{1, 1}, {1, 1}, {1, 1}},
          {{2, 1}, {1, 1}, {1, 1}},
          {{2, 2}, {1, 1}, {1, 1}},
          {{4, 1}, {1, 1}, {1, 1}},
          {{1, 2}, {1, 2}, {1, 1}},
          {{1, 1}, {1, 1}, {1, 1}, {1, 1}}};
}

}  // namespace nnzip::test
