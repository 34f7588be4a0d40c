// SPDX-License-Identifier: Apache-2.0
#include "mixer/bytes/neural_cache.h"

#include <catch2/catch.hpp>

#include "mixer/core/mixer_targets.h"

namespace nnzip {

TEST_CASE("NeuralCache.ForgetsTheOldestEntry") {
  mixer::NeuralCache cache(mixer::find_mix_kernels(""), true);
  const std::uint32_t zeros[8] = {}, ones[8] = {~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u};
  constexpr std::uint32_t kFirstBits = 0b1011000;  // that 'a' and 'b' share
  const auto logits = [&] { return cache.logits(kFirstBits, 6); };
  cache.look_up(ones);
  CHECK(logits() == std::array{0, 0});
  cache.add(ones, 'a');
  for (int i = 1; i < mixer::NeuralCache::kEntries; ++i) cache.add(zeros, 'b');
  cache.look_up(ones);
  CHECK(logits()[0] == -774);   // 256 ln(13 / 268)
  CHECK(logits()[1] == -2073);  // 256 ln(7 / 23000)
  cache.add(zeros, 'b');
  cache.look_up(ones);
  CHECK(logits()[0] == 3071);
  CHECK(logits()[1] == 0);
  cache.look_up(zeros);
  CHECK(logits()[1] == 3071);
}

}  // namespace nnzip
