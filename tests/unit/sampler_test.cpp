// SPDX-License-Identifier: Apache-2.0
// Random choices: the same on all machines, and as likely as they should be.
#include <catch2/catch.hpp>
#include <cmath>

#include "codec/prompts.h"
#include "codec/random_choice.h"
#include "unit/content_samples.h"
#include "unit/memory_stream.h"

namespace nnzip {
namespace {

using test::error_code;
using test::value;

TEST_CASE("RandomBits.AreThoseOfSplitMix64") {
  // The first numbers of the generator as published, of the seed 1234567.
  RandomBits random(1234567);
  CHECK(random.next() == 6457827717110365317u);
  CHECK(random.next() == 3203168211198807973u);
  CHECK(random.next() == 9817491932198370423u);
}

TEST_CASE("Temperature.RaisesChancesToPowers") {
  for (const double temperature : {0.25, 0.5, 1.0, 2.0, 4.0}) {
    const Temperature power(temperature);
    for (const std::uint32_t chance : {1u, 3u, 1000u, 40000u, 65535u}) {
      const double exact = std::pow(chance / 65536.0, 1 / temperature);
      const double found = static_cast<double>(power.weight(chance, 65536)) / 4294967296.0;
      CHECK(found == Approx(exact).epsilon(0.001).margin(1e-9));
    }
  }
  CHECK(error_code([] { Temperature(0.05); }) == value(ErrorCode::kInvalidArgument));
  CHECK(error_code([] { Temperature(std::nan("")); }) == value(ErrorCode::kInvalidArgument));
}

// Of 4000 bits with a chance of a quarter.
int ones_at(double temperature) {
  Chooser chooser(7, Temperature(temperature));
  int ones = 0;
  for (int i = 0; i < 4000; ++i) ones += chooser.decode_bit(16384) ? 1 : 0;
  return ones;
}

TEST_CASE("Chooser.DrawsAsLikelyAsChancesSay") {
  CHECK(std::abs(ones_at(1) - 1000) < 110);
  CHECK(std::abs(ones_at(0.5) - 400) < 80);
  CHECK(std::abs(ones_at(4) - 1728) < 130);
}

TEST_CASE("Chooser.DrawsBytes") {
  Distribution distribution;
  // All of 256 have the least chance, and 65 the rest.
  std::uint32_t sum = 0;
  for (int i = 0; i <= 256; ++i) {
    distribution.cumulative[i] = sum;
    sum += i == 65 ? Distribution::kTotal - 255 : 1;
  }
  for (const double temperature : {0.5, 1.0, 2.0}) {
    Chooser chooser(1, Temperature(temperature));
    int hits = 0;
    for (int i = 0; i < 200; ++i) hits += chooser.byte(distribution) == 65 ? 1 : 0;
    CHECK(hits > (temperature > 1 ? 150 : 195));
    for (int i = 0; i < 20; ++i) {
      const std::uint8_t other = chooser.byte(distribution, {100, 103});
      CHECK((other >= 100 && other <= 103));
    }
  }
}

TEST_CASE("Prompts.KeepTheUpperHalfOfImages") {
  const Bytes file = test::FileMaker().text("P6 # comment\n4 3\n255\n").zeros(36);
  const Prompt prompt = read_prompt(file, 0);
  CHECK(prompt.layout.form == Form::kPixels);
  CHECK(prompt.layout.stride == 12);
  CHECK(prompt.known.size() == 12);
  CHECK(prompt.bytes == 36);
  CHECK((written(prompt, Bytes(36)) == file));
  for (const char* bad :
       {"P6 ", "P6 4", "P6 0 3 255 ", "P6 4 3 65535 ", "P6 9999999 1 255 ", "P5 x"}) {
    const Bytes damaged = test::FileMaker().text(bad);
    CHECK(error_code([&] { read_prompt(damaged, 0); }) == value(ErrorCode::kInvalidArgument));
  }
}

TEST_CASE("Prompts.OfBytesMayBeginLikeOthers") {
  for (const char* text : {"P", "P6", "P5: how it began", "RIFF", "RIFFs and solos"}) {
    const Bytes content = test::FileMaker().text(text);
    CHECK(read_prompt(content, 7).known == content);
    CHECK(read_prompt(content, 7).bytes == content.size() + 7);
  }
}

TEST_CASE("Prompts.LengthenSound") {
  const Bytes samples = test::smooth(400, 2, true);
  const Bytes file = test::wav(2, 16, samples);
  const Prompt prompt = read_prompt(file, 103);
  CHECK(prompt.known.size() == 400);
  CHECK(prompt.bytes == 500);
  CHECK(prompt.known[0] == samples[1]);
  Bytes content = prompt.known;
  content.resize(500);
  const Bytes made = written(prompt, content);
  CHECK(made.size() == 544);
  CHECK(std::equal(samples.begin(), samples.end(), made.begin() + 44));
  const Bytes deep = test::wav(2, 24, Bytes(600));
  CHECK(error_code([&] { read_prompt(deep, 0); }) == value(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace nnzip
