// SPDX-License-Identifier: Apache-2.0
// The kernels for CUDA, run by the host, against the reference: every shape that is bundled, those
// that strain, ragged lanes, and coding on the device.
#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <vector>

#include "backend/check.h"
#include "backend/torch/plugin/cuda/kernel_coder.h"
#include "codec/kinds/kind_network.h"
#include "coder/range_decoder.h"
#include "coder/range_encoder.h"
#include "conformance/engine_runs.h"
#include "conformance/host_kernels.h"
#include "model/model_file.h"
#include "model/synthetic.h"

namespace nnzip {
namespace {

using test::by_steps;
using test::by_windows;
using test::equal;
using test::host_kernels;
using torch_backend::ThreadOrder;

std::shared_ptr<const Engine> reference_of(const Model& model) {
  return reference::ReferenceBackend().load(std::make_shared<const Model>(model));
}

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

void require_reference(const Model& model, std::size_t lanes, std::size_t count,
                       const std::vector<std::size_t>& windows, int processors = 2) {
  const auto sample = generated_sample(lanes * count);
  std::vector<std::uint8_t> taps;
  for (std::size_t i = 0; i < sample.size() * model.config.taps.size(); ++i) {
    taps.push_back(static_cast<std::uint8_t>(i * 151 >> 3));
  }
  const auto expected = by_steps(*reference_of(model), sample, lanes, taps);
  const auto kernels = host_kernels(model, processors);
  REQUIRE(kernels->description() == "kernels (kernels)");
  for (const std::size_t window : windows) {
    INFO(lanes << " lanes, windows of " << window);
    REQUIRE(equal(by_windows(*kernels, sample, lanes, window, taps), expected));
  }
  REQUIRE(equal(test::walks(*kernels, sample, lanes, taps), expected, sample, lanes));
}

}  // namespace

TEST_CASE("CudaKernels.EqualTheReferenceBeyondTheWrapOfTheRing") {
  // The rings of windows 16 and 48 hold 32 and 64 positions.
  require_reference(synthetic_model(tiny_config(), 7), 3, 80, {1, 5, 80});
}

TEST_CASE("CudaKernels.EqualTheReferenceWhenEverythingSaturates") {
  require_reference(synthetic_model(tiny_config(), 7, SyntheticKind::kExtreme), 2, 70, {7, 70});
}

TEST_CASE("CudaKernels.EqualTheReferenceInTheLongestSums") {
  const Config config = shape(64, 1, 1, 128, 4096, {300});
  require_reference(synthetic_model(config, 3, SyntheticKind::kExtreme), 1, 330, {64});
  require_reference(synthetic_model(shape(64, 1, 1, 128, 4096, {600}), 3), 1, 40, {1, 40});
}

TEST_CASE("CudaKernels.EqualTheReferenceInOddGroupsOfHeads") {
  const Config many = shape(192, 12, 4, 16, 64, {1, 33});
  require_reference(synthetic_model(many, 5), 2, 60, {1, 50});
  require_reference(synthetic_model(shape(64, 4, 4, 48, 192, {17}), 5), 1, 60, {1, 33});
  require_reference(synthetic_model(shape(64, 4, 1, 112, 64, {40}), 5), 1, 60, {16});
  const Config grouped = shape(128, 6, 2, 32, 64, {100});
  require_reference(synthetic_model(grouped, 5, SyntheticKind::kExtreme), 1, 130, {64});
  require_reference(synthetic_model(shape(64, 64, 1, 16, 64, {20}), 5), 1, 40, {40});
}

TEST_CASE("CudaKernels.EqualTheReferenceForBundledModels") {
  std::size_t models = 0;
  for (const auto& file : std::filesystem::directory_iterator(NNZIP_SOURCE_DIR "/models")) {
    if (file.path().extension() != ".nnzm") continue;
    ++models;
    INFO(file.path());
    std::ifstream stream(file.path(), std::ios::binary);
    const Bytes bytes{std::istreambuf_iterator<char>(stream), {}};
    require_reference(unpack_model(bytes, file.path()), 2, 34, {1, 34});
  }
  REQUIRE(models == 4);
}

TEST_CASE("CudaKernels.TakeEveryTap") {
  for (const Form form : {Form::kPixels, Form::kSamples}) {
    require_reference(synthetic_model(tiny_tap_config(form), 7), 2, 20, {1, 20});
  }
}

// All tiles full, the last block ragged, one row a block and more than fit.
TEST_CASE("CudaKernels.CutLanesIntoBlocks") {
  const Model model = synthetic_model(tiny_config(), 9);
  for (const int processors : {1, 3, 200}) {
    require_reference(model, 37, 3, {1, 2}, processors);
    require_reference(model, 5, 20, {20}, processors);
  }
}

TEST_CASE("CudaKernels.DoNotDependOnTheOrderOfThreads") {
  const Model model = synthetic_model(tiny_config(), 4);
  const auto sample = generated_sample(3 * 40);
  const auto expected = by_steps(*reference_of(model), sample, 3);
  for (const ThreadOrder order :
       {ThreadOrder::kAscending, ThreadOrder::kDescending, ThreadOrder::kMixed}) {
    REQUIRE(equal(by_windows(*host_kernels(model, 1, order), sample, 3, 40), expected));
    REQUIRE(equal(by_steps(*host_kernels(model, 1, order), sample, 3), expected));
  }
}

TEST_CASE("CudaKernels.LanesThatRestKeepTheirHistory") {
  const Model model = synthetic_model(tiny_config(), 3);
  const auto sample = generated_sample(40);
  const auto expected = by_steps(*reference_of(model), sample, 1);
  const auto session = host_kernels(model)->session(2);
  Distribution next[2];
  for (std::size_t t = 0; t < 40; ++t) {  // lane 0 runs ahead by a byte in between
    const std::uint8_t extra[1] = {sample[t]}, both[2] = {sample[t], sample[t]};
    session->score(extra, {}, 1, 1, next);
    session->score(both, {}, 2, 1, next);
    REQUIRE(std::ranges::equal(next[1].cumulative, expected[t].cumulative));
  }
  session->reset();
  session->score(std::span(sample).first(1), {}, 1, 1, next);
  REQUIRE(std::ranges::equal(next[0].cumulative, expected[0].cumulative));
}

TEST_CASE("CudaKernels.SayWhatDoesNotFit") {
  REQUIRE_THROWS_WITH(host_kernels(synthetic_model(shape(4096, 1, 1, 64, 4096, {1}), 1)),
                      Catch::Matchers::Contains("own memory"));
}

namespace {

// [lanes][count] symbols: a NUL byte and then all but the last of each lane.
std::vector<std::uint8_t> fed_before(const std::vector<std::uint8_t>& sample, std::size_t lanes) {
  const std::size_t count = sample.size() / lanes;
  std::vector<std::uint8_t> fed(sample.size());
  for (std::size_t i = 0; i < fed.size(); ++i) fed[i] = i % count == 0 ? 0 : sample[i - 1];
  return fed;
}

// Each lane as the range coder of the host codes it with the reference.
std::vector<Bytes> coded_by_reference(const Model& model, const std::vector<std::uint8_t>& sample,
                                      std::size_t lanes) {
  const std::size_t count = sample.size() / lanes;
  const auto next = by_steps(*reference_of(model), fed_before(sample, lanes), lanes);
  std::vector<Bytes> coded;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    RangeEncoder encoder;
    for (std::size_t i = lane * count; i < (lane + 1) * count; ++i) {
      encoder.encode(next[i], sample[i]);
    }
    coded.push_back(encoder.finish());
  }
  return coded;
}

}  // namespace

