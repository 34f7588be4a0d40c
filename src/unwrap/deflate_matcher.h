// SPDX-License-Identifier: Apache-2.0
// Says which token an encoder of zlib's kind would write next, whatever tokens came before.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "unwrap/deflate_parameters.h"
#include "unwrap/deflate_tokens.h"

namespace nnzip {

class DeflateMatcher {
 public:
  // content: below 2^31 bytes; it must outlive the matcher.
  DeflateMatcher(const DeflateParameters& parameters, std::span<const std::uint8_t> content);

  // At position(), which is not the end.
  Token predict();
  // Goes over the token that stands at position(), after predict().
  void accept(Token token);

  // A match at position() by how many nearer places agree with as many bytes, or kFar + distance if
  // it is in no chain; and back (0: there is none).
  static constexpr std::uint32_t kFar = 1 << 15;
  std::uint32_t rank_of(Token match);
  std::uint32_t distance_of(std::uint32_t length, std::uint32_t rank);

  // Nothing before position() is matched any more.
  void forget() { floor_ = position_; }
  std::uint32_t position() const { return position_; }
  // Steps along chains so far, and the most that a stream may take: it bounds the time.
  bool exhausted() const { return steps_ > most_steps_; }

 private:
  static constexpr std::uint32_t kChainSize = kMaxDistance;

  std::uint32_t hash(std::uint32_t at) const {
    const std::uint32_t a = content_[at], b = content_[at + 1], c = content_[at + 2];
    return ((a << 2 * shift_) ^ (b << shift_) ^ c) & mask_;
  }
  bool hashable(std::uint32_t at) const { return content_.size() - at >= kMinMatch; }
  std::uint32_t& before(std::uint32_t place) { return before_[place % kChainSize]; }
  void remember(std::uint32_t at);
  // Of the bytes at a place before `at`.
  std::uint32_t agreement(std::uint32_t place, std::uint32_t at, std::uint32_t most) const;
  bool ends_alike(std::uint32_t place, std::uint32_t at, std::uint32_t longest) const;
  std::uint32_t chain_start(std::uint32_t at);
  std::uint32_t farther(std::uint32_t place);
  Token search(std::uint32_t at, std::uint32_t longer_than);
  Token lazy_search(std::uint32_t at, std::uint32_t longer_than);
  Token run() const;

  DeflateParameters parameters_;
  Search search_;
  std::span<const std::uint8_t> content_;
  std::uint32_t shift_, mask_, max_distance_;
  std::uint32_t position_ = 0, floor_ = 0;
  std::uint32_t remembered_ = 0;  // first position that is not in the chains
  Token carried_;                 // found at position_ when the byte before it became a literal
  Token ahead_;                   // found one byte further by predict()
  std::uint64_t steps_ = 0, most_steps_;
  std::vector<std::uint32_t> head_, before_;  // places plus 1; 0: none
};

}  // namespace nnzip
