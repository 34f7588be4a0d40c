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
constexpr std::size_t kCorrectionBytes = 2;  // at least
// Quarters of the side data that are worth it.
constexpr std::size_t kTooMuch = 4, kFarTooMuch = 5;
// Bytes of a stream whose beginning, of so many bytes of content, is looked at first.
constexpr std::size_t kLong = std::size_t{1} << 16, kBeginning = std::size_t{1} << 16;

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

// Whether the corrections in the first tokens say that side data will be so many quarters of what
// they may be, or more. In a long stream more of them come, where more matches are to choose from.
bool is_hopeless(const InflatedDeflate& stream, const ParameterGuess& guess, std::size_t tokens,
                 std::size_t quarters) {
  const std::size_t all = guess.all_tokens();
  const std::size_t part = all == 0 ? stream.bytes : stream.bytes * tokens / all;
  return guess.side_bytes() > part * quarters / 4 / kMostSide + kFew * kCorrectionBytes;
}

bool is_usual(const ParameterGuess& guess, std::size_t tokens) {
  return guess.corrections() <= std::max(kFew, tokens / kUsual);
}

// For a stream of no usual encoder: the best of all parameters. False if none is good enough.
bool guess_unusual(const InflatedDeflate& stream, ParameterGuess& guess, std::size_t tokens) {
  const std::size_t all = guess.all_tokens(), few = std::min(all, kShortestSample);
  if (guess.improve_by_shortest(few, kClearly)) return true;
  tokens = std::max(tokens, std::min(all / kPart, kUnusualSample));
  guess.improve(tokens);
  guess.improve_by_shortest(tokens, 1);
  return !is_hopeless(stream, guess, tokens, stream.bytes < kLong ? kFarTooMuch : kTooMuch);
}

// Whether its beginning says that it is not worth opening, which takes a small part of the time
// that a long stream does.
bool begins_hopeless(std::span<const std::uint8_t> stream) {
  if (stream.size() < kLong) return false;
  const InflatedDeflate begin = inflate_beginning(stream, kBeginning);
  ParameterGuess guess(begin);
  if (guess.all_tokens() < kShortestSample) return false;
  const std::size_t few = std::min(guess.all_tokens(), kShortestSample);
  guess.improve(std::min(guess.all_tokens(), kFirstSample));
  return !is_usual(guess, kFirstSample) && !guess.improve_by_shortest(few, kClearly) &&
         is_hopeless(begin, guess, few, kTooMuch);
}

// Tries parameters on more and more tokens, until they are right for all the others too or it looks
// as if none were. That must not take much longer than going over the stream once.
bool find_side(const InflatedDeflate& stream, Bytes& side) {
  ParameterGuess guess(stream);
  const std::size_t most = 64 + stream.bytes / kMostSide / kCorrectionBytes,
                    all = guess.all_tokens();
  const std::size_t last = std::min(all, kLastSample);
  for (std::size_t tokens = std::min(kFirstSample, all);;) {
    guess.improve(tokens);
    if (!is_usual(guess, tokens)) {
      if (!guess_unusual(stream, guess, tokens)) return false;
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
  if (begins_hopeless(stream)) return {};
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