TEST_CASE("CudaKernels.EncodeWhatTheHostEncodes") {
  constexpr std::size_t kLanes = 19, kCount = 40;
  for (const SyntheticKind kind : {SyntheticKind::kPlain, SyntheticKind::kExtreme}) {
    const Model model = synthetic_model(tiny_config(), 8, kind);
    auto sample = generated_sample(kLanes * kCount);
    sample[7] = 255;
    sample[8] = 0;
    const auto expected = coded_by_reference(model, sample, kLanes);
    const auto fed = fed_before(sample, kLanes);
    const auto session = host_kernels(model, 1)->coding_session(kLanes);
    for (int round = 0; round < 2; ++round) {  // reset() starts new encoders
      std::vector<RangeEncoder> encoders(kLanes);
      std::size_t done = 0;
      for (const std::size_t count : {1, 22, 17}) {
        std::vector<std::uint8_t> symbols, followers, coded(kLanes * count * 3);
        for (std::size_t i = 0; i < kLanes * count; ++i) {
          const std::size_t at = i / count * kCount + done + i % count;
          symbols.push_back(fed[at]);
          followers.push_back(sample[at]);
        }
        std::vector<LanePart> parts(kLanes);
        session->encode(symbols, followers, kLanes, static_cast<int>(count), coded, parts);
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
          const LanePart& part = parts[lane];
          encoders[lane].go_on(std::span(coded).subspan(part.begin, part.bytes), part.carry == 1,
                               part.low, part.range);
        }
        done += count;
      }
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        REQUIRE(encoders[lane].finish() == expected[lane]);
      }
      session->reset();
    }
  }
}

