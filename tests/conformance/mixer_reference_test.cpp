// SPDX-License-Identifier: Apache-2.0
// Bytes, machine code and sound: the mixer against its second implementation.
#include "reference/mixer/mixer_reference.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "conformance/mixer_reference_runs.h"
#include "mixer/bytes/byte_predictor.h"
#include "mixer/sound/sound_predictor.h"
#include "reference/mixer/mixer_reference_sound.h"
#include "unit/mixer_samples.h"
#include "unit/sound_samples.h"

namespace nnzip {
namespace {

using mixer_runs::plan_of;
using mixer_runs::Random;
using mixer_runs::random_bytes;
using mixer_runs::require_equal;
using mixer_runs::resized;

template <Effort kEffort>
void require_equal_bytes(const Bytes& content, const Layout& layout, int streams, bool network) {
  INFO(content.size() << " bytes, " << streams << " streams, stride " << layout.stride
                      << ", element " << layout.element << ", effort " << static_cast<int>(kEffort)
                      << (network ? ", network" : ""));
  MixerPlan plan = plan_of(content, layout, streams, network);
  plan.effort = kEffort;
  require_equal<mixer::BytePredictorOf<kEffort>, MixerReference>(content, plan);
}

void require_equal_bytes(const Bytes& content, const Layout& layout = {}) {
  const Bytes few = resized(content, std::min<std::size_t>(content.size(), 900));
  require_equal_bytes<Effort::kLarge>(few, layout, 5, true);
  for (const int streams : {1, 2, 5}) {
    for (const bool network : {false, true}) {
      require_equal_bytes<Effort::kUsual>(content, layout, streams, network);
    }
  }
}

// Instructions of x86 as far as their lengths go: every opcode of every map, often with prefixes,
// registers and operands that repeat; and strings of all lengths between them.
Bytes sample_code(std::size_t n) {
  static constexpr std::uint8_t kOften[] = {0x66, 0x48, 0x0F, 0x38, 0x3A, 0xC4, 0xC5, 0xF6, 0xF7,
                                            0x8B, 0x04, 0x05, 0x44, 0x84, 0xE8, 0xB8, 0x00, 0xFF};
  Random random;
  Bytes code;
  while (code.size() < n) {
    const std::uint32_t kind = random.below(5);
    if (random.below(60) == 0) {
      for (std::uint32_t i = random.below(5); i > 0; --i) {
        for (std::uint32_t k = random.below(11); k > 0; --k) {
          code.push_back(static_cast<std::uint8_t>('a' + random.below(4)));
        }
        code.push_back(static_cast<std::uint8_t>(random.below(3) == 0 ? '\n' : 0));
      }
    } else if (kind == 4) {
      code.push_back(static_cast<std::uint8_t>(0x40 + random.below(16)));
      code.push_back(static_cast<std::uint8_t>(0xB8 + random.below(8)));
    } else if (kind == 0 && code.size() > 64) {
      const std::size_t from = random.below(static_cast<std::uint32_t>(code.size()) - 32);
      for (std::uint32_t i = 0; i < 24; ++i) code.push_back(code[from + i]);
    } else if (kind == 1) {
      code.push_back(static_cast<std::uint8_t>(random.below(256)));
    } else {
      code.push_back(kOften[random.below(std::size(kOften))]);
    }
  }
  code.resize(n);
  return code;
}

TEST_CASE("MixerReference.AgreesOnBytes") {
  require_equal_bytes(resized(test::sample_text(), 5000));
  require_equal_bytes(Bytes(2000));
  require_equal_bytes(Bytes(2000, 255));
  require_equal_bytes(random_bytes(3000));
  require_equal_bytes(random_bytes(3000, 2));
}

// Fields, brackets, indents, sentences, records of several lengths.
TEST_CASE("MixerReference.AgreesOnWhatTheLargeEffortLooksAt") {
  Bytes content;
  for (int i = 0; i < 24; ++i) {
    const std::string line = std::string(static_cast<std::size_t>(i % 5), i % 2 == 0 ? ' ' : '\t') +
                             "<Item" + std::to_string(i * 37 % 11) +
                             "> key: [ (one, 22), {Two=3}]; last|field. Next words go on!\n";
    content.insert(content.end(), line.begin(), line.end());
    if (i % 6 == 5) content.resize(content.size() + 40);
  }
  const Bytes records = resized(test::sample_records(20), 700);
  content.insert(content.end(), records.begin(), records.end());
  require_equal_bytes<Effort::kLarge>(content, {}, 1, false);
}

// Where a refiner by two bytes takes part.
TEST_CASE("MixerReference.AgreesOnTheBeginningOfLongContent") {
  const Bytes content = resized(test::sample_text(), 1500);
  MixerPlan plan = plan_of(content, {}, 1, false);
  plan.effort = Effort::kLarge;
  plan.content_bytes = std::size_t{1} << 18;
  require_equal<mixer::BytePredictorOf<Effort::kLarge>, MixerReference>(content, plan);
}

// Records that state their length: of several kinds and lengths, some with a header that is none.
TEST_CASE("MixerReference.AgreesOnChains") {
  Random random;
  Bytes content;
  for (std::uint32_t i = 0; content.size() < 2200; ++i) {
    static constexpr std::uint8_t kLengths[] = {10, 14, 6, 0, 2, 4, 10, 10};
    const std::uint8_t length = i == 40 ? 255 : kLengths[random.below(8)];
    const auto kind = static_cast<std::uint8_t>(length + 1);
    const auto high = static_cast<std::uint8_t>(i % 30 == 29 ? 200 : 2);
    content.insert(content.end(), {kind, high, length, static_cast<std::uint8_t>(i == 40 ? 1 : 0)});
    for (std::size_t j = i == 40 ? 511 : length; j > 0; --j) {
      const std::uint32_t value = j % 2 == 0 ? i / 4 : random.below(4);
      content.push_back(static_cast<std::uint8_t>(value));
    }
  }
  content = resized(content, 2200);
  require_equal_bytes<Effort::kUsual>(content, {}, 1, false);
  require_equal_bytes<Effort::kUsual>(content, {}, 2, true);
  require_equal_bytes<Effort::kLarge>(resized(content, 700), {}, 1, false);
}

// A field of a message: its tag, its length and its bytes.
Bytes tagged(std::uint32_t number, const Bytes& value) {
  Bytes field{static_cast<std::uint8_t>(8 * number + 2)};
  const auto length = static_cast<std::uint32_t>(value.size());
  if (length >= 128) field.push_back(static_cast<std::uint8_t>(length % 128 + 128));
  field.push_back(static_cast<std::uint8_t>(length < 128 ? length : length / 128));
  field.insert(field.end(), value.begin(), value.end());
  return field;
}

// Messages of all types of fields, some in many others; some bytes are wrong, some lengths too
// long.
TEST_CASE("MixerReference.AgreesOnTaggedFields") {
  Random random;
  Bytes content{0x0A, 0xB0, 0xEA, 0x01, 0x73};
  for (std::uint32_t i = 0; content.size() < 2400; ++i) {
    Bytes inner{0x08, static_cast<std::uint8_t>(128 + i), 0x01, 0x15, 1, 2, 3, 0x40};
    const Bytes name = tagged(3, resized(test::sample_text(), 3 + random.below(9)));
    inner.insert(inner.end(), name.begin(), name.end());
    inner.insert(inner.end(),
                 {0x21, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(i), 0x40, 0x2A, 0});
    Bytes message = tagged(1, inner);
    for (int depth = 0; i == 20 && depth < 18; ++depth) message = tagged(2, message);
    if (i % 16 == 9) message[random.below(8)] ^= 0x85;
    if (i % 16 == 15) message.insert(message.end(), 11, 0xFF);
    content.insert(content.end(), message.begin(), message.end());
  }
  content = resized(content, 2400);
  require_equal_bytes<Effort::kUsual>(content, {}, 1, false);
  require_equal_bytes<Effort::kUsual>(content, {.stride = 30}, 2, true);
  require_equal_bytes<Effort::kLarge>(resized(content, 900), {}, 1, false);
}

// Rows of both types; one is of neither, so that they have to be found again.
TEST_CASE("MixerReference.AgreesOnStatedRows") {
  Random random;
  Bytes content(7, 3);
  for (std::uint32_t i = 0; content.size() < 2400; ++i) {
    const std::uint32_t text = 2 + random.below(20);
    const auto length = static_cast<std::uint8_t>(10 + text);
    const auto padding = static_cast<std::uint8_t>(random.below(4));
    if (i == 40) {
      content.push_back(2);
    } else if (padding != 0) {
      content.insert(content.end(), {3, 0, length, padding});
    } else {
      content.insert(content.end(), {1, 0, length});
    }
    for (std::uint32_t j = 0; j < 10; ++j) {
      content.push_back(static_cast<std::uint8_t>(j % 3 == 0 ? i : random.below(9)));
    }
    for (std::uint32_t j = 0; j < text; ++j) {
      content.push_back(static_cast<std::uint8_t>('a' + random.below(26)));
    }
    content.resize(content.size() + padding);
  }
  content = resized(content, 2400);
  require_equal_bytes<Effort::kUsual>(content, {}, 1, false);
  require_equal_bytes<Effort::kUsual>(content, {.stride = 30}, 2, true);
  require_equal_bytes<Effort::kLarge>(resized(content, 900), {}, 1, false);
}

// Letters of UTF-8 of all that have two bytes, signs of two and three, and bytes that are neither.
TEST_CASE("MixerReference.AgreesOnCharacters") {
  Random random;
  Bytes content;
  for (std::uint32_t u = 0xC0; u < 0x460; ++u) {
    content.insert(content.end(), {static_cast<std::uint8_t>(0xC0 + u / 64),
                                   static_cast<std::uint8_t>(0x80 + u % 64)});
    if (u % 5 == 0) content.push_back('a');
    if (u % 7 == 0) content.insert(content.end(), {0xE2, 0x80, static_cast<std::uint8_t>(u)});
    if (u % 11 == 0)
      content.insert(content.end(), {0xE3, static_cast<std::uint8_t>(0x80 + u % 2), 0x82});
    if (u % 13 == 0) content.insert(content.end(), {0xC2, 0xA0, ' '});
    if (u % 17 == 0) content.push_back(static_cast<std::uint8_t>(0x80 + random.below(128)));
  }
  require_equal_bytes<Effort::kUsual>(content, {}, 1, false);
  require_equal_bytes<Effort::kLarge>(resized(content, 900), {}, 2, false);
}

TEST_CASE("MixerReference.AgreesOnFewBytes") {
  for (const std::size_t n : {1, 2, 4, 5, 6, 12, 13, 61}) {
    require_equal_bytes(resized(test::sample_text(), n));
    require_equal_bytes(Bytes(n, 'a'));
  }
}

TEST_CASE("MixerReference.AgreesOnRepetitions") {
  const Bytes once = random_bytes(900);
  Bytes content;
  for (int i = 0; i < 9; ++i) {
    content.insert(content.end(), once.begin() + i, once.end());
    if (i % 2 == 0) content[content.size() - 300] ^= 1;
  }
  require_equal_bytes(content);
}

TEST_CASE("MixerReference.AgreesOnTables") {
  const Bytes records = resized(test::sample_records(20), 2500);
  for (const std::uint32_t element : {1, 3, 4, 8}) {
    require_equal_bytes(records, {.stride = 20, .element = element});
    require_equal_bytes(records, {.stride = element + 1, .element = element});
  }
  for (const bool odd_high : {false, true}) {
    const auto layout = [&](std::uint32_t stride) {
      return Layout{.stride = stride, .element = 2, .odd_high = odd_high};
    };
    require_equal_bytes(resized(test::sample_image(45, 60, !odd_high), 2500), layout(90));
    require_equal_bytes(random_bytes(2500), layout(301));
    require_equal_bytes(random_bytes(300), layout(65535));
  }
}

TEST_CASE("MixerReference.AgreesOnMachineCode") {
  for (const std::uint32_t element : {1, 4}) {
    require_equal_bytes(sample_code(4000), {.form = Form::kCode, .element = element});
  }
  require_equal_bytes<Effort::kUsual>(sample_code(40000), {.form = Form::kCode}, 1, false);
}

// Larger tables, and words, lines and repetitions of all lengths.
TEST_CASE("MixerReference.AgreesOnManyBytes") {
  Bytes content = test::sample_text();
  Random random;
  while (content.size() < 200000) {
    const std::size_t from = random.below(static_cast<std::uint32_t>(content.size()) - 1000);
    const std::size_t n = 1 + random.below(1000);
    for (std::size_t i = 0; i < n; ++i) content.push_back(content[from + i]);
    content.push_back(static_cast<std::uint8_t>(random.below(256)));
  }
  require_equal_bytes<Effort::kUsual>(content, {}, 1, false);
  require_equal_bytes<Effort::kUsual>(resized(content, 25000), {}, 5, true);
}

// The content is what the filter makes of the sound: high bytes first. Any bytes are content.
TEST_CASE("MixerReference.AgreesOnSound") {
  std::vector<test::Sound> sounds = test::sounds();
  std::erase_if(sounds, [](const test::Sound& sound) { return sound.layout.flag(); });
  for (const bool a_law : {false, true}) {
    Bytes content = test::companded(test::tone(test::sound_layout(2, 2, true), 700), a_law);
    for (int i = 0; i < 500; ++i) content.push_back(static_cast<std::uint8_t>(i * i >> 3));
    sounds.push_back({"companded", test::companded_layout(2, a_law), std::move(content)});
  }
  for (const test::Sound& sound : sounds) {
    INFO(sound.name << ", " << sound.layout.channels << " channels of "
                    << sound.layout.number_bytes() << " bytes");
    const auto require_equal_sound = [&](const Bytes& content, int streams, bool network) {
      INFO(content.size() << " bytes, " << streams << " streams");
      MixerPlan plan = plan_of(content, sound.layout, streams, network);
      require_equal<mixer::SoundPredictorOf<Effort::kUsual>, SoundReference>(content, plan);
      if (streams != 2) return;
      plan.effort = Effort::kLarge;
      require_equal<mixer::SoundPredictorOf<Effort::kLarge>, SoundReference>(content, plan);
    };
    require_equal_sound(sound.content, 1, false);
    require_equal_sound(resized(sound.content, 1001), 2, true);
    require_equal_sound(resized(sound.content, 1001), 5, false);
    for (const std::size_t n : {1, 2, 5}) require_equal_sound(resized(sound.content, n), 2, true);
  }
}

}  // namespace
}  // namespace nnzip
