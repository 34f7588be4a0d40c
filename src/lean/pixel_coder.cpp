// SPDX-License-Identifier: Apache-2.0
// Contexts of errors around a number, each with a counter for every node of a symbol's tree.
#include "lean/pixel_coder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <vector>

#include "coder/range_decoder.h"
#include "coder/range_encoder.h"
#include "lean/byte_tree.h"
#include "lean/lean_sets.h"
#include "lean/pixel_guess.h"
#include "mixer/core/adaptive_map.h"
#include "mixer/core/unrolled.h"

namespace nnzip {
namespace {

using lean::ByteTree;
using lean::PixelGuess;
using mixer::Counter;

// What a symbol is of a number, which has one or two.
enum Symbol : std::uint32_t {
  kNear,  // the difference's low byte, where there is no other or it says no more than a sign
  kHigh,  // the high byte
  kFar,   // the low byte of other ones
  kPadding,
  kSymbols
};

constexpr std::uint32_t kEnergies = 24;
constexpr std::size_t kContexts = 7;
// Of each context, for a channel and a kind of symbol.
constexpr std::array<std::size_t, kContexts> kSizes = {kEnergies, 9 * 9,   15 * 8,       64 * 5,
                                                       32 * 4,    16 * 12, 8 * kEnergies};
constexpr std::size_t kChannels = 4;
constexpr std::uint32_t kCounterLimit = 255;
constexpr std::size_t kLeastWeighted = 256;  // symbols

// 2 log2 of the magnitude in 1/4, limited.
std::uint32_t energy_of(std::uint32_t m) {
  const auto top = static_cast<std::uint32_t>(std::bit_width(m | 1)) - 1;
  return std::min(2 * top + (top == 0 ? 0 : m >> (top - 1) & 1), kEnergies - 1);
}

// -steps..steps by powers of two, 0 around 0.
std::int32_t signed_step(std::int32_t error, std::int32_t steps) {
  const auto size =
      static_cast<std::int32_t>(std::bit_width(static_cast<std::uint32_t>(std::abs(error)) >> 1));
  const std::int32_t step = std::min(size, steps);
  return error < 0 ? -step : step;
}

bool is_wide(const Layout& layout, const lean::NumberPlace& place, std::size_t at,
             std::size_t content_bytes) {
  return layout.number_bytes() == 2 && place.plain && at + 1 < content_bytes;
}
Symbol low_kind(const lean::NumberPlace& place, bool wide, std::uint32_t high) {
  return !place.plain ? kPadding : wide && high != 128 ? kFar : kNear;
}

class PixelCoder {
 public:
  PixelCoder(const Layout& layout, std::size_t content_bytes,
             const std::array<ByteTree::Weights, kSymbols>& weights)
      : layout_(layout),
        guess_(layout, content_bytes),
        trees_{ByteTree(weights[0]), ByteTree(weights[1]), ByteTree(weights[2]),
               ByteTree(weights[3])},
        sets_({256 * kSymbols, kEnergies * kSymbols * kChannels, 64 * 8}) {
    std::size_t total = 0;
    for (std::size_t i = 0; i < kContexts; ++i) {
      begins_[i] = total;
      total += kSizes[i] * layout.channels * kSymbols * 256;
    }
    counters_.assign(total, mixer::make_counter(32768, 0));
  }

