// SPDX-License-Identifier: Apache-2.0
// The mixer against its second implementation, which was written from its documents: every
// probability and every coded byte is equal.
#include "mixer/reference/mixer_reference.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>

#include "mixer/audio_predictor.h"
#include "mixer/image_predictor.h"
#include "mixer/mix_kernels.h"
#include "mixer/mixer_targets.h"
#include "mixer/predictor.h"
#include "mixer/reference/mixer_reference_images.h"
#include "mixer/reference/mixer_reference_sound.h"
#include "unit/mixer_samples.h"
#include "unit/pixel_layouts.h"
#include "unit/sound_samples.h"

namespace nnzip {
namespace {

class Random {
 public:
  std::uint32_t below(std::uint32_t limit) {
    state_ = state_ * 1664525 + 1013904223;
    return (state_ >> 8) % limit;
  }

 private:
  std::uint32_t state_ = 1;
};

// Smooth, uniform, or sure to the utmost of a byte that may be wrong; or none.
const Distribution* make_distribution(Random& random, std::uint8_t byte, Distribution& room) {
  const std::uint32_t kind = random.below(8);
  if (kind == 0) return nullptr;
  std::uint32_t width[256];
  for (std::uint32_t& w : width) w = kind < 4 ? 1 + random.below(10000) : 1;
  const std::uint32_t expected = random.below(4) == 0 ? random.below(256) : byte;
  if (kind == 4) {
    for (std::uint32_t& w : width) w = Distribution::kTotal / 256;
  }
  const std::uint32_t sum = std::accumulate(std::begin(width), std::end(width), 0u);
  width[expected] += Distribution::kTotal - sum;
  room.cumulative[0] = 0;
  for (int s = 0; s < 256; ++s) room.cumulative[s + 1] = room.cumulative[s] + width[s];
  return &room;
}

// Both implementations in step. The bit at which they first differ, if any, is named; the bytes
// must be those that a Mixer makes.
template <typename Predictor, typename Reference>
void require_equal(const Bytes& content, const MixerPlan& plan) {
  Predictor predictor(plan, mixer::find_mix_kernels(""));
  Reference reference(content.size(), static_cast<std::size_t>(plan.streams), plan.layout,
                      plan.network);
  Mixer mixer(plan);
  RangeEncoder expected, coded;
  Random random;
  Distribution room;
  test::in_lockstep(plan, [&](int stream, std::size_t position) {
    const std::uint8_t byte = content[position];
    const Distribution* const network =
        plan.network ? make_distribution(random, byte, room) : nullptr;
    mixer.encode(stream, byte, network, coded);
    predictor.begin_byte(stream, network);
    reference.start(static_cast<std::size_t>(stream), network);
    for (int k = 0; k < 8; ++k) {
      const int bit = byte >> (7 - k) & 1;
      const std::uint32_t p = reference.predict();
      const std::uint32_t of_mixer = predictor.predict();
      if (of_mixer != p) {
        FAIL("bit " << k << " of the byte at " << position << ", stream " << stream << ": "
                    << of_mixer << " instead of " << p);
      }
      expected.encode_bit(bit != 0, p);
      predictor.update(bit);
      reference.learn(bit);
    }
    predictor.end_byte();
  });
  REQUIRE(coded.finish() == expected.finish());
}

MixerPlan plan_of(const Bytes& content, const Layout& layout, int streams, bool network) {
  MixerPlan plan;
  plan.content_bytes = content.size();
  plan.streams = streams;
  plan.layout = layout;
  plan.network = network;
  return plan;
}

void require_equal_bytes(const Bytes& content, const Layout& layout, int streams, bool network) {
  INFO(content.size() << " bytes, " << streams << " streams, stride " << layout.stride
                      << ", element " << layout.element << (network ? ", network" : ""));
  require_equal<mixer::Predictor, MixerReference>(content,
                                                  plan_of(content, layout, streams, network));
}

void require_equal_bytes(const Bytes& content, const Layout& layout = {}) {
  for (const int streams : {1, 2, 5}) {
    for (const bool network : {false, true}) {
      require_equal_bytes(content, layout, streams, network);
    }
  }
}

Bytes random_bytes(std::size_t n, std::uint32_t values = 256) {
  Random random;
  Bytes content(n);
  for (auto& byte : content) byte = static_cast<std::uint8_t>(random.below(values));
  return content;
}

Bytes resized(Bytes content, std::size_t n) {
  content.resize(n);
  return content;
}

// Instructions of x86 as far as their lengths go: every opcode of every map, often with prefixes,
// registers and operands that repeat.
Bytes sample_code(std::size_t n) {
  static constexpr std::uint8_t kOften[] = {0x66, 0x48, 0x0F, 0x38, 0x3A, 0xC4, 0xC5, 0xF6, 0xF7,
                                            0x8B, 0x04, 0x05, 0x44, 0x84, 0xE8, 0xB8, 0x00, 0xFF};
  Random random;
  Bytes code;
  while (code.size() < n) {
    const std::uint32_t kind = random.below(5);
    if (kind == 4) {
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
    require_equal_bytes(records, {20, element, 0});
    require_equal_bytes(records, {element + 1, element, 0});
  }
  for (const std::uint32_t parity : {0, 1}) {
    require_equal_bytes(resized(test::sample_image(45, 60, parity == 0), 2500), {90, 2, parity});
    require_equal_bytes(random_bytes(2500), {301, 2, parity});
    require_equal_bytes(random_bytes(300), {65535, 2, parity});
  }
}

TEST_CASE("MixerReference.AgreesOnMachineCode") {
  for (const std::uint32_t element : {1, 4}) {
    require_equal_bytes(sample_code(4000), {0, element, 0, Form::kCode});
  }
  require_equal_bytes(sample_code(40000), {0, 1, 0, Form::kCode}, 1, false);
}

// Larger tables, and words, lines and repetitions of all lengths.
TEST_CASE("MixerReference.AgreesOnManyBytes") {
  Bytes content = test::sample_text();
  Random random;
  while (content.size() < 100000) {
    const std::size_t from = random.below(static_cast<std::uint32_t>(content.size()) - 1000);
    const std::size_t n = 1 + random.below(1000);
    for (std::size_t i = 0; i < n; ++i) content.push_back(content[from + i]);
    content.push_back(static_cast<std::uint8_t>(random.below(256)));
  }
  require_equal_bytes(content, {}, 1, false);
  require_equal_bytes(resized(content, 25000), {}, 5, true);
}

void require_equal_pixels(const Bytes& content, const Layout& layout, int streams, bool network) {
  INFO(content.size() << " bytes, " << streams << " streams, stride " << layout.stride
                      << ", channels " << layout.channels << ", element " << layout.element
                      << ", parity " << layout.high_parity << (network ? ", network" : ""));
  require_equal<mixer::ImagePredictor, ImageReference>(content,
                                                       plan_of(content, layout, streams, network));
}

TEST_CASE("MixerReference.AgreesOnSmallImages") {
  for (const Layout& layout : test::pixel_layouts()) {
    const Bytes content = resized(test::sample_photograph(layout, 600 / layout.stride + 1), 600);
    require_equal_pixels(content, layout, 1, false);
    const int several = test::streams_within(64, layout);
    if (several > 1) require_equal_pixels(content, layout, several, true);
  }
}

TEST_CASE("MixerReference.AgreesOnImages") {
  for (const Layout& layout :
       {test::pixel_layout(182, 3, 1), test::pixel_layout(61, 1, 1),
        test::pixel_layout(162, 4, 2, false), test::pixel_layout(120, 1, 2)}) {
    const Bytes image = resized(test::sample_photograph(layout, 130), 7000);
    Bytes extremes = random_bytes(4000);
    for (auto& byte : extremes) byte = byte < 128 ? 0 : 255;
    for (const int streams : {1, 2, 4}) {
      require_equal_pixels(image, layout, streams, streams == 2);
      require_equal_pixels(extremes, layout, streams, streams == 4);
    }
    require_equal_pixels(random_bytes(3000), layout, 1, false);
    for (const std::size_t n : {1, 2, 3}) require_equal_pixels(random_bytes(n), layout, 2, false);
  }
  // A row of more than 512 cells.
  const Layout wide = test::pixel_layout(9001, 1, 1);
  require_equal_pixels(test::sample_photograph(wide, 4), wide, 1, false);
}

// As many streams as rows allow and more than there are rows, rows that follow at once and later.
TEST_CASE("MixerReference.AgreesOnWavefronts") {
  for (std::uint32_t channels = 1; channels <= 4; ++channels) {
    for (const std::uint32_t bytes : {1u, 2u}) {
      for (const int streams : {2, 8, 64}) {
        const std::uint32_t element = channels * bytes;
        const std::uint32_t width = 3 * static_cast<std::uint32_t>(streams);
        const Layout tight = test::pixel_layout(width * element, channels, bytes);
        const Layout padded =
            test::pixel_layout((width + 5) * element + (element - 1), channels, bytes, false);
        const auto rows = static_cast<std::uint32_t>(streams == 64 ? 67 : 3 * streams + 1);
        const bool whole = channels == 1;
        for (const Layout& layout : {tight, padded}) {
          Bytes image = test::sample_photograph(layout, rows);
          if (streams == 64 && !whole) image.resize(std::size_t{layout.stride} * 5);
          image.resize(image.size() - layout.stride / 3);
          require_equal_pixels(image, layout, streams, channels % 2 == 0);
        }
      }
    }
  }
}

// The content is what the filter makes of the sound: high bytes first. Any bytes are content.
TEST_CASE("MixerReference.AgreesOnSound") {
  for (const test::Sound& sound : test::sounds()) {
    if (sound.layout.high_parity == 1) continue;
    INFO(sound.name << ", " << sound.layout.channels << " channels of "
                    << sound.layout.number_bytes() << " bytes");
    const auto require_equal_sound = [&](const Bytes& content, int streams, bool network) {
      INFO(content.size() << " bytes, " << streams << " streams");
      require_equal<mixer::AudioPredictor, SoundReference>(
          content, plan_of(content, sound.layout, streams, network));
    };
    require_equal_sound(sound.content, 1, false);
    require_equal_sound(resized(sound.content, 1001), 2, true);
    require_equal_sound(resized(sound.content, 1001), 5, false);
    for (const std::size_t n : {1, 2, 5}) require_equal_sound(resized(sound.content, n), 2, true);
  }
}

}  // namespace
}  // namespace nnzip
