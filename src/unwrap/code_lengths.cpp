// SPDX-License-Identifier: Apache-2.0
// Ties decide which code comes out, so the order of a heap's steps is part of the format:
// DEFLATE.md states it.
#include "unwrap/code_lengths.h"

#include <algorithm>

namespace nnzip {
namespace {

class TreeBuilder {
 public:
  TreeBuilder(std::span<const std::uint32_t> counts, std::uint32_t limit,
              std::span<std::uint8_t> lengths)
      : leaves_(counts.size()), limit_(limit), lengths_(lengths) {
    std::copy(counts.begin(), counts.end(), weight_.begin());
  }

  std::size_t run() {
    take_leaves();
    join();
    measure();
    if (excess_ > 0) shorten();
    return written_;
  }

 private:
  static constexpr std::size_t kNodes = 2 * kLiteralSymbols + 1;

  // A code has at least two symbols: unused ones are taken where they lack.
  void take_leaves() {
    for (std::size_t i = 0; i < leaves_; ++i) {
      lengths_[i] = 0;
      if (weight_[i] == 0) continue;
      heap_[++size_] = static_cast<std::uint16_t>(i);
      written_ = i + 1;
    }
    while (size_ < 2) {
      const std::size_t unused = written_ < 3 ? written_++ : 0;
      weight_[unused] = 1;
      heap_[++size_] = static_cast<std::uint16_t>(unused);
    }
  }

  bool before(std::uint16_t a, std::uint16_t b) const {
    return weight_[a] != weight_[b] ? weight_[a] < weight_[b] : height_[a] <= height_[b];
  }
  void sink(std::size_t at) {
    const std::uint16_t node = heap_[at];
    for (std::size_t child = 2 * at; child <= size_; child = 2 * at) {
      if (child < size_ && before(heap_[child + 1], heap_[child])) ++child;
      if (before(node, heap_[child])) break;
      heap_[at] = heap_[child];
      at = child;
    }
    heap_[at] = node;
  }

  // The two lightest become one, until one is left. order_ is the order of taking.
  void join() {
    for (std::size_t i = size_ / 2; i >= 1; --i) sink(i);
    auto node = static_cast<std::uint16_t>(leaves_);
    while (size_ >= 2) {
      const std::uint16_t a = heap_[1];
      heap_[1] = heap_[size_--];
      sink(1);
      const std::uint16_t b = heap_[1];
      order_[taken_++] = a;
      order_[taken_++] = b;
      weight_[node] = weight_[a] + weight_[b];
      height_[node] = static_cast<std::uint16_t>(std::max(height_[a], height_[b]) + 1);
      parent_[a] = parent_[b] = node;
      heap_[1] = node++;
      sink(1);
    }
    order_[taken_++] = heap_[1];
  }

  // From the root down; what is deeper than the limit is set to it and counted.
  void measure() {
    depth_[order_[taken_ - 1]] = 0;
    for (std::size_t i = taken_ - 1; i-- > 0;) {
      const std::uint16_t node = order_[i];
      std::uint32_t depth = depth_[parent_[node]] + 1;
      if (depth > limit_) {
        depth = limit_;
        ++excess_;
      }
      depth_[node] = depth;
      if (node >= leaves_) continue;
      ++leaves_at_[depth];
      lengths_[node] = static_cast<std::uint8_t>(depth);
    }
  }

  // A leaf above the limit becomes two below it, one of them from the limit; then the lengths are
  // dealt out anew, the longest to the leaves that were taken first.
  void shorten() {
    for (; excess_ > 0; excess_ -= 2) {
      std::uint32_t depth = limit_ - 1;
      while (leaves_at_[depth] == 0) --depth;
      --leaves_at_[depth];
      leaves_at_[depth + 1] += 2;
      --leaves_at_[limit_];
    }
    std::size_t next = 0;
    for (std::uint32_t depth = limit_; depth > 0; --depth)
      for (std::uint32_t left = leaves_at_[depth]; left > 0;) {
        const std::uint16_t node = order_[next++];
        if (node >= leaves_) continue;
        lengths_[node] = static_cast<std::uint8_t>(depth);
        --left;
      }
  }

