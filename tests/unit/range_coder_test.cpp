// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <vector>

#include "coder/range_decoder.h"
#include "coder/range_encoder.h"
#include "unit/format_examples.h"
#include "unit/memory_stream.h"

namespace nnzip {
namespace {

using test::Random;

Distribution uniform() {
  Distribution d{};
  for (std::uint32_t s = 0; s <= 256; ++s) d.cumulative[s] = s << 14;
  return d;
}

// One symbol has all but the least that the others must have.
Distribution certain(std::uint8_t symbol) {
  Distribution d{};
  for (std::uint32_t s = 0; s < 256; ++s) {
    d.cumulative[s + 1] = d.cumulative[s] + (s == symbol ? Distribution::kTotal - 255 : 1);
  }
  return d;
}

// Widths of very different sizes.
Distribution ragged(Random& random) {
  Distribution d{};
  std::uint32_t left = Distribution::kTotal - 256;
  for (std::uint32_t s = 0; s < 256; ++s) {
    const std::uint32_t extra = s == 255 ? left : random.below(left + 1) >> random.below(20);
    left -= extra;
    d.cumulative[s + 1] = d.cumulative[s] + 1 + extra;
  }
  return d;
}

Bytes encode(const std::vector<Distribution>& distributions, const Bytes& symbols) {
  RangeEncoder encoder;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    encoder.encode(distributions[i % distributions.size()], symbols[i]);
  }
  return encoder.finish();
}

Bytes decode(const std::vector<Distribution>& distributions, const Bytes& coded,
             std::size_t count) {
  RangeDecoder decoder(coded);
  Bytes symbols(count);
  for (std::size_t i = 0; i < count; ++i) {
    symbols[i] = decoder.decode(distributions[i % distributions.size()]);
  }
  CHECK(decoder.ended_well());
  return symbols;
}

TEST_CASE("RangeCoder.ReturnsSymbolsOfAnyWidth") {
  Random random(1);
  std::vector<Distribution> distributions;
  for (int i = 0; i < 50; ++i) distributions.push_back(ragged(random));
  for (const std::size_t count : {0, 1, 2, 3, 4, 5, 1000, 20000}) {
    const Bytes symbols = random.bytes(count);
    const Bytes coded = encode(distributions, symbols);
    CHECK(decode(distributions, coded, count) == symbols);
  }
}

TEST_CASE("RangeCoder.CodesTheLeastLikelySymbols") {
  const std::vector<Distribution> distributions{certain(7)};
  for (const int symbol : {0, 6, 8, 254, 255}) {
    const Bytes symbols(1000, static_cast<std::uint8_t>(symbol));
    const Bytes coded = encode(distributions, symbols);
    CHECK(coded.size() <= 1000 * 22 / 8 + 8);
    CHECK(decode(distributions, coded, symbols.size()) == symbols);
  }
}

TEST_CASE("RangeCoder.CarriesThroughLongRuns") {
  // Certain symbols before a last one keep the low end just under a byte boundary; 255 then adds up
  // to a carry. Many mixtures make runs of FF of every length.
  Random random(2);
  std::size_t long_runs = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<Distribution> distributions{certain(255), certain(0), uniform()};
    Bytes symbols(300, 255);
    for (auto& symbol : symbols) {
      if (random.below(40) == 0) symbol = static_cast<std::uint8_t>(random.below(256));
    }
    const Bytes coded = encode(distributions, symbols);
    for (std::size_t i = 0; i + 2 < coded.size(); ++i) {
      long_runs += coded[i] == 0xFF && coded[i + 1] == 0xFF && coded[i + 2] == 0xFF;
    }
    CHECK(decode(distributions, coded, symbols.size()) == symbols);
  }
  CHECK(long_runs > 100);
  // The highest symbols alone: the low end stays at the top of the range.
  const Bytes top(5000, 255);
  CHECK(decode({uniform()}, encode({uniform()}, top), top.size()) == top);
}

