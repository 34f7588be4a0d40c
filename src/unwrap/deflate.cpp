// SPDX-License-Identifier: Apache-2.0
// Side data: the parameters, then the corrections.
#include "unwrap/deflate.h"

#include <algorithm>
#include <limits>

#include "unwrap/deflate_guess.h"
#include "unwrap/deflate_walk.h"

namespace nnzip {
namespace {

constexpr std::size_t kMaxContent = (std::size_t{1} << 31) - 1;
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
// Tokens that parameters are tried on at first and at last.
constexpr std::size_t kFirstSample = 512, kLastSample = 65536;
constexpr std::size_t kShortestSample = 4096;
constexpr std::size_t kClearly = 3;  // times fewer corrections: no others need be tried
constexpr std::size_t kFew = 8;      // corrections: more are taken as a sign to try again
constexpr std::size_t kUsual = 64;   // tokens a correction, or fewer: not of zlib's kind
constexpr std::size_t kPart = 8;     // of all tokens, enough to choose what is never right

struct Attempt {
  bool whole = false;
  std::size_t tokens = 0;  // before it stopped
};

// Side data of the stream. Stops at so many corrections of tokens, or of all.
Attempt write_side(const InflatedDeflate& stream, const DeflateParameters& parameters,
                   std::size_t most_tokens, std::size_t most, Bytes& side) {
  CorrectionWriter corrections(most_tokens, most);
  DeflateWalk walk(parameters, stream.content, corrections, &stream, nullptr);
  if (!walk.run(kAll, nullptr, 0)) return {false, walk.walked()};
  put_parameters(parameters, side);
  corrections.finish(side);
  return {true, walk.walked()};
}

// Tries parameters on more and more tokens, until they are right for all the others too or it looks
// as if none were.
bool find_side(const InflatedDeflate& stream, Bytes& side) {
  ParameterGuess guess(stream);
  // A correction takes about a byte when it has been coded: so many, and nothing could be won.
  const std::size_t most = 64 + stream.bytes / 3, all = guess.all_tokens();
  const std::size_t last = std::min(all, kLastSample);
  for (std::size_t tokens = std::min(kFirstSample, all);;) {
    guess.improve(tokens);
    const std::size_t made = guess.corrections();
    const bool usual = made <= std::max(kFew, tokens / kUsual);
    if (!usual && tokens <= kFirstSample &&
        guess.improve_by_shortest(std::min(all, kShortestSample), kClearly))
      break;
    if (tokens >= last || (!usual && tokens >= all / kPart)) {
      if (!usual) guess.improve_by_shortest(tokens, 1);
      break;
    }
    std::size_t reached = 0;
    if (usual) {
      const Attempt attempt = write_side(stream, guess.best(), made + kFew, most, side);
      if (attempt.whole) return true;
      reached = attempt.tokens;
    }
    tokens = std::min(last, std::max(4 * tokens, reached));
  }
  return write_side(stream, guess.best(), kAll, most, side).whole;
}

bool closes_to(const OpenedDeflate& opened, std::span<const std::uint8_t> stream) {
  Bytes closed;
  closed.reserve(stream.size());
  return close_deflate(opened.side, opened.content, stream.size(), closed) &&
         std::equal(closed.begin(), closed.end(), stream.begin(), stream.end());
}

}  // namespace

std::optional<OpenedDeflate> open_deflate(std::span<const std::uint8_t> stream,
                                          std::size_t max_content) {
  auto inflated = inflate(stream, std::min(max_content, kMaxContent), KeepTokens::kYes);
  if (!inflated) return {};
  Bytes side;
  if (!find_side(*inflated, side)) return {};
  OpenedDeflate opened{inflated->bytes, std::move(inflated->content), std::move(side)};
  inflated.reset();
  if (!closes_to(opened, stream.first(opened.bytes))) return {};
  return opened;
}

bool close_deflate(std::span<const std::uint8_t> side, std::span<const std::uint8_t> content,
                   std::size_t max_stream, Bytes& stream) {
  const auto parameters = get_parameters(side);
  if (!parameters || content.size() > kMaxContent) return false;
  CorrectionReader corrections(side.subspan(kParameterBytes));
  Bytes closed;
  DeflateWriter writer(closed);
  DeflateWalk walk(*parameters, content, corrections, nullptr, &writer);
  if (corrections.stopped() || !walk.run(kAll, &closed, max_stream)) return false;
  if (!corrections.done() || closed.size() > max_stream) return false;
  stream.insert(stream.end(), closed.begin(), closed.end());
  return true;
}

}  // namespace nnzip
