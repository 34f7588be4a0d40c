// SPDX-License-Identifier: Apache-2.0
// Side data: the parameters, then the corrections.
#include "unwrap/deflate.h"

#include <algorithm>
#include <limits>

#include "unwrap/deflate_guess.h"
#include "unwrap/deflate_walk.h"
#include "unwrap/wrapper.h"

namespace nnzip {
namespace {

constexpr std::size_t kMaxContent = (std::size_t{1} << 31) - 1;
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
// Tokens that parameters are tried on at first and at last.
constexpr std::size_t kFirstSample = 512, kLastSample = 65536;
constexpr std::size_t kShortestSample = 2048;
constexpr std::size_t kClearly = 3;  // times fewer corrections: no others need be tried
constexpr std::size_t kFew = 8;      // corrections: more are a sign to try again
constexpr std::size_t kUsual = 64;   // tokens a correction, or fewer: not of zlib's kind
// Of those of an encoder that no parameters are right for, a part of all is enough to choose.
constexpr std::size_t kPart = 16, kUnusualSample = 8192;

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

// Whether so many corrections in a part of the tokens say that side data will be too long to be
// worth anything.
bool is_hopeless(const InflatedDeflate& stream, std::size_t corrections, std::size_t tokens,
                 std::size_t all) {
  constexpr std::size_t kBytes = 2;  // of a correction, at least
  const std::size_t part = all == 0 ? stream.bytes : stream.bytes * tokens / all;
  return corrections * kBytes > (part + part / 4) / kMostSide + kFew * kBytes;
}

// Tries parameters on more and more tokens, until they are right for all the others too or it looks
// as if none were. That must not take much longer than going over the stream once.
bool find_side(const InflatedDeflate& stream, Bytes& side) {
  ParameterGuess guess(stream);
  const std::size_t most = 64 + stream.bytes / kMostSide, all = guess.all_tokens();
  const std::size_t last = std::min(all, kLastSample);
  for (std::size_t tokens = std::min(kFirstSample, all);;) {
    guess.improve(tokens);
    if (guess.corrections() > std::max(kFew, tokens / kUsual)) {
      if (!guess.improve_by_shortest(std::min(all, kShortestSample), kClearly)) {
        tokens = std::max(tokens, std::min(all / kPart, kUnusualSample));
        guess.improve(tokens);
        guess.improve_by_shortest(tokens, 1);
        if (is_hopeless(stream, guess.corrections(), tokens, all)) return false;
      }
      break;
    }
    if (tokens >= last) break;
    const Attempt attempt =
        write_side(stream, guess.best(), guess.corrections() + kFew, most, side);
    if (attempt.whole) return true;
    tokens = std::min(last, std::max(4 * tokens, attempt.tokens));
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