  std::size_t leaves_;
  std::uint32_t limit_;
  std::span<std::uint8_t> lengths_;
  std::size_t written_ = 0, size_ = 0, taken_ = 0;
  std::int32_t excess_ = 0;
  std::array<std::uint32_t, kNodes> weight_{}, depth_{};
  std::array<std::uint16_t, kNodes> height_{}, parent_{}, heap_{}, order_{};
  std::array<std::uint32_t, 16> leaves_at_{};
};

}  // namespace

void SymbolCounts::clear() {
  literals.fill(0);
  distances.fill(0);
  literals[kEndOfBlock] = 1;
}

void SymbolCounts::add(Token token, std::uint8_t byte) {
  if (token.distance == 0) {
    ++literals[byte];
  } else {
    ++literals[257 + length_symbol(token.length)];
    ++distances[distance_symbol(token.distance)];
  }
}

std::size_t build_code(std::span<const std::uint32_t> counts, std::uint32_t limit,
                       std::span<std::uint8_t> lengths) {
  return TreeBuilder(counts, limit, lengths).run();
}

void build_codes(const SymbolCounts& counts, DynamicHeader& header) {
  header.literals = build_code(counts.literals, 15, header.literal_code);
  header.distances = build_code(counts.distances, 15, header.distance_code);
}

LengthItem next_item(const DynamicHeader& header, std::size_t at) {
  const std::size_t begin = at < header.literals ? 0 : header.literals;
  const std::size_t end = at < header.literals ? header.literals : begin + header.distances;
  const std::uint8_t length = header.length_at(at);
  std::size_t run = 1;
  while (at + run < end && run < 138 && header.length_at(at + run) == length) ++run;
  const auto repeat = [&](std::uint8_t symbol, std::size_t most) {
    return LengthItem{symbol, static_cast<std::uint8_t>(std::min(run, most))};
  };
  if (length == 0 && run >= 11) return repeat(18, 138);
  if (length == 0 && run >= 3) return repeat(17, 10);
  if (length != 0 && run >= 3 && at > begin && header.length_at(at - 1) == length)
    return repeat(16, 6);
  return {length, 1};
}

void build_length_code(DynamicHeader& header) {
  std::array<std::uint32_t, kLengthSymbols> counts{};
  for (const LengthItem& item : header.items) ++counts[item.symbol];
  build_code(counts, 7, header.length_code);
  header.length_lengths = kLengthSymbols;
  while (header.length_lengths > 4 &&
         header.length_code[kLengthOrder[header.length_lengths - 1]] == 0)
    --header.length_lengths;
}

std::uint64_t dynamic_bits(const SymbolCounts& counts, const DynamicHeader& header) {
  std::uint64_t bits = 14 + 3 * header.length_lengths;
  for (const LengthItem& item : header.items)
    bits += std::uint64_t{header.length_code[item.symbol]} +
            (item.symbol < 16 ? 0 : kRepeatRanges[item.symbol - 16U].extra);
  for (std::size_t i = 0; i < kLiteralSymbols; ++i)
    bits += std::uint64_t{counts.literals[i]} *
            (header.literal_code[i] + (i < 257 ? 0U : kLengthRanges[i - 257].extra));
  for (std::size_t i = 0; i < kDistanceSymbols; ++i)
    bits += std::uint64_t{counts.distances[i]} *
            (std::uint32_t{header.distance_code[i]} + kDistanceRanges[i].extra);
  return bits;
}

std::uint64_t fixed_bits(const SymbolCounts& counts) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < kLiteralSymbols; ++i)
    bits += std::uint64_t{counts.literals[i]} *
            (fixed_literal_length(i) + (i < 257 ? 0U : kLengthRanges[i - 257].extra));
  for (std::size_t i = 0; i < kDistanceSymbols; ++i)
    bits += std::uint64_t{counts.distances[i]} *
            (std::uint32_t{kFixedDistanceLength} + kDistanceRanges[i].extra);
  return bits;
}

}  // namespace nnzip