  // Codes the number at that position; code: (a bit of the content that is there, chance of a 1) ->
  // the bit. Returns its bytes.
  template <typename Code>
  std::size_t number(std::span<std::uint8_t> content, std::size_t at, Code code) {
    const lean::NumberPlace place = guess_.place(at);
    const bool wide = is_wide(layout_, place, at, content.size());
    guess_.guess(at, place);
    choose_contexts(place);
    // Of two bytes the high one is that of differences below 128 in size where it is 128.
    std::uint8_t& low = content[at + (wide && !layout_.low_first ? 1 : 0)];
    std::uint8_t none = 0;
    std::uint8_t& high = wide ? content[at + (layout_.low_first ? 1 : 0)] : none;
    const auto offset = static_cast<std::uint32_t>(guess_.value()) - 128;
    const std::uint32_t difference = (high << 8 | low) - offset;
    std::uint32_t top = 128;
    if (wide) top = symbol(kHigh, static_cast<std::uint8_t>((difference >> 8) + 128), code);
    const std::uint32_t rest =
        symbol(low_kind(place, wide, top), static_cast<std::uint8_t>(difference), code);
    const std::uint32_t value = (((top - 128) << 8 | rest) + offset) & (wide ? 65535 : 255);
    low = static_cast<std::uint8_t>(value);
    high = static_cast<std::uint8_t>(value >> 8);
    guess_.learn(static_cast<std::int32_t>(value));
    return wide ? 2 : 1;
  }

 private:
  void choose_contexts(const lean::NumberPlace& place) {
    const auto& e = guess_.errors();
    const auto size = [&](std::size_t i) { return static_cast<std::uint32_t>(std::abs(e[i])); };
    const std::uint32_t near = (2 * size(0) + 2 * size(1) + size(2) + size(3) + size(4)) +
                               (place.channel == 0 ? 0 : 2 * size(5));
    energy_ = energy_of(near / (place.channel == 0 ? 4 : 5));
    const std::uint32_t active = energy_of(static_cast<std::uint32_t>(guess_.activity()));
    const auto other =
        static_cast<std::uint32_t>(signed_step(place.channel == 0 ? e[3] : e[5], 7) + 7);
    const auto left = static_cast<std::uint32_t>(signed_step(e[0] / 2, 4) + 4);
    const auto above = static_cast<std::uint32_t>(signed_step(e[1] / 2, 4) + 4);
    const auto corrected =
        static_cast<std::uint32_t>(signed_step((guess_.fine() - guess_.blended()) / 4, 2) + 2);
    const auto fraction = static_cast<std::uint32_t>((guess_.fine() + 8) & 15) / 2;
    const auto level =
        static_cast<std::uint32_t>(guess_.value()) >> (8 * layout_.number_bytes() - 5);
    const std::array<std::size_t, kContexts> chosen = {
        energy_,
        left * 9 + above,
        other * 8 + energy_ / 3,
        static_cast<std::size_t>(guess_.texture()) * 5 + corrected,
        level * 4 + std::min(energy_ / 4, 3u),
        std::min(active, 15u) * 12 + energy_ / 2,
        fraction * kEnergies + energy_};
    channel_ = place.channel;
    for (std::size_t i = 0; i < kContexts; ++i) {
      rows_[i] = begins_[i] + ((chosen[i] * layout_.channels + channel_) * kSymbols << 8);
    }
    of_other_ = other * 4 + std::min(energy_ / 4, 3u);
  }

  template <typename Code>
  std::uint8_t symbol(Symbol kind, std::uint8_t byte, Code code) {
    const ByteTree& tree = trees_[kind];
    std::uint8_t node = tree.root(), least = tree.least();
    sets_.choose(1, (energy_ * kSymbols + kind) * kChannels + channel_);
    for (std::uint32_t depth = 0; node != 0; ++depth) {
      lean::Inputs<8> inputs;
      std::array<Counter*, kContexts> used;
      mixer::unrolled<kContexts>([&](auto i) {
        used[i] = &counters_[rows_[i] + (kind << 8 | node)];
        inputs.put(i, mixer::stretch(mixer::probability16(*used[i])));
      });
      inputs.put(7, 256);
      sets_.choose(0, kind << 8 | node);
      sets_.choose(2, of_other_ * 8 + std::min(depth, 7u));
      const std::int32_t z = sets_.mix(inputs);
      const std::int32_t one = std::clamp(mixer::squash(z), 8, 65528);
      const int bit = code(byte >= node, static_cast<std::uint32_t>(one));
      sets_.learn((bit << 16) - mixer::squash(z));
      mixer::unrolled<kContexts>(
          [&](auto i) { *used[i] = mixer::updated(*used[i], bit, kCounterLimit); });
      if (bit != 0) least = node;
      node = tree.next(node, bit);
    }
    return least;
  }

