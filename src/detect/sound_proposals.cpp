// SPDX-License-Identifier: Apache-2.0
// Lines through the two numbers before tell sound from anything else.
#include "detect/sound_proposals.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "detect/statistics.h"
#include "filter/integers.h"

namespace nnzip {
namespace {

using Content = std::span<const std::uint8_t>;

constexpr std::size_t kLooked = 64 << 10;

Layout samples_of(std::uint32_t channels, std::uint32_t bytes, bool low_first) {
  return {.form = Form::kSamples,
          .element = channels * bytes,
          .channels = channels,
          .low_first = low_first};
}

Proposal as_they_are(const Layout& layout) {
  if (filter_fits(Filter::kSamples, layout)) return {layout, {{Filter::kSamples}}};
  return {layout, {}};
}

std::optional<Proposal> as_integers(Content content, const Layout& layout, bool is_float) {
  const auto found =
      find_integers(content, layout.channels, layout.number_bytes(), layout.low_first, is_float);
  if (!found) return {};
  return Proposal{found->layout, {{.filter = Filter::kIntegers, .source = found->source.packed()}}};
}

// A part of the middle, from the beginning of a number of up to 8 bytes and of a frame of two.
Content middle_of(Content content) {
  constexpr std::size_t kUnit = 48;
  const std::size_t bytes = std::min(content.size(), kLooked);
  return content.subspan((content.size() - bytes) / 2 / kUnit * kUnit, bytes);
}

// Bits a number, times 1000, that numbers take as differences to where a line through the two
// before in their channel leads.
std::uint64_t line_cost(Content content, const Layout& layout) {
  constexpr std::size_t kNumbers = 16384;
  const std::size_t width = layout.number_bytes(), channels = layout.channels;
  const std::size_t count = std::min(content.size() / width, kNumbers);
  const std::size_t begin = (content.size() / width - count) / 2;
  const auto number = [&](std::size_t i) -> std::int64_t {
    const std::uint8_t* const p = content.data() + width * (begin + i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < width; ++k) {
      bits = bits << 8 | p[layout.low_first ? width - 1 - k : k];
    }
    const auto unused = static_cast<int>(32 - 8 * width);
    return static_cast<std::int32_t>(bits << unused) >> unused;
  };
  std::uint64_t sum = 0;
  for (std::size_t i = 2 * channels; i < count; ++i) {
    const std::int64_t line = 2 * number(i - channels) - number(i - 2 * channels);
    const std::int64_t difference = number(i) - line;
    sum +=
        1500 + log2_1000(1 + static_cast<std::uint64_t>(difference < 0 ? -difference : difference));
  }
  return sum / (count - 2 * channels);
}

// The same a byte of the content, of floats as the whole numbers they become.
std::uint64_t cost_a_byte(Content content, const Layout& layout, bool is_float) {
  if (!is_float) return line_cost(content, layout) / layout.number_bytes();
  auto proposal = as_integers(content, layout, true);
  if (!proposal) return ~std::uint64_t{0};
  const Bytes made =
      apply_filters(proposal->filters, proposal->layout, Bytes(content.begin(), content.end()));
  const std::size_t count = content.size() / layout.number_bytes();
  const std::size_t numbers = count * proposal->layout.number_bytes();
  return (line_cost(Content(made).first(numbers), proposal->layout) +
          (made.size() - numbers) * 8000 / count) /
         layout.number_bytes();
}

struct Guess {
  std::uint32_t bytes;
  bool is_float;
};
constexpr Guess kGuesses[] = {{2, false}, {3, false}, {4, false}, {4, true}, {8, true}};

}  // namespace

std::vector<Proposal> described_sound(Content content, const Layout& described) {
  if (described.form == Form::kCompanded) return {{described}};
  std::vector<Proposal> proposals;
  const std::uint32_t bytes = described.number_bytes();
  if (bytes > 2) {
    for (const bool is_float : {true, false}) {
      if (auto found = as_integers(content, described, is_float)) proposals.push_back(*found);
    }
  }
  if (proposals.empty()) proposals.push_back(as_they_are(described));
  return proposals;
}

std::vector<Proposal> guessed_sound(Content content) {
  constexpr std::size_t kLeast = 4096;
  if (content.size() < kLeast) return {};
  const std::uint64_t bytes = std::uint64_t{entropy_1000(content)} * 7 / 8;
  // What is that even as bytes is a table or text.
  if (bytes < 2500) return {};
  const Content part = middle_of(content);
  std::vector<Proposal> proposals;
  std::uint64_t least = bytes;
  for (const Guess& guess : kGuesses) {
    std::vector<Layout> layouts;
    std::uint64_t best = bytes;
    for (const std::uint32_t channels : {1U, 2U}) {
      const Layout low = samples_of(channels, guess.bytes, true);
      const Layout high = samples_of(channels, guess.bytes, false);
      const std::uint64_t low_first = cost_a_byte(part, low, guess.is_float);
      const std::uint64_t high_first = cost_a_byte(part, high, guess.is_float);
      const std::uint64_t cost = std::min(low_first, high_first);
      if (cost >= bytes) continue;
      layouts.push_back(low_first <= high_first ? low : high);
      best = std::min(best, cost);
    }
    if (best >= least) continue;
    least = best;
    proposals.clear();
    for (const Layout& layout : layouts) {
      const bool wide = guess.bytes > 2;
      const auto integers = wide ? as_integers(content, layout, guess.is_float) : std::nullopt;
      if (integers || !guess.is_float) proposals.push_back(integers.value_or(as_they_are(layout)));
    }
  }
  return proposals;
}

}  // namespace nnzip