TEST_CASE("RangeCoder.CarryChangesBytesAlreadyWritten") {
  // Under `uniform`, 7F FF FF ... leaves low close to the boundary of its first byte.
  Random random(3);
  const std::vector<Distribution> distributions{ragged(random), uniform()};
  int carried = 0;
  for (int round = 0; round < 2000; ++round) {
    RangeEncoder encoder;
    Bytes symbols{128, 0, 0, 0};
    for (int i = 0; i < 12; ++i) symbols.push_back(random.below(2) == 0 ? 255 : 0);
    for (std::size_t i = 0; i < symbols.size(); ++i)
      encoder.encode(distributions[i % 2], symbols[i]);
    const Bytes coded = encoder.finish();
    for (const std::uint8_t byte : coded) carried += byte == 0;
    CHECK(decode(distributions, coded, symbols.size()) == symbols);
  }
  CHECK(carried > 0);
}

TEST_CASE("RangeCoder.CertainSymbolsCostAlmostNothing") {
  // log2(kTotal / (kTotal - 255)) = 0.0000877 bits each.
  for (const int symbol : {0, 100, 255}) {
    const auto byte = static_cast<std::uint8_t>(symbol);
    const Bytes symbols(100000, byte);
    const Bytes coded = encode({certain(byte)}, symbols);
    CHECK(coded.size() <= 3);
    CHECK(decode({certain(byte)}, coded, symbols.size()) == symbols);
  }
}

TEST_CASE("RangeCoder.EndsWithAsFewBytesAsPossible") {
  Random random(4);
  CHECK(RangeEncoder().finish().empty());
  for (int round = 0; round < 200; ++round) {
    const std::vector<Distribution> distributions{ragged(random), uniform()};
    const Bytes symbols = random.bytes(1 + random.below(6));
    const Bytes coded = encode(distributions, symbols);
    if (coded.empty()) continue;
    CHECK(coded.back() != 0);
    // No string that is one byte shorter stands for the same symbols: neither the stream cut short
    // nor the next higher number of that length.
    Bytes shorter(coded.begin(), coded.end() - 1);
    RangeDecoder cut(shorter);
    Bytes got;
    for (std::size_t i = 0; i < symbols.size(); ++i)
      got.push_back(cut.decode(distributions[i % 2]));
    CHECK(got != symbols);
    for (std::size_t i = shorter.size(); i-- > 0 && ++shorter[i] == 0;) {
    }
    RangeDecoder raised(shorter);
    got.clear();
    for (std::size_t i = 0; i < symbols.size(); ++i)
      got.push_back(raised.decode(distributions[i % 2]));
    CHECK(got != symbols);
  }
}

TEST_CASE("RangeCoder.UsesNoMoreThanTheEntropy") {
  Random random(5);
  const Bytes symbols = random.bytes(10000);
  // 8 bits each and no byte wasted at the front.
  CHECK(encode({uniform()}, symbols).size() <= symbols.size() + 1);
}

TEST_CASE("RangeCoder.ReadsZerosPastTheEnd") {
  // The data stand at the end of their own allocation, so a sanitizer sees a read past them.
  Random random(6);
  const std::vector<Distribution> distributions{ragged(random), certain(9), uniform()};
  for (std::size_t size = 0; size < 12; ++size) {
    const Bytes data = random.bytes(size);
    Bytes padded(size + 400);
    std::copy(data.begin(), data.end(), padded.begin());
    RangeDecoder decoder(data), same(padded);
    for (std::size_t i = 0; i < 300; ++i) {
      REQUIRE(decoder.decode(distributions[i % 3]) == same.decode(distributions[i % 3]));
    }
  }
}

