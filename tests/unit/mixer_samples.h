// SPDX-License-Identifier: Apache-2.0
// Content of many kinds for the tests of the mixer, made by plain code, and coding in lockstep.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "detect/statistics.h"
#include "layout/block_order.h"
#include "mixer/mixer.h"

namespace nnzip::test {

struct MixedSample {
  std::string name;
  Bytes content;
  bool known_layout = false;
  Layout layout{};
};

inline Bytes sample_text() {
  static const char* const kWords[] = {
      "The ", "mixer ", "learns", " while", " it codes", ".\n", "<b>",   "</b>",
      "<i/>", "42",     ", ",     "\"x\"",  "Weights",   "\n",  "(a+b)", "\xC3\xA9t\xC3\xA9 "};
  Bytes text;
  std::uint32_t state = 5;
  while (text.size() < 20000) {
    state = state * 1664525 + 1013904223;
    for (const char* c = kWords[(state >> 28) & 15]; *c != 0; ++c) {
      text.push_back(static_cast<std::uint8_t>(*c));
    }
  }
  return text;
}

// Rows of two-byte numbers, each much like the row above it.
inline Bytes sample_image(std::size_t width, std::size_t height, bool big_endian) {
  Bytes image;
  std::uint32_t state = 9;
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      state = state * 1664525 + 1013904223;
      const std::size_t wave = (x * x / 3 + y * 2) % 3000;
      const std::size_t value = (wave < 1500 ? wave : 3000 - wave) * 2 + (state >> 29);
      image.push_back(static_cast<std::uint8_t>(big_endian ? value >> 8 : value));
      image.push_back(static_cast<std::uint8_t>(big_endian ? value : value >> 8));
    }
  }
  return image;
}

inline Bytes sample_records(std::size_t size) {
  Bytes table;
  std::uint32_t state = 3;
  for (std::uint32_t row = 0; row < 1500; ++row) {
    for (std::uint32_t i = 0; i < size; ++i) {
      state = state * 1664525 + 1013904223;
      const std::uint32_t value = i == 0   ? row
                                  : i == 1 ? row >> 8
                                  : i < 6  ? i * 40
                                           : (state >> 24) % (i * 3);
      table.push_back(static_cast<std::uint8_t>(value));
    }
  }
  return table;
}

inline const std::vector<MixedSample>& mixed_samples() {
  static const std::vector<MixedSample> samples = [] {
    std::vector<MixedSample> all;
    all.push_back({"text", sample_text()});
    all.push_back({"little-endian image",
                   sample_image(120, 120, false),
                   true,
                   {.stride = 240, .element = 2, .odd_high = true}});
    all.push_back(
        {"big-endian image", sample_image(75, 150, true), true, {.stride = 150, .element = 2}});
    all.push_back({"records", sample_records(19), true, {.stride = 19}});
    Bytes every;
    for (int i = 0; i < 5000; ++i) every.push_back(static_cast<std::uint8_t>(i * i / 7));
    all.push_back({"every value", every});
    all.push_back({"extreme values", Bytes(9000, 255)});
    Bytes steps;
    for (int i = 0; i < 9000; ++i) steps.push_back(i % 900 < 450 ? 0 : 255);
    all.push_back({"steps", steps});
    return all;
  }();
  return samples;
}

// The byte that a made-up network expects at a position; null: no network.
using Oracle = std::function<std::uint8_t(std::size_t)>;

inline const Distribution* expect(const Oracle& oracle, std::size_t position, Distribution& room) {
  if (!oracle) return nullptr;
  const std::uint32_t expected = oracle(position);
  for (std::uint32_t s = 0; s <= 256; ++s) {
    room.cumulative[s] = s + (s > expected ? Distribution::kTotal - 256 : 0);
  }
  return &room;
}

// code(stream, position) in the order of the lockstep.
template <typename Code>
void in_lockstep(const MixerPlan& plan, Code&& code) {
  const BlockOrder order(plan.content_bytes, plan.streams, plan.layout);
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < order.streams(); ++i) positions.push_back(order.first(i));
  for (std::size_t t = 0; t < order.steps(); ++t) {
    for (std::size_t i = 0; i < order.streams(); ++i) {
      if (t < order.start(i) || t - order.start(i) >= order.size(i)) continue;
      code(static_cast<int>(i), positions[i]);
      positions[i] = order.next(positions[i]);
    }
  }
}

// As many streams as that, or as the layout allows: a power of two.
inline int streams_within(int most, const Layout& layout) {
  int streams = 1;
  while (2 * streams <= most && BlockOrder::fits(layout, 2 * streams)) streams *= 2;
  return streams;
}

inline Bytes encode_mixed(const Bytes& content, const MixerPlan& plan, const Oracle& oracle,
                          const std::string& target = "") {
  Mixer mixer(plan, target);
  RangeEncoder encoder;
  Distribution room;
  in_lockstep(plan, [&](int stream, std::size_t position) {
    mixer.encode(stream, content[position], expect(oracle, position, room), encoder);
  });
  return encoder.finish();
}

inline Bytes decode_mixed(const Bytes& coded, const MixerPlan& plan, const Oracle& oracle,
                          const std::string& target = "") {
  Mixer mixer(plan, target);
  RangeDecoder decoder(coded);
  Distribution room;
  Bytes content(plan.content_bytes);
  in_lockstep(plan, [&](int stream, std::size_t position) {
    content[position] = mixer.decode(stream, expect(oracle, position, room), decoder);
  });
  return content;
}

}  // namespace nnzip::test
