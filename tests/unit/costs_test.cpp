// SPDX-License-Identifier: Apache-2.0
// What each byte costs: sums are those of the frame, and places those of the content.
#include "nnzip/costs.hpp"

#include <catch2/catch.hpp>
#include <numeric>

#include "codec/cost_maps.h"
#include "filter/repeats.h"
#include "unit/content_samples.h"
#include "unit/sound_samples.h"
#include "unit/wrapped_files.h"

namespace nnzip {
namespace {

using test::gzip_file;
using test::prose;
using test::Random;
using test::operator+;

struct Measured {
  CostSummary summary;
  std::vector<BlockInfo> blocks;
  Costs costs;
  std::uint64_t copied = 0;
  std::vector<ByteGuess> guesses;
};

Measured measure(const Bytes& content, const char* model = "none", int level = 2,
                 const GuessRange& guesses = {}) {
  Options options;
  options.model = model;
  options.level = level;
  options.threads = 2;
  Measured all;
  all.summary = measure_costs(
      content, options,
      [&](const CostedBlock& block) {
        REQUIRE(block.costs.size() == block.content.size());
        CHECK(block.content.data() == content.data() + all.costs.size());
        const double bits = static_cast<double>(sum_of(block.costs)) / kCostsPerBit;
        CHECK(bits == Approx(8.0 * static_cast<double>(block.block_bytes)).epsilon(0.001));
        all.costs.insert(all.costs.end(), block.costs.begin(), block.costs.end());
        for (const auto& copied : block.copied) all.copied += copied.length;
        all.guesses.insert(all.guesses.end(), block.guesses.begin(), block.guesses.end());
        all.blocks.push_back(block.info);
      },
      guesses);
  CHECK(all.costs.size() == content.size());
  return all;
}

// Within half a hundredth of the frame.
void check_sum(const Bytes& content, const Measured& all, int level = 2) {
  Options options;
  options.model = "none";
  options.level = level;
  const std::size_t coded = compress(content, options).size();
  const double bytes = static_cast<double>(sum_of(all.costs)) / kCostsPerBit / 8 +
                       static_cast<double>(all.summary.frame_bytes);
  CHECK(all.summary.frame.coded_bytes == coded);
  CHECK(bytes == Approx(static_cast<double>(coded)).epsilon(0.005));
}

double part_of(const Costs& costs, std::size_t begin, std::size_t end) {
  const std::span<const std::uint32_t> all = costs;
  return static_cast<double>(sum_of(all.subspan(begin, end - begin))) /
         static_cast<double>(sum_of(all));
}

TEST_CASE("Costs.SumIsThatOfTheFrame") {
  const Bytes sound = test::wav(2, 16, test::tone(test::sound_layout(2, 2, true), 1500));
  const Bytes image = test::bmp(64, 48, 24, test::smooth(64 * 48 * 3, 1, false));
  for (const Bytes& content :
       {prose(8000), test::x86_code(8000), image, sound, test::floats(1000),
        gzip_file(prose(8000), {6}), Random(1).bytes(3000), Bytes(5000, 7), Bytes(1, 65)}) {
    check_sum(content, measure(content));
  }
}

TEST_CASE("Costs.OfSortedContentAreSpread") {
  Bytes letters = Random(2).bytes(70000);  // of shorter content few contexts make less
  for (std::uint8_t& letter : letters) letter = static_cast<std::uint8_t>('a' + letter % 8);
  const Measured all = measure(letters, "none", 1);
  REQUIRE(all.blocks.size() == 1);
  CHECK(all.blocks[0].coding == "bwt");
  CHECK(part_of(all.costs, 0, 35000) == Approx(0.5).margin(0.01));
}

TEST_CASE("Costs.NothingCostsTheFrameAlone") {
  const Measured all = measure({});
  CHECK(all.blocks.empty());
  CHECK(all.summary.frame_bytes == all.summary.frame.coded_bytes);
}

TEST_CASE("Costs.StandWhereTheContentIs") {
  const Bytes content = prose(10000) + Random(2).bytes(10000) + Bytes(20000, 32);
  const Measured all = measure(content);
  CHECK(part_of(all.costs, 10000, 20000) > 0.6);
  CHECK(part_of(all.costs, 20100, 40000) < 0.01);
}

TEST_CASE("Costs.CopiesCostNextToNothing") {
  const Bytes noise = Random(3).bytes(20000);
  const Bytes content = noise + prose(3000) + noise;
  const Measured all = measure(content);
  check_sum(content, all);
  CHECK(all.copied > 19900);
  CHECK(part_of(all.costs, 23100, 43000) < 0.01);
}

TEST_CASE("Costs.OfWrappedContentFallToItsStretch") {
  const Bytes noise = Random(4).bytes(4000);
  const Bytes file = gzip_file(Bytes(8000, 65) + Random(5).bytes(8000), {6});
  const Bytes content = noise + file + Random(7).bytes(4000);
  // By the mixer, which takes noise for noise; zstd's costs are spread over all of a block.
  const Measured all = measure(content, "none", 4);
  check_sum(content, all, 4);
  REQUIRE(all.blocks.size() == 1);
  CHECK(all.blocks[0].coding == "group");
  CHECK(part_of(all.costs, 0, 4000) == Approx(0.25).margin(0.02));
  CHECK(part_of(all.costs, 4000, 4000 + file.size()) == Approx(0.5).margin(0.03));
}

TEST_CASE("Costs.GuessesAreOfTheRangeAndOftenRight") {
  const Bytes content = prose(8000);
  const Measured all = measure(content, "text", 5, {4000, 500});
  REQUIRE(all.guesses.size() == 500);
  int network = 0, contexts = 0;
  for (std::size_t i = 0; i < 500; ++i) {
    const ByteGuess& guess = all.guesses[i];
    CHECK(guess.network_chances[0] >= guess.network_chances[1]);
    network += guess.network[0] == content[4000 + i] ? 1 : 0;
    contexts += guess.contexts == content[4000 + i] ? 1 : 0;
  }
  CHECK(network > 100);
  CHECK(contexts > 100);
  CHECK(measure(content, "none", 1, {100, UINT64_MAX}).guesses.size() == 7900);
  CHECK(measure(content, "none", 1, {UINT64_MAX, 5}).guesses.empty());
}

TEST_CASE("CostMaps.KeepSums") {
  Costs costs(1000);
  for (std::size_t i = 0; i < costs.size(); ++i) costs[i] = static_cast<std::uint32_t>(i * 977);
  for (const std::size_t bytes : {1, 7, 999, 1000, 1001, 5000}) {
    CHECK(sum_of(resampled(costs, bytes)) == sum_of(costs));
  }
  Costs more = costs;
  spread(12345, more);
  CHECK(sum_of(more) == sum_of(costs) + 12345);
  spread(-12345, more);
  CHECK(sum_of(more) >= sum_of(costs));
  spread(-(std::int64_t{1} << 40), more);
  CHECK(sum_of(more) == 0);
}

TEST_CASE("CostMaps.FoldedContent") {
  const Bytes once = Random(6).bytes(500), content = once + once + once;
  const Folded folded = fold_repeats(content);
  const Costs costs(folded.bytes.size(), 1000);
  const Costs all = unfolded(costs, folded.bytes, content.size());
  REQUIRE(all.size() == content.size());
  CHECK(sum_of(all) == sum_of(costs));
  CHECK(all[0] == 1000);
  CHECK(all[700] < 100);
}

}  // namespace
}  // namespace nnzip
