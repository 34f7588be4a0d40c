// SPDX-License-Identifier: Apache-2.0
// The predictors of sound compute the same integers on every target.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>

#include "base/cpu_target.h"
#include "base/hash.h"
#include "filter/sample_targets.h"
#include "filter/samples.h"
#include "mixer/mixer.h"
#include "mixer/sound/sound_distribution.h"
#include "unit/mixer_samples.h"
#include "unit/sound_samples.h"

namespace nnzip {
namespace {

using filter::SampleKernels;

class Random {
 public:
  std::uint32_t next() {
    state_ = state_ * 1664525 + 1013904223;
    return state_ ^ state_ >> 15;
  }
  // -limit..limit, often one of the two.
  std::int64_t around(std::int64_t limit) {
    const std::uint32_t kind = next() % 8;
    if (kind < 2) return kind == 0 ? limit : -limit;
    return static_cast<std::int64_t>(next()) % (2 * limit + 1) - limit;
  }

 private:
  std::uint32_t state_ = 1;
};

// The target before the scalar one, "avx2" or "neon", whose kernels the better ones run as well; on
// a machine that has the scalar one alone there is nothing to compare.
const SampleKernels& fast() {
  const std::size_t targets = cpu_targets().size();
  const std::string& vectors = cpu_targets()[targets > 1 ? targets - 2 : 0];
  const SampleKernels& kernels = filter::find_sample_kernels(vectors);
  REQUIRE(kernels.name == vectors);
  REQUIRE(&kernels == &filter::find_sample_kernels(cpu_targets()[0]));
  return kernels;
}

const SampleKernels& scalar() {
  const SampleKernels& kernels = filter::find_sample_kernels("scalar");
  REQUIRE(kernels.name == std::string("scalar"));
  return kernels;
}

TEST_CASE("SampleKernels.EqualTheScalarStages") {
  Random random;
  for (int round = 0; round < 2000; ++round) {
    const std::int32_t n = 16 << (round % 5);
    std::vector<std::int16_t> x(n), a_high(n), b_high(n);
    std::vector<std::int32_t> a(n), b(n);
    const std::int64_t largest = round % 2 == 0 ? 32768 : 100;
    for (std::int32_t i = 0; i < n; ++i) {
      x[i] = static_cast<std::int16_t>(std::min<std::int64_t>(random.around(largest), 32767));
      a[i] = b[i] = static_cast<std::int32_t>(random.around(filter::kTapLimit));
      a_high[i] = b_high[i] = static_cast<std::int16_t>(a[i] >> 15);
    }
    REQUIRE(scalar().dot(x.data(), a_high.data(), n) == fast().dot(x.data(), b_high.data(), n));
    const auto step = static_cast<std::int32_t>(random.around((1 << 30) / largest));
    scalar().adapt(x.data(), n, step, a.data(), a_high.data());
    fast().adapt(x.data(), n, step, b.data(), b_high.data());
    REQUIRE(a == b);
    REQUIRE(a_high == b_high);
    REQUIRE(std::ranges::find(a_high, -32768) == a_high.end());
  }
}

TEST_CASE("SampleKernels.EqualTheScalarProducts") {
  Random random;
  for (int round = 0; round < 500; ++round) {
    const std::int32_t n = 1 + round % 33, stride = (n + 3) / 4 * 4;
    std::vector<std::int64_t> x(stride), y(stride), a(n * stride), b(n * stride);
    for (std::int32_t i = 0; i < n; ++i) {
      x[i] = random.around(1 << 30);
      y[i] = random.around(1 << 23);
    }
    for (std::int32_t i = 0; i < n * stride; ++i)
      a[i] = b[i] = random.around(std::int64_t{1} << 31);
    scalar().accumulate(x.data(), y.data(), n, stride, a.data());
    fast().accumulate(x.data(), y.data(), n, stride, b.data());
    for (std::int32_t i = 0; i < n; ++i) {
      for (std::int32_t j = 0; j <= i; ++j) REQUIRE(a[i * stride + j] == b[i * stride + j]);
    }
  }
}

// Of numbers as small and as large as they may be, around and far from the centres.
TEST_CASE("SampleKernels.EqualTheScalarDistributions") {
  constexpr int kCount = 21;
  using Distributions = mixer::SoundDistributions<kCount>;
  constexpr std::int64_t kHalf = std::int64_t{1} << 31;
  Random random;
  for (int round = 0; round < 500; ++round) {
    Distributions expected;
    for (int i = 0; i < kCount; ++i) {
      const std::int64_t mean =
          std::max<std::int64_t>(random.around(kHalf) >> random.next() % 31, 16);
      expected.set(i, random.around(kHalf), mean);
    }
    for (const std::string& target : cpu_targets()) {
      Distributions found = expected, scalar = expected;
      const auto compare = [&](std::int64_t width) {
        alignas(64) std::int16_t a[Distributions::kLanes], b[Distributions::kLanes];
        scalar.logits(mixer::find_sound_kernels("scalar"), width, width, a);
        found.logits(mixer::find_sound_kernels(target), width, width, b);
        REQUIRE(std::ranges::equal(a, b));
      };
      scalar.begin(mixer::find_sound_kernels("scalar"), -kHalf, kHalf);
      found.begin(mixer::find_sound_kernels(target), -kHalf, kHalf);
      std::int64_t low = -kHalf;
      for (std::int64_t width = kHalf; width > 0; width /= 2) {
        compare(width);
        scalar.split(mixer::find_sound_kernels("scalar"), low + width);
        found.split(mixer::find_sound_kernels(target), low + width);
        const int bit = static_cast<int>(random.next() & 1);
        scalar.narrow(bit);
        found.narrow(bit);
        low += bit * width;
      }
    }
  }
}

TEST_CASE("SampleKernels.EveryTargetGivesTheSameResiduals") {
  for (const test::Sound& sound : test::sounds()) {
    INFO(sound.name << " " << sound.layout.channels << " " << sound.layout.number_bytes());
    Bytes expected = sound.content;
    filter::to_residuals(expected, sound.layout, 0, "scalar");
    for (const std::string& target : cpu_targets()) {
      Bytes content = sound.content;
      filter::to_residuals(content, sound.layout, 0, target);
      REQUIRE(content == expected);
    }
  }
}

TEST_CASE("SampleKernels.EveryTargetCodesTheSameSound") {
  for (const test::Sound& sound : test::sounds()) {
    for (const int streams : {1, 3}) {
      INFO(sound.name << " " << sound.layout.channels << " " << sound.layout.number_bytes() << ", "
                      << streams << " streams");
      MixerPlan plan;
      plan.content_bytes = sound.content.size();
      plan.streams = streams;
      plan.layout = sound.layout;
      const Bytes expected = test::encode_mixed(sound.content, plan, nullptr, "scalar");
      plan.effort = Effort::kLarge;
      const Bytes large = test::encode_mixed(sound.content, plan, nullptr, "scalar");
      for (const std::string& target : cpu_targets()) {
        plan.effort = Effort::kUsual;
        REQUIRE(test::encode_mixed(sound.content, plan, nullptr, target) == expected);
        if (streams == 1) continue;
        REQUIRE(test::decode_mixed(expected, plan, nullptr, target) == sound.content);
        plan.effort = Effort::kLarge;
        REQUIRE(test::encode_mixed(sound.content, plan, nullptr, target) == large);
      }
    }
  }
}

// Every compiler as well: what these bytes are may change with the format, by intention.
TEST_CASE("SampleKernels.EveryCompilerGivesTheSameBytes") {
  const Layout layout = test::sound_layout(2, 2, false);
  const Bytes content = test::tone(layout, 4000);
  Bytes residuals = content;
  filter::to_residuals(residuals, layout, 0);
  CHECK(xxh64(residuals) == 0x3BB5909F63C00C68);
  MixerPlan plan;
  plan.content_bytes = content.size();
  plan.layout = layout;
  CHECK(xxh64(test::encode_mixed(content, plan, nullptr)) == 0xEA2AD0A4DA8A6638);
}

}  // namespace
}  // namespace nnzip
