// SPDX-License-Identifier: Apache-2.0
// The mixer codes sound of every layout, in any number of streams, and costs what it should.
#include <catch2/catch.hpp>

#include "filter/samples.h"
#include "mixer/mixer.h"
#include "unit/mixer_samples.h"
#include "unit/sound_samples.h"

namespace nnzip {
namespace {

using test::decode_mixed;
using test::encode_mixed;
using test::sound_layout;

MixerPlan plan_of(const Bytes& content, const Layout& layout, int streams = 1) {
  MixerPlan plan;
  plan.content_bytes = content.size();
  plan.streams = streams;
  plan.layout = layout;
  return plan;
}

// Of the content with high bytes first.
std::size_t coded_size(Bytes content, const Layout& layout) {
  if (layout.low_first || layout.is_signed) filter::reverse_numbers(content, layout);
  return encode_mixed(content, plan_of(content, layout), nullptr).size();
}

TEST_CASE("SoundMixer.ReturnsContentOfAnyLengthInAnyStreams") {
  for (const std::uint32_t width : {1u, 2u, 3u, 4u}) {
    for (const std::uint32_t channels : {1u, 2u, 7u}) {
      const Layout layout = sound_layout(channels, width, false);
      const Bytes all = test::tone(layout, 200);
      for (const std::size_t n : {0, 1, 2, 3, 5, 63, 64, 65, 150}) {
        for (const int streams : {1, 2, 7, 64}) {
          INFO(n << " bytes of " << channels << " x " << width << ", " << streams << " streams");
          const Bytes content(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n));
          MixerPlan plan = plan_of(content, layout, streams);
          plan.effort = streams == 2 ? Effort::kLarge : Effort::kUsual;
          REQUIRE(decode_mixed(encode_mixed(content, plan, nullptr), plan, nullptr) == content);
        }
      }
    }
  }
}

TEST_CASE("SoundMixer.SilenceCostsAlmostNothing") {
  for (const std::uint32_t width : {1u, 2u, 3u, 4u}) {
    const Layout layout = sound_layout(2, width, true);
    const Bytes content(240000);
    CHECK(coded_size(content, layout) < content.size() / 300);
  }
}

TEST_CASE("SoundMixer.NoiseGrowsByLessThanOnePercent") {
  for (const std::uint32_t width : {1u, 2u, 3u, 4u}) {
    const Layout layout = sound_layout(2, width, true);
    std::uint32_t state = 5;
    const Bytes content = test::sound_bytes(layout, 20000, [&](std::uint32_t, std::uint32_t) {
      state ^= state << 13;
      state ^= state >> 17;
      return state ^= state << 5;
    });
    CHECK(coded_size(content, layout) < content.size() + content.size() / 100);
  }
}

TEST_CASE("SoundMixer.ToneCostsItsNoise") {
  for (const std::uint32_t width : {2u, 3u}) {
    for (const std::uint32_t channels : {1u, 2u, 8u}) {
      const Layout layout = sound_layout(channels, width, true);
      const std::uint32_t noise_bits = width == 2 ? 4 : 8;
      const Bytes content = test::tone(layout, 20000, 32 - 8 * width + noise_bits);
      const std::size_t noise = content.size() / width * noise_bits / 8;
      INFO(channels << " channels of " << width << " bytes: " << content.size() << " bytes, noise "
                    << noise);
      CHECK(coded_size(content, layout) < noise + noise * 3 / 10);
    }
  }
}

TEST_CASE("SoundMixer.CompandedSoundComesBackAndCostsLess") {
  const Bytes words = test::tone(sound_layout(2, 2, true), 8000, 26);
  for (const bool a_law : {false, true}) {
    const Bytes content = test::companded(words, a_law);
    const Layout layout = test::companded_layout(2, a_law);
    const MixerPlan plan = plan_of(content, layout, 2);
    CHECK((decode_mixed(encode_mixed(content, plan, nullptr), plan, nullptr) == content));
    CHECK(coded_size(content, layout) * 10 < coded_size(content, sound_layout(2, 1, false)) * 9);
  }
}

TEST_CASE("SoundMixer.EqualChannelsCostOne") {
  const Layout one = sound_layout(1, 2, true), two = sound_layout(2, 2, true);
  const Bytes mono = test::tone(one, 20000);
  Bytes stereo;
  for (std::size_t i = 0; i < mono.size(); i += 2) {
    for (int c = 0; c < 2; ++c) {
      stereo.push_back(mono[i]);
      stereo.push_back(mono[i + 1]);
    }
  }
  CHECK(coded_size(stereo, two) < coded_size(mono, one) * 108 / 100);
}

TEST_CASE("SoundMixer.NumbersThatNeverOccurCostNothing") {
  // A multiple of 7: less than log2(1/7) of what all numbers would cost.
  const Layout layout = sound_layout(1, 2, true);
  std::uint32_t state = 1;
  const Bytes content = test::sound_bytes(layout, 100000, [&](std::uint32_t, std::uint32_t) {
    state = state * 1664525 + 1013904223;
    return (state >> 26) * 7 << 16;
  });
  CHECK(coded_size(content, layout) < content.size() / 2 * 7 / 8);
}

TEST_CASE("SoundMixer.BelievesAGoodNetwork") {
  const Layout layout = sound_layout(2, 2, false);
  const Bytes content = test::tone(layout, 5000);
  MixerPlan plan = plan_of(content, layout);
  const std::size_t alone = encode_mixed(content, plan, nullptr).size();
  plan.network = true;
  const test::Oracle right = [&](std::size_t position) { return content[position]; };
  const Bytes helped = encode_mixed(content, plan, right);
  CHECK(helped.size() * 4 < alone);
  CHECK(decode_mixed(helped, plan, right) == content);
  plan.network = false;
  CHECK(encode_mixed(content, plan, right).size() == alone);
}

TEST_CASE("SoundMixer.MemoryIsBounded") {
  MixerPlan plan = plan_of(Bytes(std::size_t{4} << 20), sound_layout(2, 2, true));
  CHECK(plan.memory_bytes() < std::size_t{3} << 20);
  plan.layout = sound_layout(8, 4, true);
  plan.streams = 64;
  CHECK(plan.memory_bytes() < std::size_t{48} << 20);
  plan.effort = Effort::kLarge;
  CHECK(plan.memory_bytes() < std::size_t{96} << 20);
}

TEST_CASE("SoundMixer.LargeEffortTakesLess") {
  const Layout layout = sound_layout(2, 2, false);
  const Bytes content = test::tone(layout, 4000, 20);
  MixerPlan plan = plan_of(content, layout);
  const std::size_t usual = encode_mixed(content, plan, nullptr).size();
  plan.effort = Effort::kLarge;
  CHECK(encode_mixed(content, plan, nullptr).size() < usual);
}

}  // namespace
}  // namespace nnzip