TEST_CASE("CudaKernels.DecodeWhatTheHostHasCoded") {
  constexpr std::size_t kLanes = 19, kCount = 30;
  const Model model = synthetic_model(tiny_config(), 8);
  const auto sample = generated_sample(kLanes * kCount);
  const auto coded = coded_by_reference(model, sample, kLanes);
  const std::vector<std::span<const std::uint8_t>> parts(coded.begin(), coded.end());
  const auto engine = host_kernels(model, 1);
  const auto session = engine->coding_session(kLanes);
  session->start_decoding(parts);
  std::vector<std::uint8_t> first(kLanes), symbols(kLanes * kCount);
  std::vector<std::uint64_t> taken(kLanes);
  std::vector<std::uint8_t> decoded(sample.size());
  std::size_t done = 0;
  for (const std::size_t count : {1, 12, 17}) {
    session->decode(first, kLanes, static_cast<int>(count), symbols, taken);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      std::copy_n(symbols.data() + lane * count, count, decoded.data() + lane * kCount + done);
      first[lane] = symbols[lane * count + count - 1];
    }
    done += count;
  }
  REQUIRE(decoded == sample);
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    REQUIRE(RangeDecoder::ended_well(coded[lane], taken[lane]));
  }
}

TEST_CASE("CudaKernels.TakeZerosPastTheEndOfDamagedLanes") {
  const Model model = synthetic_model(tiny_config(), 8);
  const Bytes damaged(5, 0xEE);
  const std::vector<std::span<const std::uint8_t>> parts{damaged, {}};
  const auto session = host_kernels(model)->coding_session(2);
  session->start_decoding(parts);
  std::vector<std::uint8_t> symbols(2 * 60);
  std::vector<std::uint64_t> taken(2);
  session->decode(std::vector<std::uint8_t>(2), 2, 60, symbols, taken);
  RangeDecoder decoder(damaged);
  const auto host = reference_of(model)->session(1);
  std::uint8_t symbol = 0;
  Distribution next;
  for (std::size_t t = 0; t < 60; ++t) {
    host->score({&symbol, 1}, {}, 1, 1, {&next, 1});
    symbol = decoder.decode(next);
    REQUIRE(symbols[t] == symbol);
  }
  REQUIRE(decoder.overrun());
  REQUIRE(RangeDecoder::overrun(damaged, taken[0]));
  REQUIRE(RangeDecoder::overrun({}, taken[1]));
}

TEST_CASE("CudaKernels.CodeBlocksAsTheCpuDoes") {
  const Model model = synthetic_model(tiny_config(), 8);
  const auto content = generated_sample(410);
  const NetworkCoder cpu(reference_of(model), 1), kernels(host_kernels(model, 1), 1);
  for (const int streams : {1, 2, 4, 8, 16, 32, 64}) {
    INFO(streams);
    const BlockPlan plan = stated_plan(content.size(), streams);
    const Bytes coded = kernels.encode(content, plan, {});
    REQUIRE(coded == cpu.encode(content, plan, {}));
    if (streams > 4 && streams < 64) continue;
    Bytes back(content.size());
    REQUIRE(kernels.decode(coded, plan, back, {}));
    REQUIRE(back == content);
  }
}

namespace {

// The encoder of a lane and that of the host, side by side. What the lane writes is handed over in
// calls of some symbols.
class BothEncoders {
 public:
  BothEncoders() { torch_backend::start_part(state_); }