  Layout layout_;
  PixelGuess guess_;
  std::array<ByteTree, kSymbols> trees_;
  std::array<std::size_t, kContexts> begins_{}, rows_{};
  std::vector<Counter> counters_;  // [context][value][channel][kind of symbol][node]
  lean::Sets<8, 3> sets_;
  std::uint32_t energy_ = 0, channel_ = 0, of_other_ = 0;
};

// Of what the symbols of the content are like.
std::array<ByteTree::Weights, kSymbols> good_weights(std::span<const std::uint8_t> content,
                                                     const Layout& layout) {
  std::array<Bytes, kSymbols> symbols;
  PixelGuess guess(layout, content.size());
  for (std::size_t at = 0; at < content.size();) {
    const lean::NumberPlace place = guess.place(at);
    const bool wide = is_wide(layout, place, at, content.size());
    guess.guess(at, place);
    std::uint32_t value = content[at];
    if (wide) {
      value = layout.low_first ? value | content[at + 1] << 8 : value << 8 | content[at + 1];
    }
    const std::uint32_t difference = value - static_cast<std::uint32_t>(guess.value()) + 128;
    const auto high = static_cast<std::uint8_t>((difference >> 8) + 128);
    if (wide) symbols[kHigh].push_back(high);
    symbols[low_kind(place, wide, high)].push_back(static_cast<std::uint8_t>(difference));
    guess.learn(static_cast<std::int32_t>(value));
    at += wide ? 2 : 1;
  }
  std::array<ByteTree::Weights, kSymbols> weights;
  for (std::size_t i = 0; i < kSymbols; ++i) {
    const bool few = symbols[i].size() < kLeastWeighted;
    weights[i] = few ? lean::even_weights() : lean::weights_of(symbols[i]);
  }
  return weights;
}

}  // namespace

Bytes encode_pixels(std::span<const std::uint8_t> content, const Layout& layout,
                    const PixelsDone& done) {
  const auto weights = good_weights(content, layout);
  RangeEncoder coder;
  for (const ByteTree::Weights& each : weights) lean::encode_weights(each, coder);
  PixelCoder pixels(layout, content.size(), weights);
  Bytes copy(content.begin(), content.end());
  for (std::size_t at = 0; at < copy.size(); done(at)) {
    at += pixels.number(copy, at, [&](bool bit, std::uint32_t one) {
      coder.encode_bit(bit, one);
      return bit ? 1 : 0;
    });
  }
  return coder.finish();
}

bool decode_pixels(RangeDecoder& coder, const Layout& layout, std::span<std::uint8_t> content,
                   const PixelsDone& done) {
  std::array<ByteTree::Weights, kSymbols> weights;
  for (ByteTree::Weights& each : weights) {
    each = lean::decode_weights(coder);
    if (!lean::any(each)) return false;
  }
  PixelCoder pixels(layout, content.size(), weights);
  for (std::size_t at = 0; at < content.size(); done(at)) {
    at += pixels.number(content, at,
                        [&](bool, std::uint32_t one) { return coder.decode_bit(one) ? 1 : 0; });
    if (coder.overrun()) return false;
  }
  return coder.ended_well();
}

std::uint64_t pixel_coder_memory(const Layout& layout, std::size_t content_bytes) {
  std::uint64_t counters = 0;
  for (const std::size_t size : kSizes) counters += size;
  return 2 * PixelGuess::memory_bytes(layout, content_bytes) + content_bytes +
         counters * layout.channels * kSymbols * 256 * sizeof(Counter) + (std::uint64_t{1} << 20);
}

}  // namespace nnzip
