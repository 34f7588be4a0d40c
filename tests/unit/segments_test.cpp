// SPDX-License-Identifier: Apache-2.0
// Files of every format through the whole codec: what comes back, and how their blocks were cut.
#include <bit>
#include <catch2/catch.hpp>

#include "codec/block_source.h"
#include "codec/choose.h"
#include "unit/content_samples.h"
#include "unit/sound_samples.h"

namespace nnzip {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{4} << 20;

using test::FileMaker;
using test::MemoryReader;
using test::operator+;
using test::Random;
using test::smooth;
using test::to_bytes;

Options without_model() {
  Options options;
  options.model = "none";
  return options;
}

// Each block's form, filter and length, once its content has come back.
std::string blocks_of(const Bytes& content) {
  const Bytes packed = compress(content, without_model());
  CHECK((decompress(packed) == content));
  MemoryReader in(packed), pieces(content, 997);
  test::MemoryWriter again;
  compress(pieces, again, without_model());
  CHECK((again.out == packed));
  std::string text;
  std::uint64_t offset = 0;
  const auto frames = list_frames(in, {}, [&](std::size_t frame, const BlockInfo& block) {
    CHECK(frame == 0);
    CHECK(block.content_offset == offset);
    offset += block.content_bytes;
    text += (block.coding == "stored" ? block.coding : block.form) +
            (block.filter == "none" ? "" : "/" + block.filter) + " " +
            std::to_string(block.content_bytes) + ", ";
  });
  CHECK(frames.size() == 1);
  CHECK(offset == content.size());
  return text;
}

// The forms of blocks whose samples decide are not told: what predicts them may change.
void check_comes_back(const Bytes& content) {
  const Bytes packed = compress(content, without_model());
  CHECK((decompress(packed) == content));
  CHECK(packed.size() < content.size());
}

TEST_CASE("Segments.EveryFormatComesBack") {
  for (const std::uint32_t channels : {1, 3, 8}) {
    for (const std::uint32_t bits : {8, 16, 24}) {
      const Bytes samples = smooth(4001, static_cast<int>(bits) / 8, true);
      check_comes_back(test::wav(channels, bits, samples));
      check_comes_back(test::wav(channels, bits, samples, true));
      check_comes_back(test::aiff(channels, bits, samples));
      check_comes_back(test::au(channels, bits, samples));
    }
  }
  const Bytes bytes = smooth(20001, 1, true), words = smooth(36000, 2, false);
  for (const std::uint32_t bits : {8, 24, 32}) {
    check_comes_back(test::bmp(50, 100, bits, bytes));
    check_comes_back(test::tga(50, 100, bits, bytes));
  }
  for (const char* header :
       {"P5 100 180 255\n", "P5 100 180 4095\n", "P6 60 100 255\n", "P6 60 100 65535\n",
        "P7\nWIDTH 50\nHEIGHT 90\nDEPTH 4\nMAXVAL 65535\nENDHDR\n"}) {
    check_comes_back(to_bytes(header) + words);
  }
  for (const std::uint32_t channels : {1, 3, 4}) {
    for (const std::uint32_t bits : {8, 16}) {
      const Bytes rows = smooth(60 * 80 * channels * bits / 8, static_cast<int>(bits) / 8, true);
      check_comes_back(test::tiff(60, 80, channels, bits, 16, rows, true));
    }
  }
  check_comes_back(test::elf(62, test::x86_code(70000)));
  check_comes_back(test::pe(0x14C, test::x86_code(70000)));
}

TEST_CASE("Segments.CodeIsFilteredWithAndWithoutAHeader") {
  const Bytes code = test::x86_code(70000);
  CHECK(blocks_of(code) == "code/calls 70000, ");
  const std::string blocks = blocks_of(test::elf(62, code));
  CHECK_THAT(blocks, Catch::Contains("code/calls 70000, "));
}

TEST_CASE("Segments.PixelsAreFoundWithoutAHeader") {
  constexpr std::uint32_t kWidth = 200, kHeight = 150;
  Random random(6);
  Bytes image;
  for (std::uint32_t y = 0; y < kHeight; ++y) {
    for (std::uint32_t x = 0; x < kWidth; ++x) {
      const std::uint32_t light = x * x / 300 + (y % 40) * 2 + random.below(8);
      for (const std::uint32_t tint : {0, 20, 40}) {
        image.push_back(static_cast<std::uint8_t>(light + tint + random.below(3)));
      }
    }
  }
  CHECK(blocks_of(image) == "pixels 90000, ");
}

TEST_CASE("Segments.SignedBytesAreSound") {
  const Bytes as_unsigned = test::tone(test::sound_layout(1, 1, false), 60000);
  const Bytes as_signed = test::tone(test::sound_layout(1, 1, true), 60000);
  const std::size_t size = compress(test::wav(1, 8, as_unsigned), without_model()).size();
  for (const Bytes& file : {test::aiff(1, 8, as_signed), test::au(1, 8, as_signed)}) {
    CHECK_THAT(blocks_of(file), Catch::EndsWith("samples/samples 60000, "));
    CHECK(compress(file, without_model()).size() < size + 60);
  }
}

TEST_CASE("Segments.SoundIsFoundWithoutAHeader") {
  for (const std::uint32_t channels : {1, 2}) {
    const Bytes sound = test::tone(test::sound_layout(channels, 2, true), 60000 / channels);
    CHECK(blocks_of(sound) == "samples/samples 120000, ");
    const std::size_t size = compress(sound, without_model()).size();
    CHECK(size <= compress(test::wav(channels, 16, sound), without_model()).size());
  }
}

// The numbers of two bytes, low byte first, as floats or in the high bytes of four.
Bytes widened(const Bytes& words, bool is_float, bool low_first) {
  FileMaker wide;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const auto number = static_cast<std::int16_t>(words[i] | words[i + 1] << 8);
    const auto bits = is_float ? std::bit_cast<std::uint32_t>(static_cast<float>(number) / 32768)
                               : static_cast<std::uint32_t>(number) << 16;
    low_first ? wide.little(bits, 4) : wide.big(bits, 4);
  }
  return wide;
}

