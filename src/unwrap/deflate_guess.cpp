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
    200;                               // tokens that most encoders would not leave to a fixed code
constexpr std::size_t kFew = 4;        // corrections
constexpr std::size_t kHopeless = 24;  // tokens a correction, or fewer

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
  const BlockShape shape(stream_);
  all_tokens_ = shape.tokens;
  std::uint32_t farthest = 0;
  for (const Token& token : stream_.tokens)
    farthest = std::max<std::uint32_t>(farthest, token.distance);
  std::uint32_t bits = 9;
  while (bits < 15 && (1U << bits) - kWindowMargin < farthest) ++bits;
  if (stream_.content.size() > 1U << bits) tight_window_ = static_cast<std::uint8_t>(bits);
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

bool ParameterGuess::improve(std::size_t tokens) {
  tokens_ = tokens;
  least_ = kAll;
  least_ = trial(best_);
  if (least_ > kFew) improve_each();
  return tokens < all_tokens_ && least_ <= tokens / kHopeless;
}

void ParameterGuess::improve_each() {
  for (int round = 0; round < 2; ++round) {
    const DeflateParameters before = best_;
    for (const std::uint8_t matcher : kMatchers)
      for (const std::uint8_t bits : {best_.window_bits, tight_window_})
        attempt_matcher(matcher, bits);
    for (std::uint8_t bits = 9; bits <= 15; ++bits) attempt(&DeflateParameters::window_bits, bits);
    for (std::uint8_t bits = 8; bits <= 16; ++bits) attempt(&DeflateParameters::hash_bits, bits);
    attempt(&DeflateParameters::fixed, !best_.fixed);
    attempt(&DeflateParameters::early, !best_.early);
    if (least_ <= kFew || before == best_) return;
  }
}

template <typename Field, typename Value>
void ParameterGuess::attempt(Field field, Value value) {
  DeflateParameters tried = best_;
  tried.*field = value;
  attempt(tried);
}

// Filtered or not, and the window, show only together with the right matcher.
void ParameterGuess::attempt_matcher(std::uint8_t matcher, std::uint8_t window_bits) {
  DeflateParameters tried = best_;
  tried.matcher = matcher;
  tried.window_bits = window_bits;
  for (const bool filtered : {false, true}) {
    tried.filtered = filtered;
    if (filtered <= tried.lazy()) attempt(tried);
  }
}

void ParameterGuess::attempt(const DeflateParameters& tried) {
  if (least_ == 0 || tried == best_) return;
  const std::size_t corrections = trial(tried);
  if (corrections >= least_) return;
  least_ = corrections;
  best_ = tried;
}

std::size_t ParameterGuess::trial(const DeflateParameters& parameters) const {
  CorrectionCounter counter(least_);
  DeflateWalk walk(parameters, stream_.content, counter, &stream_, nullptr);
  return walk.run(tokens_, nullptr, 0) ? counter.corrections() : kAll;
}

}  // namespace nnzip
