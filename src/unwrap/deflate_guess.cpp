// SPDX-License-Identifier: Apache-2.0
// The shape of its blocks says how large the encoder's buffers were; all else is tried.
#include "unwrap/deflate_guess.h"

#include <algorithm>
#include <array>

#include "unwrap/deflate_walk.h"

namespace nnzip {
namespace {

// The usual ones first: what is worse than the best so far is given up soon.
constexpr std::uint8_t kMatchers[] = {6, 9, 1, 5, 4, 3, 2, 7, 8, kRuns, kLiteralsOnly, kNoMatcher};
constexpr std::size_t kManyFixed =
    200;                         // tokens that most encoders would not leave to a fixed code
constexpr std::size_t kFew = 4;  // corrections

// Tokens of a block tell how many an encoder's buffer holds.
struct BlockShape {
  std::array<std::size_t, 16> votes{};                                  // for 2^i - 1 tokens
  std::size_t early = 0, most = 0, tokens = 0, dynamic = 0, fixed = 0;  // fixed: tokens

  explicit BlockShape(const InflatedDeflate& stream) {
    std::size_t token = 0, content = 0;
    for (const DeflateBlock& block : stream.blocks) {
      const bool stored = block.type == BlockType::kStored;
      const std::size_t size = stored ? block.content_end - content : block.tokens_end - token;
      tokens += size;
      dynamic += block.type == BlockType::kDynamic ? 1 : 0;
      if (block.type == BlockType::kFixed) fixed += size;
      if (!block.final) vote(size, stored);
      if (!stored) most = std::max(most, size);
      token = block.tokens_end;
      content = block.content_end;
    }
  }
  // The bytes of a stored block are a few more than its tokens.
  void vote(std::size_t size, bool stored) {
    for (std::size_t bits = 7; bits <= 15; ++bits) {
      const std::size_t full = (std::size_t{1} << bits) - 1;
      if (size >= full && size <= full + (stored ? full / 64 : 0)) ++votes[bits];
    }
    if (!stored && size != 0 && size % 4096 == 0) ++early;
  }
};

}  // namespace

ParameterGuess::ParameterGuess(const InflatedDeflate& stream) : stream_(stream) {
  look_at_tokens();
  const BlockShape shape(stream_);
  all_tokens_ = shape.tokens;
  const auto most = std::max_element(shape.votes.begin(), shape.votes.end());
  best_.early = shape.early > 0 && (*most == 0 || most == shape.votes.end() - 1);
  best_.fixed = shape.dynamic == 0 && shape.fixed > kManyFixed;
  if (best_.early)
    best_.block_bits = 15;
  else if (*most != 0)
    best_.block_bits = static_cast<std::uint8_t>(most - shape.votes.begin());
  else
    best_.block_bits = shape.most < 16383 ? 14 : shape.most < 32767 ? 15 : 0;
  if (best_.block_bits != 0 && !best_.early)
    best_.hash_bits = static_cast<std::uint8_t>(best_.block_bits + 1);
}

// Which matches there are at all says how far they may be, and which are too short.
void ParameterGuess::look_at_tokens() {
  std::uint32_t farthest = 0;
  std::size_t distant = 0, brief = 0;
  for (const Token& token : stream_.tokens) {
    if (token.distance == 0) continue;
    farthest = std::max<std::uint32_t>(farthest, token.distance);
    distant += token.length == kMinMatch && token.distance > kTooFar ? 1 : 0;
    brief += token.length <= kShort ? 1 : 0;
  }
  matches_ = farthest > 0;
  far_matches_ = farthest > 1;
  best_.far = distant > 0;
  best_.filtered = matches_ && brief == 0;
  std::uint32_t bits = 9;
  while (bits < 15 && (1U << bits) - kWindowMargin < farthest) ++bits;
  if (stream_.content.size() > 1U << bits) tight_window_ = static_cast<std::uint8_t>(bits);
  // Among many distances one would be farther if it could.
  if (stream_.content.size() > 8U << bits) best_.window_bits = tight_window_;
}

void ParameterGuess::improve(std::size_t tokens) {
  tokens_ = tokens;
  least_ = {};
  least_ = trial(best_);
  attempt_matchers();
  if (least_.corrections <= kFew) return;
  attempt_others();
  attempt_matchers();
}

bool ParameterGuess::improve_by_shortest(std::size_t tokens, std::size_t times) {
  const DeflateParameters before = best_;
  tokens_ = tokens;
  least_ = {};
  const Trial present = trial(best_);
  least_.corrections = present.corrections / times;
  for (const std::uint8_t matcher : {kShortestShorter, kShortestLonger, kShortestLiteral})
    attempt(&DeflateParameters::matcher, matcher);
  if (best_ == before) least_ = present;
  return best_ != before;
}

void ParameterGuess::attempt_matchers() {
  for (const std::uint8_t matcher : kMatchers) {
    if (matcher == kRuns && (!matches_ || far_matches_)) continue;
    if (matcher == kLiteralsOnly && matches_) continue;
    attempt(&DeflateParameters::matcher, matcher);
  }
}

void ParameterGuess::attempt_others() {
  for (const std::uint8_t bits : {tight_window_, std::uint8_t{15}})
    attempt(&DeflateParameters::window_bits, bits);
  for (std::uint8_t bits = 8; bits <= 16; ++bits) attempt(&DeflateParameters::hash_bits, bits);
  for (std::uint8_t bits = 9; bits < 15; ++bits) attempt(&DeflateParameters::window_bits, bits);
  if (best_.lazy()) {
    attempt(&DeflateParameters::filtered, !best_.filtered);
    attempt(&DeflateParameters::far, !best_.far);
  }
  attempt(&DeflateParameters::fixed, !best_.fixed);
  attempt(&DeflateParameters::early, !best_.early);
}

template <typename Field, typename Value>
void ParameterGuess::attempt(Field field, Value value) {
  DeflateParameters tried = best_;
  tried.*field = value;
  attempt(tried);
}

void ParameterGuess::attempt(const DeflateParameters& tried) {
  if (least_.corrections == 0 || tried == best_) return;
  const Trial made = trial(tried);
  if (made.corrections >= least_.corrections) return;
  least_ = made;
  best_ = tried;
}

ParameterGuess::Trial ParameterGuess::trial(const DeflateParameters& parameters) const {
  CorrectionCounter counter(least_.corrections);
  DeflateWalk walk(parameters, stream_.content, counter, &stream_, nullptr);
  if (!walk.run(tokens_, nullptr, 0)) return {};
  return {counter.corrections(), counter.bytes()};
}

}  // namespace nnzip
