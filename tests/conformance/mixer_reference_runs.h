// SPDX-License-Identifier: Apache-2.0
// The mixer and its second implementation, which was written from its documents, in step: every
// probability and every coded byte is equal.
#pragma once

#include <catch2/catch.hpp>
#include <numeric>
#include <type_traits>

#include "mixer/core/mix_kernels.h"
#include "mixer/core/mixer_targets.h"
#include "reference/mixer/mixer_reference.h"
#include "unit/mixer_samples.h"

namespace nnzip::mixer_runs {

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
inline const Distribution* make_distribution(Random& random, std::uint8_t byte,
                                             Distribution& room) {
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
  // Near some others, or far from all.
  for (std::uint32_t& signs : room.signature) signs = kind < 6 ? 0x5555 << expected % 8 : 0;
  for (std::uint32_t flips = random.below(40); flips > 0; --flips) {
    room.signature[random.below(8)] ^= 1u << random.below(32);
  }
  return &room;
}

// Both implementations in step. The bit at which they first differ, if any, is named; the bytes
// must be those that a Mixer makes. Of a plan for more bytes than there are, of one stream, the
// first ones are coded.
template <typename Predictor, typename Reference>
void require_equal(const Bytes& content, const MixerPlan& plan) {
  Predictor predictor(plan, mixer::find_mix_kernels(""));
  Reference reference = [&] {
    const auto streams = static_cast<std::size_t>(plan.streams);
    if constexpr (std::is_constructible_v<Reference, std::size_t, std::size_t, const Layout&, bool,
                                          Effort>) {
      return Reference(plan.content_bytes, streams, plan.layout, plan.network, plan.effort);
    } else {
      return Reference(plan.content_bytes, streams, plan.layout, plan.network);
    }
  }();
  Mixer mixer(plan);
  RangeEncoder expected, coded;
  Random random;
  Distribution room;
  test::in_lockstep(plan, [&](int stream, std::size_t position) {
    if (position >= content.size()) return;
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

inline MixerPlan plan_of(const Bytes& content, const Layout& layout, int streams, bool network) {
  MixerPlan plan;
  plan.content_bytes = content.size();
  plan.streams = streams;
  plan.layout = layout;
  plan.network = network;
  return plan;
}

inline Bytes random_bytes(std::size_t n, std::uint32_t values = 256) {
  Random random;
  Bytes content(n);
  for (auto& byte : content) byte = static_cast<std::uint8_t>(random.below(values));
  return content;
}

inline Bytes resized(Bytes content, std::size_t n) {
  content.resize(n);
  return content;
}

}  // namespace nnzip::mixer_runs
