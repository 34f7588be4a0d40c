// SPDX-License-Identifier: Apache-2.0
// The rules of DEFLATE.md, "Shortest".
#include "unwrap/optimal_matcher.h"

#include <algorithm>

namespace nnzip {
namespace {

constexpr std::uint32_t kUnused = 4096;  // bits of a symbol that has no code
constexpr std::uint32_t kAhead = 3;      // bits that a byte behind the segment is taken to cost

std::uint32_t bits_of(std::uint8_t length, std::uint8_t extra) {
  return length == 0 ? kUnused : std::uint32_t{length} + extra;
}

}  // namespace

TokenCosts::TokenCosts(const DynamicHeader& header) {
  for (std::size_t i = 0; i < literals.size(); ++i)
    literals[i] = bits_of(header.literal_code[i], 0);
  for (std::uint32_t length = kMinMatch; length <= kMaxMatch; ++length) {
    const std::size_t symbol = length_symbol(length);
    lengths[length] =
        bits_of(header.literal_code[kEndOfBlock + 1 + symbol], kLengthRanges[symbol].extra);
  }
  for (std::size_t i = 0; i < distances.size(); ++i)
    distances[i] = bits_of(header.distance_code[i], kDistanceRanges[i].extra);
}

OptimalMatcher::OptimalMatcher(const DeflateParameters& parameters,
                               std::span<const std::uint8_t> content, std::size_t segment)
    : ties_longer_(parameters.matcher != kShortestShorter),
      ties_literal_(parameters.matcher == kShortestLiteral),
      content_(content),
      chains_(parameters, content),
      segment_(segment) {}

void OptimalMatcher::begin_block(std::size_t end, const TokenCosts& costs) {
  costs_ = &costs;
  block_end_ = end;
  end_ = position_;
}

void OptimalMatcher::skip_block(std::size_t end) { position_ = block_end_ = end_ = end; }

Token OptimalMatcher::predict() {
  if (position_ >= end_) begin_segment();
  return best_[position_ - begin_];
}

std::uint32_t OptimalMatcher::distance_for(std::uint32_t length) const {
  const std::size_t i = position_ - begin_;
  for (std::size_t k = first_[i]; k < first_[i + 1]; ++k)
    if (matches_[k].length >= length) return matches_[k].distance;
  return 0;
}

void OptimalMatcher::begin_segment() {
  begin_ = position_;
  end_ = std::min(block_end_, begin_ + segment_);
  find_matches();
  find_shortest();
}

void OptimalMatcher::find_matches() {
  chains_.remember_before(static_cast<std::uint32_t>(begin_));
  matches_.clear();
  first_.clear();
  for (std::size_t at = begin_; at < end_; ++at) {
    first_.push_back(static_cast<std::uint32_t>(matches_.size()));
    chains_.add_matches(static_cast<std::uint32_t>(at), matches_);
    chains_.remember_before(static_cast<std::uint32_t>(at + 1));
  }
  first_.push_back(static_cast<std::uint32_t>(matches_.size()));
}

// From the end backwards: what costs least from each position on.
void OptimalMatcher::find_shortest() {
  const std::size_t size = end_ - begin_, reach = block_end_ - begin_;
  best_.assign(size, {});
  cost_.assign(size + kMaxMatch + 1, 0);
  for (std::uint32_t i = 0; end_ < block_end_ && i <= kMaxMatch; ++i)
    cost_[size + i] = (kMaxMatch - i) * kAhead;
  for (std::size_t i = size; i-- > 0;) {
    const std::uint32_t literal = costs_->literals[content_[begin_ + i]] + cost_[i + 1];
    std::uint32_t least = literal;
    std::uint32_t length = kMinMatch;
    for (std::size_t k = first_[i]; k < first_[i + 1]; ++k) {
      const Token match = matches_[k];
      const std::uint32_t distance = costs_->distances[distance_symbol(match.distance)];
      const auto most = static_cast<std::uint32_t>(std::min<std::size_t>(match.length, reach - i));
      for (; length <= most; ++length) {
        const std::uint32_t cost = costs_->lengths[length] + distance + cost_[i + length];
        const bool ties = ties_longer_ && !(ties_literal_ && best_[i].distance == 0);
        if (cost > least || (cost == least && !ties)) continue;
        least = cost;
        best_[i] = {static_cast<std::uint16_t>(length), match.distance};
      }
    }
    cost_[i] = least;
  }
}

}  // namespace nnzip