TEST_CASE("Segments.SoundOfFourBytesCostsWhatItHolds") {
  const Bytes words = test::tone(test::sound_layout(2, 2, true), 6000);
  const std::size_t size = compress(test::wav(2, 16, words), without_model()).size();
  for (const bool is_float : {false, true}) {
    Bytes wav = test::wav(2, 32, widened(words, is_float, true));
    Bytes au = test::au(2, 32, widened(words, is_float, false));
    if (is_float) wav[20] = 3, au[15] = 6;
    for (const Bytes& file : {wav, au}) {
      CHECK_THAT(blocks_of(file), Catch::EndsWith("samples/integers 48000, "));
      CHECK(compress(file, without_model()).size() < size + 64);
    }
  }
}

TEST_CASE("Segments.FloatsLieOnCurves") {
  const Bytes floats = test::floats(10000);
  CHECK(blocks_of(floats) == "bytes/curves 40000, ");
  CHECK(compress(floats, without_model()).size() < floats.size() / 3);
}

TEST_CASE("Segments.WhatIsCompressedIsStored") {
  const Bytes packed = FileMaker().text("\x1F\x8B\x08").data(Random(3).bytes(99997));
  CHECK(blocks_of(packed) == "stored 100000, ");
  const std::string blocks = blocks_of(test::tar_member("a.gz", packed) + Bytes(1024));
  CHECK_THAT(blocks, Catch::Contains("stored 100000, "));
  // Unless much is left in it.
  Bytes left = Random(3).bytes(99997);
  for (std::uint8_t& byte : left) byte = static_cast<std::uint8_t>(byte * 15 / 16);
  CHECK(blocks_of(FileMaker().text("\x1F\x8B\x08").data(left)) == "bytes 100000, ");
}

TEST_CASE("Segments.ALieCostsNothingButTime") {
  std::string words;
  for (int i = 0; words.size() < 30000; ++i) words += "line " + std::to_string(i % 1000) + "\n";
  const Bytes lie = to_bytes("P6 100 100 255\n" + words);
  const Bytes packed = compress(lie, without_model());
  CHECK((decompress(packed) == lie));
  CHECK(packed.size() < compress(to_bytes(words), without_model()).size() + 100);
}

TEST_CASE("BlockSource.GivesEqualBlocksForEveryReader") {
  const Bytes content = test::wav(2, 16, smooth(100000, 2, true)) +
                        test::bmp(100, 200, 24, smooth(60000, 1, true)) +
                        Bytes(kBlockBytes + 5, 'x');
  const auto blocks_by = [&](std::size_t piece) {
    MemoryReader reader(content, piece);
    BlockSource source(reader, kBlockBytes);
    std::vector<std::size_t> sizes;
    Bytes all;
    while (const auto block = source.next()) {
      CHECK(block->segment.bytes == block->content.size());
      sizes.push_back(block->content.size());
      all = std::move(all) + block->content;
    }
    CHECK((all == content));
    return sizes;
  };
  const auto sizes = blocks_by(SIZE_MAX);
  CHECK(sizes.size() > 4);
  CHECK(blocks_by(997) == sizes);
  CHECK(blocks_by(kBlockBytes / 2 + 1) == sizes);
}

TEST_CASE("ChooseView.KeepsTheContent") {
  for (const Bytes& content : {test::x86_code(50000), smooth(50000, 2, true), Bytes(1, 'x')}) {
    const View view = choose_view(content, {content.size(), {}, false}, level_meaning(5).sampling);
    REQUIRE(view.layout.is_valid());
    REQUIRE(chain_fits(view.filters, view.layout, content.size()));
    const Bytes filtered(view.of(content).begin(), view.of(content).end());
    CHECK((revert_filters(view.filters, view.layout, filtered, content.size()) == content));
  }
}

TEST_CASE("ChooseView.TakesLessThanARow") {
  const Bytes content(3, 'x');
  for (const BlockKind alone : {BlockKind::kContexts, BlockKind::kLean, BlockKind::kBwt}) {
    const Segment segment{content.size(), {.stride = 40, .element = 8}, false};
    const View view = choose_view(content, segment, level_meaning(1).sampling, alone);
    REQUIRE(chain_fits(view.filters, view.layout, content.size()));
  }
}

}  // namespace
}  // namespace nnzip
