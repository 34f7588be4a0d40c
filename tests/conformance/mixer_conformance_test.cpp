// SPDX-License-Identifier: Apache-2.0
// Every target of the mixer gives the bits of the scalar one: each kernel over extreme values, and
// whole blocks of every kind.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>

#include "base/cpu_target.h"
#include "mixer/core/adaptive_map.h"
#include "mixer/core/aligned_memory.h"
#include "mixer/core/logistic.h"
#include "mixer/core/mix_kernels.h"
#include "mixer/core/mixer_targets.h"
#include "unit/mixer_samples.h"

namespace nnzip {
namespace {

using mixer::AlignedMemory;
using mixer::kLogitLimit;
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
  std::vector<std::string> targets = cpu_targets();
  REQUIRE(targets.back() == "scalar");
  targets.pop_back();
  return targets;
}

// Whose kernels mix: AVX-VNNI has nothing for them that AVX2 has not, nor have i8mm and neondot.
std::string mixing_target(const std::string& target) {
  if (target == "neondot" || target == "i8mm") return "neon";
  return target == "avxvnni" ? "avx2" : target;
}

// Sets of n weights, one after another.
struct Weights {
  Weights(std::int32_t n, std::int32_t sets) : memory(n * sets) {
    for (std::int32_t k = 0; k < sets; ++k) set.push_back(memory.data() + k * n);
  }
  AlignedMemory<std::int16_t> memory;
  std::vector<std::int16_t*> set;
};

TEST_CASE("MixKernels.EqualTheScalarSumsAndSteps") {
  const MixKernels& scalar = mixer::find_mix_kernels("scalar");
  for (const std::string& target : fast_targets()) {
    const MixKernels& fast = mixer::find_mix_kernels(target);
    REQUIRE(fast.name == mixing_target(target));
    Random random;
    for (int round = 0; round < 2000; ++round) {
      const std::int32_t n = 32 << (round % 4), sets = 1 + round % 9;
      AlignedMemory<std::int16_t> inputs(n);
      Weights a(n, sets), b(n, sets);
      // Now and then all of one sign: the largest sums that there are.
      const std::int32_t fixed = round % 5 == 0 ? random.around(1) : 0;
      const auto any = [&](std::int32_t limit) {
        return static_cast<std::int16_t>(fixed != 0 ? fixed * limit : random.around(limit));
      };
      for (std::int32_t i = 0; i < n; ++i) inputs.data()[i] = any(kLogitLimit);
      for (std::int32_t i = 0; i < n * sets; ++i) {
        const std::int16_t w = any(32767);
        a.memory.data()[i] = b.memory.data()[i] = w == -32767 ? -32768 : w;
      }
      std::int32_t logits[9], fast_logits[9];
      scalar.dot(inputs.data(), n, a.set.data(), sets, logits);
      fast.dot(inputs.data(), n, b.set.data(), sets, fast_logits);
      REQUIRE(std::memcmp(logits, fast_logits, sizeof(std::int32_t) * sets) == 0);
      std::int32_t errors[9];
      for (std::int32_t& error : errors) error = random.around(round % 2 == 0 ? 32767 : 7);
      scalar.train(inputs.data(), n, a.set.data(), sets, errors);
      fast.train(inputs.data(), n, b.set.data(), sets, errors);
      REQUIRE(std::memcmp(a.memory.data(), b.memory.data(), sizeof(std::int16_t) * n * sets) == 0);
    }
  }
}

// The definition once more, with sums that cannot overflow.
TEST_CASE("MixKernels.AddWhatTheyPromise") {
  const std::int32_t n = 256;
  for (const std::string& target : cpu_targets()) {
    const MixKernels& kernels = mixer::find_mix_kernels(target);
    AlignedMemory<std::int16_t> inputs(n), weights(n);
    const auto logit = [&] {
      std::int16_t* const set = weights.data();
      std::int32_t result = 0;
      kernels.dot(inputs.data(), n, &set, 1, &result);
      return result;
    };
    Random random;
    for (int round = 0; round < 500; ++round) {
      std::int64_t partial[16] = {}, sum = 0;
      for (std::int32_t i = 0; i < n; ++i) {
        inputs.data()[i] = static_cast<std::int16_t>(random.around(kLogitLimit));
        weights.data()[i] = static_cast<std::int16_t>(random.around(round % 2 == 0 ? 32767 : 500));
        partial[i % 32 / 2] += std::int64_t{inputs.data()[i]} * weights.data()[i];
      }
      for (const std::int64_t p : partial) sum += p >> 4;
      REQUIRE(logit() == mixer::clamp_logit(static_cast<std::int32_t>(sum >> 10)));
    }
    for (std::int32_t i = 0; i < n; ++i) inputs.data()[i] = i < 3 ? 1000 : 0;
    for (std::int32_t i = 0; i < n; ++i) weights.data()[i] = mixer::kWeightOne / 2;
    CHECK(logit() == 1500);
    for (std::int32_t i = 0; i < n; ++i) inputs.data()[i] = weights.data()[i] = 0;
    std::int16_t* set = weights.data();
    const std::int32_t error = -30000;
    inputs.data()[0] = 3000;
    inputs.data()[1] = -3000;
    weights.data()[1] = 32000;
    kernels.train(inputs.data(), n, &set, 1, &error);
    CHECK(weights.data()[0] == -2747);  // -90000000 / 32768 = -2746.6
    CHECK(weights.data()[1] == 32767);
    CHECK(weights.data()[2] == 0);
  }
}

TEST_CASE("MixKernels.EqualTheCountersOfTheirDefinition") {
  constexpr std::int32_t kCounters = 48;
  for (const std::string& target : cpu_targets()) {
    const MixKernels& kernels = mixer::find_mix_kernels(target);
    Random random;
    AlignedMemory<mixer::Counter> counters(kCounters);
    for (int round = 0; round < 5000; ++round) {
      for (std::int32_t i = 0; i < kCounters; ++i) {
        const std::uint32_t p[] = {0, 1, (1 << 22) - 1, random.next() >> 10};
        const std::uint32_t count[] = {0, 1023, random.next() & 1023, random.next() & 3};
        counters.data()[i] = p[random.next() >> 9 & 3] << 10 | count[random.next() >> 9 & 3];
      }
      std::vector<mixer::Counter> expected(counters.data(), counters.data() + kCounters);
      const int bit = round >> 2 & 1;
      const std::uint32_t limit = round % 3 == 0 ? 1023 : 20;
      for (mixer::Counter& counter : expected) counter = mixer::updated(counter, bit, limit);
      kernels.learn(counters.data(), kCounters, mixer::kTables.reciprocal.data(), bit, limit);
      REQUIRE(std::equal(expected.begin(), expected.end(), counters.data()));
    }
  }
}

TEST_CASE("MixKernels.FindTheNearestSignatures") {
  constexpr std::int32_t kMost = 100;
  const MixKernels& scalar = mixer::find_mix_kernels("scalar");
  Random random;
  for (int round = 0; round < 300; ++round) {
    const std::int32_t n = round % kMost;
    AlignedMemory<std::uint32_t> signatures((kMost + 15) / 16 * 16 * 8);
    std::uint32_t query[8];
    for (std::uint32_t& signs : query) signs = round % 3 == 0 ? 0 : random.next() * 0x9E3779B1;
    // Those of all distances: some bits of the query inverted.
    for (std::int32_t i = 0; i < n * 8; ++i) {
      signatures.data()[i] = query[i % 8] ^ (round % 5 == 0 ? ~0u : random.next() & random.next());
    }
    AlignedMemory<std::uint16_t> distances(kMost + 16);
    std::vector<std::uint32_t> places(kMost), expected_places(kMost);
    std::int32_t least = -1, expected_least = -1;
    const std::int32_t reach = round % 7 * 12;
    const auto find = [&](const MixKernels& kernels, std::vector<std::uint32_t>& found,
                          std::int32_t& nearest) {
      return kernels.nearest(signatures.data(), n, query, reach, round % 3 * 40, distances.data(),
                             found.data(), &nearest);
    };
    const std::int32_t expected = find(scalar, expected_places, expected_least);
    REQUIRE(expected >= (n == 0 ? 0 : 1));
    for (const std::string& target : fast_targets()) {
      INFO(n << " signatures, " << target);
      REQUIRE(find(mixer::find_mix_kernels(target), places, least) == expected);
      if (n > 0) REQUIRE(least == expected_least);
      REQUIRE(std::equal(places.begin(), places.begin() + expected, expected_places.begin()));
    }
  }
}

// The large effort, and the way back, by every target.
TEST_CASE("MixerConformance.EveryTargetGivesTheSameBytesWithMoreEffort") {
  for (test::MixedSample sample : test::mixed_samples()) {
    sample.content.resize(std::min<std::size_t>(sample.content.size(), 1500));
    MixerPlan plan;
    plan.content_bytes = sample.content.size();
    plan.streams = 2;
    plan.layout = detect_layout(sample.content);
    plan.network = true;
    const test::Oracle half_right = [&](std::size_t position) {
      return static_cast<std::uint8_t>(sample.content[position] + (position / 7 % 2));
    };
    for (const Effort effort : {Effort::kUsual, Effort::kLarge}) {
      plan.effort = effort;
      const Bytes expected = test::encode_mixed(sample.content, plan, half_right, "scalar");
      for (const std::string& target : cpu_targets()) {
        INFO(sample.name << ", effort " << static_cast<int>(effort) << ", " << target);
        REQUIRE(test::encode_mixed(sample.content, plan, half_right, target) == expected);
        REQUIRE(test::decode_mixed(expected, plan, half_right, target) == sample.content);
      }
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
          REQUIRE(Mixer(plan, target).target() == mixing_target(target));
          REQUIRE(test::encode_mixed(sample.content, plan, oracle, target) == expected);
        }
        REQUIRE(test::decode_mixed(expected, plan, oracle) == sample.content);
      }
    }
  }
}

}  // namespace
}  // namespace nnzip
