// SPDX-License-Identifier: Apache-2.0
// Every instruction set of the cpu backend against the reference, in the shapes that strain
// kernels: the longest sums, heads and windows, odd groups of heads, and rings that wrap.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/cpu_engine.h"
#include "backend/reference/reference_backend.h"
#include "base/cpu_target.h"
#include "model/synthetic.h"
#include "nnzip/error.hpp"

namespace nnzip {

#if defined(__x86_64__)
namespace cpu {
extern const Kernels kEmulatedAvxVnniKernels;  // emulated_avxvnni.cpp
}
#endif

namespace {

Config shape(std::uint32_t width, std::uint32_t heads, std::uint32_t kv_heads,
             std::uint32_t head_size, std::uint32_t hidden, std::vector<std::uint32_t> windows) {
  Config config = tiny_config();
  config.width = width;
  config.heads = heads;
  config.kv_heads = kv_heads;
  config.head_size = head_size;
  config.hidden = hidden;
  config.windows = std::move(windows);
  return config;
}

// Bytes with repetitions and all values; a lane has its own.
std::vector<std::uint8_t> sample(std::size_t lanes, std::size_t count) {
  std::vector<std::uint8_t> bytes(lanes * count);
  std::uint32_t state = 12345;
  for (auto& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<std::uint8_t>(state >> 24 < 128 ? "the net "[state >> 16 & 7] : state >> 20);
  }
  return bytes;
}

using Distributions = std::vector<Distribution>;  // [lanes][count]

// By windows of the given length; windows of 1 are steps.
Distributions run(Session& session, const std::vector<std::uint8_t>& bytes, std::size_t lanes,
                  std::size_t window) {
  const std::size_t count = bytes.size() / lanes;
  Distributions all(bytes.size());
  for (std::size_t t = 0; t < count; t += window) {
    const std::size_t n = std::min(window, count - t);
    std::vector<std::uint8_t> symbols(lanes * n);
    for (std::size_t i = 0; i < symbols.size(); ++i) symbols[i] = bytes[i / n * count + t + i % n];
    Distributions next(symbols.size());
    session.score(symbols, {}, static_cast<int>(lanes), static_cast<int>(n), next);
    for (std::size_t i = 0; i < next.size(); ++i) all[i / n * count + t + i % n] = next[i];
  }
  return all;
}

void require_equal(const Distributions& expected, const Distributions& found) {
  REQUIRE(expected.size() == found.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto& a = expected[i].cumulative;
    const auto& b = found[i].cumulative;
    const auto difference = std::mismatch(std::begin(a), std::end(a), std::begin(b)).first;
    INFO("distribution " << i << ", symbol " << difference - std::begin(a));
    REQUIRE(difference == std::end(a));
  }
}

struct Candidate {
  std::string name;
  std::unique_ptr<Engine> engine;
};

// All that this machine runs.
std::vector<Candidate> candidates(const std::shared_ptr<const Model>& model) {
  std::vector<Candidate> all;
  for (const std::string& target : cpu_targets()) {
    all.push_back({target, cpu::load_cpu_engine(model, target)});
    REQUIRE(all.back().engine->description() == "cpu (" + target + ")");
  }
#if defined(__x86_64__)
  if (cpu_targets()[0] != "scalar") {
    all.push_back({"avxvnni, emulated",
                   std::make_unique<cpu::CpuEngine>(model, cpu::kEmulatedAvxVnniKernels)});
  }
#endif
  return all;
}

void require_reference(const Config& config, SyntheticKind kind, std::size_t lanes,
                       std::size_t count, const std::vector<std::size_t>& windows) {
  const auto model = std::make_shared<const Model>(synthetic_model(config, 7, kind));
  const auto bytes = sample(lanes, count);
  const auto reference = reference::ReferenceBackend().load(model);
  const Distributions expected = run(*reference->session(static_cast<int>(lanes)), bytes, lanes, 1);
  for (const Candidate& candidate : candidates(model)) {
    const auto session = candidate.engine->session(static_cast<int>(lanes));
    for (const std::size_t window : windows) {
      INFO(candidate.name << ", windows of " << window);
      session->reset();
      require_equal(expected, run(*session, bytes, lanes, window));
    }
  }
}

}  // namespace

TEST_CASE("CpuKernels.EqualTheReferenceBeyondTheWrapOfTheRing") {
  // The rings of windows 16 and 48 hold 96 and 128 positions.
  require_reference(tiny_config(), SyntheticKind::kPlain, 3, 300, {1, 5, 64, 300});
}

TEST_CASE("CpuKernels.EqualTheReferenceWhenEverythingSaturates") {
  require_reference(tiny_config(), SyntheticKind::kExtreme, 2, 150, {1, 7, 150});
}

TEST_CASE("CpuKernels.TakeEveryNumberOfRows") {
  for (std::size_t lanes = 1; lanes <= 17; ++lanes) {
    require_reference(tiny_config(), SyntheticKind::kPlain, lanes, 3, {1, 3});
  }
  require_reference(tiny_config(), SyntheticKind::kPlain, 70, 4, {1, 4});
}

TEST_CASE("CpuKernels.EqualTheReferenceInTheLongestSums") {
  const Config config = shape(64, 1, 1, 128, 4096, {512});
  require_reference(config, SyntheticKind::kPlain, 1, 620, {1, 100});
  require_reference(config, SyntheticKind::kExtreme, 1, 620, {1, 620});
}

TEST_CASE("CpuKernels.EqualTheReferenceInOddGroupsOfHeads") {
  require_reference(shape(192, 12, 4, 16, 64, {1, 33}), SyntheticKind::kPlain, 2, 120, {1, 50});
  require_reference(shape(64, 4, 4, 48, 192, {17}), SyntheticKind::kPlain, 1, 130, {1, 33});
  require_reference(shape(128, 6, 2, 32, 64, {100}), SyntheticKind::kExtreme, 1, 190, {1, 64});
  require_reference(shape(64, 64, 1, 16, 64, {20}), SyntheticKind::kPlain, 1, 100, {1, 100});
}

TEST_CASE("CpuKernels.LanesThatRestKeepTheirHistory") {
  const auto model = std::make_shared<const Model>(synthetic_model(tiny_config(), 3));
  const auto bytes = sample(1, 40);
  for (const std::string& target : cpu_targets()) {
    const auto engine = cpu::load_cpu_engine(model, target);
    const Distributions alone = run(*engine->session(1), bytes, 1, 1);
    const auto session = engine->session(2);
    Distributions second;
    for (const std::uint8_t byte : bytes) {
      // Lane 0 runs ahead by a byte in between.
      const std::uint8_t extra[1] = {byte}, both[2] = {byte, byte};
      Distribution next[2];
      session->score(extra, {}, 1, 1, next);
      session->score(both, {}, 2, 1, next);
      second.push_back(next[1]);
    }
    require_equal(alone, second);
  }
}

TEST_CASE("CpuEngine.ProfilesEveryProduct") {
  const Config config = shape(128, 4, 1, 32, 256, {16, 32});
  const auto model = std::make_shared<const Model>(synthetic_model(config, 3));
  for (const std::string& target : cpu_targets()) {
    const auto engine = cpu::load_cpu_engine(model, target);
    CHECK((engine->peak() > 0) == (target == "avx512vnni"));
    for (const int count : {1, 3}) {
      std::uint64_t macs = 0;
      for (const Profile::Part& part : engine->profile(2, count).parts) {
        macs += part.macs;
        CHECK(part.seconds > 0);
      }
      CHECK(macs == config.macs_per_byte());
    }
  }
}

TEST_CASE("CpuKernels.RefuseATargetThatDoesNotExist") {
  const auto model = std::make_shared<const Model>(synthetic_model(tiny_config(), 3));
  try {
    cpu::load_cpu_engine(model, "sse9");
    FAIL("a target that does not exist was accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kInvalidArgument);
    CHECK(std::string(error.what()).find("sse9") != std::string::npos);
  }
}

TEST_CASE("CpuBackend.ObeysTheEnvironment") {
  const auto model = std::make_shared<const Model>(synthetic_model(tiny_config(), 3));
  const char* before = std::getenv("NNZIP_CPU_TARGET");
  const std::string saved = before == nullptr ? "" : before;
  for (const std::string& target : cpu_targets()) {
    setenv("NNZIP_CPU_TARGET", target.c_str(), 1);
    CHECK(cpu::CpuBackend().load(model)->description() == "cpu (" + target + ")");
  }
  setenv("NNZIP_CPU_TARGET", "sse9", 1);
  CHECK_THROWS_AS(cpu::CpuBackend().load(model), Error);
  unsetenv("NNZIP_CPU_TARGET");
  CHECK(cpu::CpuBackend().load(model)->description() == "cpu (" + cpu_targets()[0] + ")");
  if (before != nullptr) setenv("NNZIP_CPU_TARGET", saved.c_str(), 1);
}

TEST_CASE("CpuKernels.RefuseNumbersOfLanesOutOfRange") {
  const auto model = std::make_shared<const Model>(synthetic_model(tiny_config(), 3));
  const auto engine = cpu::load_cpu_engine(model, "");
  CHECK_THROWS_AS(engine->session(0), Error);
  CHECK_THROWS_AS(engine->session(Engine::kMaxLanes + 1), Error);
}

}  // namespace nnzip
