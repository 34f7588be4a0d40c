// SPDX-License-Identifier: Apache-2.0
// Says which token an encoder of zlib's kind would write next, whatever tokens came before.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
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
  // it is in no chain; and back (0: there is none). A rank of `most` or more may come out as any
  // such.
  static constexpr std::uint32_t kFar = 1 << 15;
  std::uint32_t rank_of(Token match, std::uint32_t most = kFar);
  std::uint32_t distance_of(std::uint32_t length, std::uint32_t rank);

  // For others that search by themselves: puts all positions before `at` into the chains; appends
  // the nearest match of each length at the first position that is not, each longer than the last.
  void remember_before(std::uint32_t at) {
    while (remembered_ < at) remember(remembered_);
  }
  void add_matches(std::uint32_t at, std::vector<Token>& matches) const;

  // Nothing before position() is matched any more.
  void forget() { floor_ = position_; }
  std::uint32_t position() const { return position_; }
  // Steps along chains so far, and the most that a stream may take: it bounds the time.
  bool exhausted() const { return steps_ > most_steps_; }

 private:
  static constexpr std::uint32_t kRing = kMaxDistance;
  // Chains of places that agree in 3 bytes (as zlib's hash has it), in 4 and in 6. The others are
  // those of the first that can still be longer than what is found.
  enum Chain : std::uint8_t { kThree, kFour, kSix };
  static constexpr std::uint32_t kBytes[] = {3, 4, 6};
  static constexpr std::uint32_t kDeep = 128;  // links of a search from which all chains are kept
  static constexpr int kHashBits = 15;
  static constexpr std::uint32_t kMostLooks = 1024, kMostMatches = 32;  // of add_matches()
  static constexpr std::uint32_t kMultiplier = 0x9E3779B1, kSecondMultiplier = 0x85EBCA77;

  struct Links {
    std::array<std::uint16_t, 3> back{};  // distance to the place before; 0: none
    std::uint16_t order = 0;              // in the chain of three, modulo 2^16
  };

  std::uint32_t hash(std::uint32_t at) const {
    const std::uint32_t a = content_[at], b = content_[at + 1], c = content_[at + 2];
    return ((a << 2 * shift_) ^ (b << shift_) ^ c) & mask_;
  }
  std::uint32_t hash(Chain chain, std::uint32_t at) const {
    if (chain == kThree) return hash(at);
    const std::uint8_t* bytes = content_.data() + at;
    const std::uint32_t four =
        bytes[0] | bytes[1] << 8 | bytes[2] << 16 | std::uint32_t{bytes[3]} << 24;
    if (chain == kFour) return four * kMultiplier >> (32 - kHashBits);
    const std::uint32_t two = bytes[4] | bytes[5] << 8;
    return (four * kMultiplier ^ two * kSecondMultiplier) >> (32 - kHashBits);
  }
  bool has(std::uint32_t at, std::uint32_t bytes) const { return content_.size() - at >= bytes; }
  void remember(std::uint32_t at);
  // Puts `at` in front of the chain; the distance to what was there before.
  std::uint16_t link(std::uint32_t& head, std::uint32_t at);
  // Of the bytes at a place before `at`.
  std::uint32_t agreement(std::uint32_t place, std::uint32_t at, std::uint32_t most) const;
  bool ends_alike(std::uint32_t place, std::uint32_t at, std::uint32_t longest) const;
  // Places plus 1; 0: none.
  std::uint32_t before(Chain chain, std::uint32_t place) const {
    const std::uint16_t back = links_[place % kRing].back[chain];
    return back == 0 ? 0 : place + 1 - back;
  }
  std::uint32_t chain_start(Chain chain, std::uint32_t at) const;
  Chain chain_for(std::uint32_t bytes) const;
  std::uint32_t farther(Chain chain, std::uint32_t place) const;
  Token search(std::uint32_t at, std::uint32_t longer_than);
  Token deep_search(std::uint32_t at, std::uint32_t longer_than, std::uint32_t links,
                    std::uint32_t start, std::uint32_t least);
  Token lazy_search(std::uint32_t at, std::uint32_t longer_than);
  Token run() const;

  DeflateParameters parameters_;
  Search search_;
  std::span<const std::uint8_t> content_;
  std::uint32_t shift_, mask_, max_distance_;
  bool chained_, deep_;
  std::uint32_t position_ = 0, floor_ = 0;
  std::uint32_t remembered_ = 0;  // first position that is not in the chains
  Token carried_;                 // found at position_ when the byte before it became a literal
  Token ahead_;                   // found one byte further by predict()
  std::uint64_t steps_ = 0, most_steps_;
  std::array<std::vector<std::uint32_t>, 3> heads_;  // places plus 1; 0: none
  std::unique_ptr<Links[]> links_;
};

}  // namespace nnzip
