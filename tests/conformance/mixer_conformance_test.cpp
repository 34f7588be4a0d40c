// SPDX-License-Identifier: Apache-2.0
// Every target of the mixer gives the bits of the scalar one: each kernel over extreme values, and
// whole blocks of every kind.
#include <catch2/catch.hpp>
#include <cstring>

#include "mixer/aligned_memory.h"
#include "mixer/logistic.h"
#include "mixer/mix_kernels.h"
#include "mixer/mixer_targets.h"
#include "unit/mixer_samples.h"

namespace nnzip {
namespace {

using mixer::AlignedMemory;
using mixer::ContextLanes;
using mixer::kLanes;
using mixer::kWeightLimit;
using mixer::MixKernels;

class Random {
 public:
  std::uint32_t next() {
    state_ = state_ * 1664525 + 1013904223;
    return state_ ^ state_ >> 15;
  }
  // -limit..limit, often one of the two.
  std::int32_t around(std::int32_t limit) {
    const std::uint32_t kind = next() % 8;
    if (kind < 2) return kind == 0 ? limit : -limit;
    return static_cast<std::int32_t>(next() % (2 * static_cast<std::uint32_t>(limit) + 1)) - limit;
  }

 private:
  std::uint32_t state_ = 1;
};

std::vector<std::string> fast_targets() {
  std::vector<std::string> targets = mixer_targets();
  REQUIRE(targets.back() == "scalar");
  targets.pop_back();
  return targets;
}

TEST_CASE("MixKernels.EqualTheScalarSumsAndSteps") {
  const MixKernels& scalar = mixer::find_mix_kernels("scalar");
  for (const std::string& target : fast_targets()) {
    const MixKernels& fast = mixer::find_mix_kernels(target);
    REQUIRE(fast.name == target);
    Random random;
    for (int round = 0; round < 2000; ++round) {
      const std::int32_t n = 16 << (round % 4);
      AlignedMemory<std::int32_t> inputs(n), first(n * 3), second(n * 3);
      for (std::int32_t i = 0; i < n; ++i) inputs.data()[i] = random.around(mixer::kLogitLimit);
      for (std::int32_t i = 0; i < 3 * n; ++i) {
        first.data()[i] = second.data()[i] = random.around(kWeightLimit);
      }
      std::int32_t* a[3] = {first.data(), first.data() + n, first.data() + 2 * n};
      std::int32_t* b[3] = {second.data(), second.data() + n, second.data() + 2 * n};
      std::int32_t sums[3], fast_sums[3];
      scalar.dot(inputs.data(), n, a, 3, sums);
      fast.dot(inputs.data(), n, b, 3, fast_sums);
      REQUIRE(std::memcmp(sums, fast_sums, sizeof sums) == 0);
      const std::int32_t errors[3] = {random.around((1 << 19) - 1), 0, random.around(1000)};
      scalar.train(inputs.data(), n, a, 3, errors);
      fast.train(inputs.data(), n, b, 3, errors);
      REQUIRE(std::memcmp(first.data(), second.data(), sizeof(std::int32_t) * 3 * n) == 0);
    }
  }
}

TEST_CASE("MixKernels.EqualTheScalarContexts") {
  const mixer::KernelTables tables = {mixer::kTables.stretch.data(),
                                      mixer::kTables.reciprocal.data()};
  const MixKernels& scalar = mixer::find_mix_kernels("scalar");
  for (const std::string& target : fast_targets()) {
    const MixKernels& fast = mixer::find_mix_kernels(target);
    Random random;
    AlignedMemory<ContextLanes> a(1), b(1);
    for (int i = 0; i < kLanes * 256; ++i) {
      const std::uint32_t p[] = {0, 1, (1 << 22) - 1, random.next() >> 10};
      const std::uint32_t count[] = {0, 1023, random.next() & 1023, random.next() & 3};
      a.data()->counters[i] = p[random.next() >> 9 & 3] << 10 | count[random.next() >> 9 & 3];
    }
    std::memcpy(b.data(), a.data(), sizeof(ContextLanes));
    for (int round = 0; round < 5000; ++round) {
      for (int i = 0; i < kLanes; ++i) {
        a.data()->states[i] = b.data()->states[i] =
            static_cast<std::int32_t>(random.next() >> 8 & (round % 2 == 0 ? 255 : 1));
      }
      AlignedMemory<std::int32_t> x(2 * kLanes), y(2 * kLanes);
      scalar.look_up(*a.data(), tables, x.data(), x.data() + kLanes);
      fast.look_up(*b.data(), tables, y.data(), y.data() + kLanes);
      REQUIRE(std::memcmp(x.data(), y.data(), sizeof(std::int32_t) * 2 * kLanes) == 0);
      const std::uint32_t limit = round % 3 == 0 ? 1023 : 20;
      scalar.learn(*a.data(), tables, round >> 2 & 1, limit);
      fast.learn(*b.data(), tables, round >> 2 & 1, limit);
      REQUIRE(std::memcmp(a.data(), b.data(), sizeof(ContextLanes)) == 0);
    }
  }
}

TEST_CASE("MixerConformance.EveryTargetGivesTheSameBytes") {
  for (const test::MixedSample& sample : test::mixed_samples()) {
    for (const int streams : {1, 2, 64}) {
      for (const bool network : {false, true}) {
        MixerPlan plan;
        plan.content_bytes = sample.content.size();
        plan.streams = streams;
        plan.layout = detect_layout(sample.content);
        plan.network = network;
        const test::Oracle half_right = [&](std::size_t position) {
          return static_cast<std::uint8_t>(sample.content[position] + (position / 7 % 2));
        };
        const test::Oracle oracle = network ? half_right : test::Oracle();
        const Bytes expected = test::encode_mixed(sample.content, plan, oracle, "scalar");
        for (const std::string& target : fast_targets()) {
          INFO(sample.name << ", " << streams << " streams, " << target);
          REQUIRE(Mixer(plan, target).target() == target);
          REQUIRE(test::encode_mixed(sample.content, plan, oracle, target) == expected);
        }
        REQUIRE(test::decode_mixed(expected, plan, oracle) == sample.content);
      }
    }
  }
}

}  // namespace
}  // namespace nnzip
