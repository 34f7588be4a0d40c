// SPDX-License-Identifier: Apache-2.0
// Says which token an encoder would write next that seeks the shortest block: libdeflate at its
// highest levels, zopfli, 7-Zip. The codes of a block must be known before its tokens.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "unwrap/deflate_matcher.h"

namespace nnzip {

// Bits that symbols take, with their extra bits.
struct TokenCosts {
  std::array<std::uint32_t, 256> literals;
  std::array<std::uint32_t, kMaxMatch + 1> lengths;
  std::array<std::uint32_t, kDistanceSymbols> distances;

  explicit TokenCosts(const DynamicHeader& header);
};

class OptimalMatcher {
 public:
  // Positions that are looked at together: it bounds the memory.
  static constexpr std::size_t kSegment = 1 << 15;

  // content must outlive the matcher. segment: another one predicts about the same.
  OptimalMatcher(const DeflateParameters& parameters, std::span<const std::uint8_t> content,
                 std::size_t segment);

  // The block goes from position() to end; one without tokens passes by at once.
  void begin_block(std::size_t end, const TokenCosts& costs);
  void skip_block(std::size_t end);

  // At position(), which is not the block's end.
  Token predict();
  // The distance that a match of this length at position() would have, after predict(). 0: none.
  std::uint32_t distance_for(std::uint32_t length) const;
  void accept(Token token) { position_ += token.length; }
  std::size_t position() const { return position_; }

 private:
  void begin_segment();
  void find_matches();
  void find_shortest();

  bool ties_longer_, ties_literal_;
  std::span<const std::uint8_t> content_;
  DeflateMatcher chains_;
  std::size_t segment_;
  const TokenCosts* costs_ = nullptr;
  std::size_t position_ = 0, block_end_ = 0;
  std::size_t begin_ = 0, end_ = 0;   // of the segment
  std::vector<Token> matches_;        // of its positions, one after the other
  std::vector<std::uint32_t> first_;  // index in matches_ of each position, and the end
  std::vector<std::uint32_t> cost_;   // from a position to the segment's end
  std::vector<Token> best_;
};

}  // namespace nnzip
