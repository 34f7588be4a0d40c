// SPDX-License-Identifier: Apache-2.0
// The rules of DEFLATE.md, "Matcher".
#include "unwrap/deflate_matcher.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace nnzip {
namespace {

constexpr std::uint32_t kTooFar = 4096;  // for a match of 3 bytes
constexpr std::uint32_t kShort = 5;      // a match that filtered encoders do not take

}  // namespace

DeflateMatcher::DeflateMatcher(const DeflateParameters& parameters,
                               std::span<const std::uint8_t> content)
    : parameters_(parameters),
      search_(kSearches[parameters.searches() ? parameters.matcher : 0]),
      content_(content),
      shift_((parameters.hash_bits + 2U) / 3),
      mask_((1U << parameters.hash_bits) - 1),
      max_distance_((1U << parameters.window_bits) - kWindowMargin),
      most_steps_((1U << 20) + std::uint64_t{1024} * content.size()) {
  if (!parameters.searches()) return;
  head_.resize(std::size_t{mask_} + 1);
  before_.resize(std::min<std::size_t>(kChainSize, std::bit_ceil(content.size() + 1)));
}

void DeflateMatcher::remember(std::uint32_t at) {
  if (at < remembered_ || !parameters_.searches()) return;
  remembered_ = at + 1;
  if (!hashable(at)) return;
  std::uint32_t& head = head_[hash(at)];
  before(at) = head;
  head = at + 1;
}

std::uint32_t DeflateMatcher::agreement(std::uint32_t place, std::uint32_t at,
                                        std::uint32_t most) const {
  const std::uint8_t* a = content_.data() + place;
  const std::uint8_t* b = content_.data() + at;
  std::uint32_t length = 0;
  for (; length + 8 <= most; length += 8) {
    std::uint64_t x, y;
    std::memcpy(&x, a + length, 8);
    std::memcpy(&y, b + length, 8);
    if (x == y) continue;
    const int zeros = std::endian::native == std::endian::little ? std::countr_zero(x ^ y)
                                                                 : std::countl_zero(x ^ y);
    return length + static_cast<std::uint32_t>(zeros) / 8;
  }
  while (length < most && a[length] == b[length]) ++length;
  return length;
}

// Whether the last bytes of a match of `longest` + 1 agree: most places fail here.
bool DeflateMatcher::ends_alike(std::uint32_t place, std::uint32_t at,
                                std::uint32_t longest) const {
  const std::uint8_t* a = content_.data() + place + longest;
  const std::uint8_t* b = content_.data() + at + longest;
  return longest < kMinMatch ? std::memcmp(a - 1, b - 1, 2) == 0
                             : std::memcmp(a - 3, b - 3, 4) == 0;
}

// Place plus 1 of the last one with the same hash; that of position_ may itself be in the chain.
std::uint32_t DeflateMatcher::chain_start(std::uint32_t at) {
  return at < remembered_ ? before(at) : head_[hash(at)];
}

// The nearest of the longest matches that are longer than longer_than, or a literal.
Token DeflateMatcher::search(std::uint32_t at, std::uint32_t longer_than) {
  Token best;
  if (at >= content_.size() || !hashable(at)) return best;
  const auto ahead =
      static_cast<std::uint32_t>(std::min<std::size_t>(content_.size() - at, kMaxMatch));
  const std::uint32_t enough = std::min<std::uint32_t>(search_.nice, ahead);
  const std::uint32_t low = at > max_distance_ ? at - max_distance_ : 0;
  std::uint32_t longest = longer_than, links = search_.chain;
  if (longer_than >= search_.good) links >>= 2;
  std::uint32_t next = chain_start(at);
  // The first place may be as far as max_distance_, the others must be nearer; place 0 never is
  // one.
  if (next <= std::max({low, floor_, 1U})) return best;
  const std::uint32_t least = std::max(low + 1, floor_);
  do {
    const std::uint32_t place = next - 1;
    ++steps_;
    if (longest >= ahead) break;
    if (ends_alike(place, at, longest)) {
      const std::uint32_t length = agreement(place, at, ahead);
      if (length > longest) {
        steps_ += length / 32;
        longest = length;
        best = {static_cast<std::uint16_t>(length), static_cast<std::uint16_t>(at - place)};
        if (length >= enough) break;
      }
    }
    next = before(place);
  } while (next > least && --links != 0);
  return best;
}

Token DeflateMatcher::lazy_search(std::uint32_t at, std::uint32_t longer_than) {
  const Token found = search(at, longer_than);
  if (found.length == kMinMatch && found.distance > kTooFar) return {};
  if (parameters_.filtered && found.length <= kShort) return {};
  return found;
}

// The last byte again, as often as it comes.
Token DeflateMatcher::run() const {
  if (position_ == 0) return {};
  const auto ahead =
      static_cast<std::uint32_t>(std::min<std::size_t>(content_.size() - position_, kMaxMatch));
  const std::uint32_t length = agreement(position_ - 1, position_, ahead);
  return length < kMinMatch ? Token{} : Token{static_cast<std::uint16_t>(length), 1};
}

Token DeflateMatcher::predict() {
  ahead_ = {};
  if (parameters_.matcher == kRuns) return run();
  if (!parameters_.searches()) return {};
  if (!parameters_.lazy()) return search(position_, kMinMatch - 1);
  const Token found = carried_.distance != 0 ? carried_ : lazy_search(position_, kMinMatch - 1);
  if (found.distance == 0 || found.length >= search_.lazy) return found;
  remember(position_);
  ahead_ = lazy_search(position_ + 1, found.length);
  return ahead_.distance != 0 ? Token{} : found;
}

void DeflateMatcher::accept(Token token) {
  carried_ = token.distance == 0 ? ahead_ : Token{};
  remember(position_);
  const std::uint32_t end = position_ + token.length;
  if (parameters_.searches() && (parameters_.lazy() || token.length <= search_.lazy))
    for (std::uint32_t at = position_ + 1; at < end; ++at) remember(at);
  remembered_ = end;
  position_ = end;
}

// The next in the chain of position_ after a place; the farthest shares its link with position_.
std::uint32_t DeflateMatcher::farther(std::uint32_t place) {
  return position_ - place < kMaxDistance ? before(place) : 0;
}

std::uint32_t DeflateMatcher::rank_of(Token match) {
  const std::uint32_t far = kFar + match.distance;
  if (!parameters_.searches() || !hashable(position_)) return far;
  const std::uint32_t low = position_ > kMaxDistance ? position_ - kMaxDistance : 0;
  std::uint32_t rank = 0;
  for (std::uint32_t next = chain_start(position_); next > low; next = farther(next - 1)) {
    steps_ += 1 + match.length / 32U;
    const std::uint32_t distance = position_ - (next - 1);
    if (distance == match.distance) return rank;
    if (distance > match.distance) return far;
    if (agreement(next - 1, position_, match.length) == match.length) ++rank;
  }
  return far;
}

std::uint32_t DeflateMatcher::distance_of(std::uint32_t length, std::uint32_t rank) {
  if (rank > kFar) return rank - kFar;
  if (!parameters_.searches() || !hashable(position_)) return 0;
  const std::uint32_t low = position_ > kMaxDistance ? position_ - kMaxDistance : 0;
  for (std::uint32_t next = chain_start(position_); next > low; next = farther(next - 1)) {
    steps_ += 1 + length / 32;
    if (agreement(next - 1, position_, length) != length) continue;
    if (rank-- == 0) return position_ - (next - 1);
  }
  return 0;
}

}  // namespace nnzip
