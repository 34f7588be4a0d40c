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
// Tokens that parameters are tried on, and corrections that are taken as a sign to try more.
constexpr std::size_t kSamples[] = {2048, 65536};
constexpr std::size_t kFew = 8;
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

// Side data of the stream; false if there are `most` corrections or it takes too long.
bool write_side(const InflatedDeflate& stream, const DeflateParameters& parameters,
                std::size_t most, Bytes& side) {
  CorrectionWriter corrections(most);
  DeflateWalk walk(parameters, stream.content, corrections, &stream, nullptr);
  if (!walk.run(kAll, nullptr, 0)) return false;
  put_parameters(parameters, side);
  corrections.finish(side);
  return true;
}

bool find_side(const InflatedDeflate& stream, Bytes& side) {
  ParameterGuess guess(stream);
  for (const std::size_t tokens : kSamples) {
    const bool more = guess.improve(tokens);
    if (!more) return write_side(stream, guess.best(), kAll, side);
    if (write_side(stream, guess.best(), kFew, side)) return true;
  }
  guess.improve(kAll);
  return write_side(stream, guess.best(), kAll, side);
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