TEST_CASE("RangeCoder.ReadsNoMoreThanEightZerosPastTheEnd") {
  // Symbol 0 leaves the low end at 0: its stream is zeros alone, 8 bits for each symbol.
  const std::vector<Distribution> distributions{uniform()};
  for (std::size_t count = 0; count < 40; ++count) {
    CAPTURE(count);
    const Bytes symbols(count);
    const Bytes coded = encode(distributions, symbols);
    CHECK(coded == Bytes(std::max<std::size_t>(count, 4) - 4));
    CHECK(decode(distributions, coded, count) == symbols);
    if (coded.empty()) continue;
    for (const std::size_t size : {coded.size() - 1, coded.size() + 1}) {
      const Bytes other(size);
      RangeDecoder decoder(other);
      for (std::size_t i = 0; i < count; ++i) decoder.decode(uniform());
      CHECK_FALSE(decoder.ended_well());
      CHECK(decoder.overrun() == (size < coded.size()));
    }
  }
}

TEST_CASE("RangeCoder.SurvivesAnyBytes") {
  Random random(7);
  for (int round = 0; round < 200; ++round) {
    Bytes data = random.bytes(random.below(30));
    if (round % 3 == 0) data.assign(10, 0xFF);
    const Distribution distribution = ragged(random);
    RangeDecoder decoder(data);
    unsigned sum = 0;
    for (int i = 0; i < 200; ++i) {
      sum += decoder.decode(distribution);
      sum += decoder.decode_bit(1 + random.below(65535));
    }
    CHECK(sum <= 200 * 256);
  }
}

TEST_CASE("RangeCoder.ReturnsBitsOfAnyProbability") {
  Random random(8);
  std::vector<std::uint32_t> probabilities{1, 65535, 32768, 2, 65534};
  std::vector<bool> bits;
  for (int i = 0; i < 20000; ++i) {
    if (i >= 5) probabilities.push_back(1 + random.below(65535));
    bits.push_back(random.below(2) != 0);
  }
  RangeEncoder encoder;
  for (std::size_t i = 0; i < bits.size(); ++i) encoder.encode_bit(bits[i], probabilities[i]);
  const Bytes coded = encoder.finish();
  RangeDecoder decoder(coded);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < bits.size(); ++i) {
    wrong += decoder.decode_bit(probabilities[i]) != bits[i];
  }
  CHECK(wrong == 0);
  CHECK(decoder.ended_well());
}

TEST_CASE("RangeCoder.TakesBitsOfAByteAtOnceAsOneByOne") {
  Random random(7);
  RangeEncoder at_once, one_by_one;
  for (int i = 0; i < 20000; ++i) {
    // Long likely runs lead to carries.
    const std::uint32_t most = i % 3 == 0 ? 65535 : 3;
    std::array<std::uint16_t, 8> ones;
    for (std::uint16_t& one : ones) one = static_cast<std::uint16_t>(1 + random.below(most));
    const auto byte = static_cast<std::uint8_t>(random.below(5) == 0 ? random.below(256) : 0);
    at_once.encode_bits(byte, ones);
    for (std::size_t k = 0; k < 8; ++k) one_by_one.encode_bit((byte >> (7 - k) & 1) != 0, ones[k]);
  }
  CHECK(at_once.finish() == one_by_one.finish());
}

TEST_CASE("RangeCoder.LikelyBitsCostLittle") {
  RangeEncoder encoder;
  for (int i = 0; i < 100000; ++i) encoder.encode_bit(true, 65535);  // 0.000022 bits each
  CHECK(encoder.finish().size() <= 2);
}

TEST_CASE("RangeCoder.IsNewAfterFinish") {
  RangeEncoder encoder;
  encoder.encode(uniform(), 200);
  const Bytes first = encoder.finish();
  encoder.encode(uniform(), 200);
  CHECK(encoder.finish() == first);
}

TEST_CASE("RangeCoder.AgreesWithTheExampleOfTheFormat") {
  const auto examples = test::format_examples("coder");
  REQUIRE(examples.size() == 1);
  REQUIRE(examples[0].size() == 2);
  const Bytes& symbols = examples[0][0];
  REQUIRE(symbols.size() == 8);
  CHECK(encode({uniform()}, symbols) == examples[0][1]);
  CHECK(decode({uniform()}, examples[0][1], symbols.size()) == symbols);
}

}  // namespace
}  // namespace nnzip