  void encode(Ends ends) {
    host_.encode(ends);
    const std::uint32_t before = state_.written;
    torch_backend::encode(ends.low, ends.high, written_, state_);
    REQUIRE(state_.written <= before + torch_backend::kMaxCodedBytes);
    if (++symbols_ == kMost) end_call();
  }
  void end_call() {
    carries_ += state_.carry;
    together_.go_on({written_, state_.written}, state_.carry == 1, state_.low, state_.range);
    torch_backend::start_part(state_);
    symbols_ = 0;
  }
  std::uint32_t low() const { return state_.low; }
  std::uint32_t range() const { return state_.range; }
  std::uint32_t carries() const { return carries_; }
  std::size_t size() const { return host_.size(); }

  void require_equal() {
    end_call();
    REQUIRE(together_.size() == host_.size());
    REQUIRE(together_.finish() == host_.finish());
  }

 private:
  static constexpr std::size_t kMost = 23;
  RangeEncoder host_, together_;
  torch_backend::LaneState state_{};
  std::uint8_t written_[kMost * torch_backend::kMaxCodedBytes];
  std::size_t symbols_ = 0;
  std::uint32_t carries_ = 0;
};

}  // namespace

TEST_CASE("LaneCoder.EncodesAllIntervalsAsTheHostDoes") {
  std::uint32_t random = 1;
  const auto below = [&](std::uint32_t bound) {
    random = random * 1664525 + 1013904223;
    return static_cast<std::uint32_t>((std::uint64_t{random} * bound) >> 32);
  };
  for (std::uint32_t round = 0; round < 60; ++round) {
    BothEncoders both;
    for (int i = 0; i < 300; ++i) {
      // Of all widths, often at an end, where a carry is near.
      const std::uint32_t width = 1 + below(Distribution::kTotal >> below(23));
      const std::uint32_t most = Distribution::kTotal - width;
      const std::uint32_t low = below(3) == 0 ? most : below(2) == 0 ? 0 : below(most + 1);
      both.encode({low, low + width});
      if (below(40) == 0) both.end_call();
    }
    both.require_equal();
  }
}

// Each symbol holds the number at which a carry goes through all bytes that are 0xFF, until one
// goes to either side of it.
TEST_CASE("LaneCoder.CarriesThroughAllThatWasWritten") {
  for (const bool carries : {false, true}) {
    for (const int length : {1, 2, 22, 23, 24, 200}) {
      CAPTURE(carries, length);
      BothEncoders both;
      both.encode({(5 << 14) - 1, (5 << 14) + 1});  // to either side of a byte that stays
      const auto first_beyond = [&] {
        const std::uint64_t left = (std::uint64_t{1} << 32) - both.low();
        return static_cast<std::uint32_t>(((left << Distribution::kBits) + both.range() - 1) /
                                          both.range());
      };
      int straddled = 0;
      for (; straddled < length && first_beyond() < Distribution::kTotal; ++straddled) {
        const std::uint32_t beyond = first_beyond();
        both.encode({beyond - 1, beyond + 1});
      }
      REQUIRE(straddled == length);
      const std::uint32_t beyond = first_beyond();
      carries ? both.encode({beyond, Distribution::kTotal}) : both.encode({0, beyond});
      both.end_call();
      REQUIRE(both.size() > 2 * static_cast<std::size_t>(length));
      REQUIRE((both.carries() == 1) == (carries && length >= 22));
      both.require_equal();
    }
  }
}

TEST_CASE("HostThreads.NoticeWhoWaitsElsewhere") {
  const auto run = [](const std::function<void()>& kernel) {
    torch_backend::run_blocks(1, 16, ThreadOrder::kMixed, kernel);
  };
  REQUIRE_THROWS_WITH(run([] {
                        if (torch_backend::thread() != 77) torch_backend::sync_block();
                      }),
                      Catch::Matchers::Contains("of a block wait"));
  REQUIRE_THROWS_WITH(run([] {
                        if (torch_backend::thread() % 2 == 0) torch_backend::sync_warp();
                        if (torch_backend::thread() % 2 == 1) torch_backend::shuffle(1, 0);
                      }),
                      Catch::Matchers::Contains("of a warp wait"));
}

}  // namespace nnzip
