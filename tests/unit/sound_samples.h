// SPDX-License-Identifier: Apache-2.0
// Sound of many kinds and layouts for the tests, made by plain code.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "layout/layout.h"
#include "mixer/sound/companding.h"

namespace nnzip::test {

struct Sound {
  std::string name;
  Layout layout;
  Bytes content;
};

// flag: low byte first; of one byte, that it is signed.
inline Layout sound_layout(std::uint32_t channels, std::uint32_t number_bytes, bool flag) {
  Layout layout{.form = Form::kSamples, .element = channels * number_bytes, .channels = channels};
  layout.set_flag(flag);
  return layout;
}

// Of level(frame, channel), a signed number of 32 bits of which the file has the highest ones.
inline Bytes sound_bytes(const Layout& layout, std::uint32_t frames,
                         const std::function<std::uint32_t(std::uint32_t, std::uint32_t)>& level) {
  Bytes content;
  const std::uint32_t width = layout.number_bytes();
  for (std::uint32_t t = 0; t < frames; ++t) {
    for (std::uint32_t c = 0; c < layout.channels; ++c) {
      const std::uint32_t number = level(t, c) ^ (width == 1 && !layout.is_signed ? 1u << 31 : 0);
      for (std::uint32_t k = 0; k < width; ++k) {
        const std::uint32_t place = layout.low_first ? width - 1 - k : k;
        content.push_back(static_cast<std::uint8_t>(number >> (24 - 8 * place)));
      }
    }
  }
  return content;
}

// A decaying tone of several partials, by recurrences in whole numbers, and a little noise; the
// channels differ in loudness.
inline Bytes tone(const Layout& layout, std::uint32_t frames, std::uint32_t noise_bits = 20) {
  std::int64_t x[3] = {500'000'000, 300'000'000, 150'000'000}, y[3] = {};
  std::uint32_t state = 11, last = ~0u;
  std::int64_t sum = 0;
  return sound_bytes(layout, frames, [&](std::uint32_t t, std::uint32_t c) {
    if (t != last) {
      last = t;
      sum = 0;
      for (int i = 0; i < 3; ++i) {
        const std::int64_t turn = 900 + 1700 * i;
        x[i] -= y[i] * turn >> 15;
        y[i] += x[i] * turn >> 15;
        x[i] -= x[i] >> 14;
        y[i] -= y[i] >> 14;
        sum += x[i];
      }
    }
    state = state * 1664525 + 1013904223;
    return static_cast<std::uint32_t>((sum >> (c % 3)) + (state >> (32 - noise_bits)));
  });
}

inline Layout companded_layout(std::uint32_t channels, bool a_law) {
  return {.form = Form::kCompanded, .element = channels, .channels = channels, .a_law = a_law};
}

// Numbers of two bytes, low byte first, as the nearest of one.
inline Bytes companded(const Bytes& words, bool a_law) {
  const mixer::Companding law(a_law);
  Bytes content;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const auto number = static_cast<std::int16_t>(words[i] | words[i + 1] << 8);
    const auto above = std::upper_bound(law.bounds.begin() + 1, law.bounds.end() - 1,
                                        std::int64_t{number} * 65536);
    const auto place = static_cast<std::size_t>(above - law.bounds.begin() - 1);
    content.push_back(static_cast<std::uint8_t>(place ^ law.inverted[place / 128]));
  }
  return content;
}

inline std::vector<Sound> sounds() {
  std::vector<Sound> all;
  const auto add = [&](const char* name, const Layout& layout, Bytes content) {
    all.push_back({name, layout, std::move(content)});
  };
  std::uint32_t state = 3;
  const auto noise = [&](std::uint32_t, std::uint32_t) {
    state = state * 1664525 + 1013904223;
    return state ^ state << 7;
  };
  for (const std::uint32_t width : {1u, 2u, 3u, 4u}) {
    for (const bool low_first : {false, true}) {
      for (const std::uint32_t channels : {1u, 2u, 3u, 8u}) {
        const Layout layout = sound_layout(channels, width, low_first);
        add("tone", layout, tone(layout, 1500 / channels));
      }
      const Layout layout = sound_layout(2, width, low_first);
      add("silence", layout, Bytes(layout.element * 500));
      add("noise", layout, sound_bytes(layout, 600, noise));
      add("clipped", layout, sound_bytes(layout, 600, [](std::uint32_t t, std::uint32_t) {
            return t / 37 % 2 == 0 ? 0x7FFFFFFFu : 0x80000000u;
          }));
      add("steepest slopes", layout, sound_bytes(layout, 600, [](std::uint32_t t, std::uint32_t c) {
            return (t + c) % 2 == 0 ? 0x7FFFFFFFu : 0x80000000u;
          }));
      // Silence drives the scales of the predictors to their ends before the loudest comes.
      add("bang", layout, sound_bytes(layout, 600, [&](std::uint32_t t, std::uint32_t c) {
            return t < 400 ? 0 : noise(t, c);
          }));
    }
  }
  return all;
}

}  // namespace nnzip::test
