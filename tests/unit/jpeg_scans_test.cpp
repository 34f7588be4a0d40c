// SPDX-License-Identifier: Apache-2.0
// Files of several scans, of which one is not as nnzip would write it and another breaks off.
#include <bit>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "unit/content_samples.h"
#include "unit/jpeg_round_trip.h"

namespace nnzip {
namespace {

using test::FileMaker;

constexpr int kSide = 16;  // blocks

// Huffman codes of 4 bits: the place in a list.
const Bytes kDc = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
const Bytes kAc = {0x00, 0xF0, 0x01, 0x02, 0x03, 0x11, 0x21, 0x12};

class ScanMaker {
 public:
  void symbol(const Bytes& codes, std::uint8_t symbol) {
    bits(static_cast<unsigned>(std::ranges::find(codes, symbol) - codes.begin()), 4);
  }
  void number(const Bytes& codes, int zeros, int value) {
    const int size = std::bit_width(static_cast<unsigned>(std::abs(value)));
    symbol(codes, static_cast<std::uint8_t>(zeros << 4 | size));
    bits(static_cast<unsigned>(value < 0 ? value - 1 : value) & ((1U << size) - 1), size);
  }
  Bytes done() {
    while (held_ != 0) bits(1, 1);
    return out_;
  }

 private:
  void bits(unsigned value, int count) {
    for (int i = count - 1; i >= 0; --i) {
      byte_ = byte_ << 1 | (value >> i & 1);
      if (++held_ < 8) continue;
      out_.push_back(static_cast<std::uint8_t>(byte_));
      if (out_.back() == 0xFF) out_.push_back(0);
      held_ = 0;
    }
  }
  Bytes out_;
  unsigned byte_ = 0;
  int held_ = 0;
};

// odd_at: the block that says 16 zeros before it says that there is nothing more; -1: none.
Bytes scan(int numbers, int odd_at) {
  test::Random random(static_cast<std::uint32_t>(numbers + odd_at + 2));
  ScanMaker maker;
  int last = 0;
  for (int block = 0; block < kSide * kSide; ++block) {
    const int mean = static_cast<int>(random.bytes(1)[0] % 61) - 30;
    maker.number(kDc, 0, mean - last);
    last = mean;
    for (int i = 0; i < numbers; ++i) maker.number(kAc, 0, random.bytes(1)[0] % 2 == 0 ? 1 : -2);
    if (block == odd_at) maker.symbol(kAc, 0xF0);
    maker.symbol(kAc, 0x00);
  }
  return maker.done();
}

Bytes table(int number, const Bytes& codes) {
  FileMaker file;
  file.text("\xFF\xC4").big(19 + codes.size(), 2).big(static_cast<std::uint64_t>(number), 1);
  for (std::size_t bits = 1; bits <= 16; ++bits) file.big(bits == 4 ? codes.size() : 0, 1);
  return file.data(codes);
}

Bytes three_scans(int odd_at) {
  FileMaker file;
  file.text("\xFF\xD8\xFF\xDB").big(67, 2).zeros(1);
  for (int i = 0; i < 64; ++i) file.big(8, 1);
  file.text("\xFF\xC0").big(17, 2).big(8, 1).big(8 * kSide, 2).big(8 * kSide, 2).big(3, 1);
  for (int i = 0; i < 3; ++i) file.big(static_cast<std::uint64_t>(i) << 16 | 0x1100, 3);
  file.data(table(0, kDc)).data(table(0x10, kAc));
  for (int i = 0; i < 3; ++i) {
    file.text("\xFF\xDA").big(8, 2).big(1, 1).big(static_cast<std::uint64_t>(i), 1).zeros(1);
    file.big(0x003F00, 3);
    file.data(scan(i == 0 ? 30 : 1, i == 1 ? odd_at : -1));
  }
  return file.text("\xFF\xD9");
}

TEST_CASE("JpegScans.WhatIsTakenComesBack") {
  for (const int odd_at : {-1, 10}) {
    const Bytes file = three_scans(odd_at);
    int taken = 0;
    for (std::size_t bytes = file.size() / 2; bytes <= file.size(); bytes += 37) {
      const Bytes part(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(bytes));
      taken += test::jpeg_comes_back(part) ? 1 : 0;
    }
    CHECK(taken > 0);
  }
}

}  // namespace
}  // namespace nnzip
