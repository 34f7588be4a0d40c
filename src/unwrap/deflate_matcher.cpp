// SPDX-License-Identifier: Apache-2.0
// The rules of DEFLATE.md, "Matcher".
#include "unwrap/deflate_matcher.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace nnzip {
DeflateMatcher::DeflateMatcher(const DeflateParameters& parameters,
                               std::span<const std::uint8_t> content)
    : parameters_(parameters),
      search_(kSearches[parameters.searches() ? parameters.matcher : 0]),
      content_(content),
      shift_((parameters.hash_bits + 2U) / 3),
      mask_((1U << parameters.hash_bits) - 1),
      max_distance_((1U << parameters.window_bits) - kWindowMargin),
      chained_(parameters.searches() || parameters.shortest()),
      deep_(search_.chain >= kDeep || parameters.shortest()),
      most_steps_((1U << 20) + std::uint64_t{1024} * content.size()) {
  if (!chained_) return;
  heads_[kThree].resize(std::size_t{mask_} + 1);
  if (deep_)
    for (const Chain chain : {kFour, kSix}) heads_[chain].resize(std::size_t{1} << kHashBits);
  links_ = std::make_unique_for_overwrite<Links[]>(
      std::min<std::size_t>(kRing, std::bit_ceil(content.size() + 1)));
}

void DeflateMatcher::remember(std::uint32_t at) {
  if (at < remembered_ || !chained_) return;
  remembered_ = at + 1;
  if (!has(at, kMinMatch)) return;
  Links& links = links_[at % kRing];
  links.back[kThree] = link(heads_[kThree][hash(at)], at);
  if (!deep_) return;
  const std::uint16_t back = links.back[kThree];
  links.order = back == 0 || back >= kRing
                    ? std::uint16_t{0}
                    : static_cast<std::uint16_t>(links_[(at - back) % kRing].order + 1);
  for (const Chain chain : {kFour, kSix})
    if (has(at, kBytes[chain])) links.back[chain] = link(heads_[chain][hash(chain, at)], at);
}

std::uint16_t DeflateMatcher::link(std::uint32_t& head, std::uint32_t at) {
  const std::uint32_t back = at + 1 - head;
  const bool near = head != 0 && back <= kRing;
  head = at + 1;
  return near ? static_cast<std::uint16_t>(back) : std::uint16_t{0};
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

// The last one with the same hash; position_ may itself be in the chain.
std::uint32_t DeflateMatcher::chain_start(Chain chain, std::uint32_t at) const {
  return at < remembered_ ? before(chain, at) : heads_[chain][hash(chain, at)];
}

// Where places that agree in so many bytes are found soonest.
DeflateMatcher::Chain DeflateMatcher::chain_for(std::uint32_t bytes) const {
  if (!deep_ || bytes < kBytes[kFour]) return kThree;
  return bytes < kBytes[kSix] ? kFour : kSix;
}

// The nearest of the longest matches that are longer than longer_than, or a literal.
Token DeflateMatcher::search(std::uint32_t at, std::uint32_t longer_than) {
  Token best;
  if (at >= content_.size() || !has(at, kMinMatch)) return best;
  const auto ahead =
      static_cast<std::uint32_t>(std::min<std::size_t>(content_.size() - at, kMaxMatch));
  const std::uint32_t enough = std::min<std::uint32_t>(search_.nice, ahead);
  const std::uint32_t low = at > max_distance_ ? at - max_distance_ : 0;
  std::uint32_t longest = longer_than, links = search_.chain;
  if (longer_than >= search_.good) links >>= 2;
  std::uint32_t next = chain_start(kThree, at);
  // The first place may be as far as max_distance_, the others must be nearer; place 0 never is
  // one.
  if (longest >= ahead || next <= std::max({low, floor_, 1U})) return best;
  const std::uint32_t least = std::max(low + 1, floor_);
  if (deep_) return deep_search(at, longer_than, links, next, least);
  std::uint64_t steps = 0;
  do {
    const std::uint32_t place = next - 1;
    ++steps;
    if (ends_alike(place, at, longest)) {
      const std::uint32_t length = agreement(place, at, ahead);
      if (length > longest) {
        steps += length / 32;
        longest = length;
        best = {static_cast<std::uint16_t>(length), static_cast<std::uint16_t>(at - place)};
        if (length >= enough) break;
      }
    }
    next = before(kThree, place);
  } while (next > least && --links != 0);
  steps_ += steps;
  return best;
}

// The same by fewer steps: places that cannot be longer are passed over, but they count as links.
Token DeflateMatcher::deep_search(std::uint32_t at, std::uint32_t longer_than, std::uint32_t links,
                                  std::uint32_t start, std::uint32_t least) {
  Token best;
  const auto ahead =
      static_cast<std::uint32_t>(std::min<std::size_t>(content_.size() - at, kMaxMatch));
  const std::uint32_t enough = std::min<std::uint32_t>(search_.nice, ahead);
  const std::uint16_t first = links_[(start - 1) % kRing].order;
  std::uint32_t longest = longer_than;
  Chain chain = chain_for(longest + 1);
  std::uint32_t next = chain == kThree ? start : chain_start(chain, at);
  std::uint64_t steps = 0;
  while (next > least || next == start) {
    const std::uint32_t place = next - 1;
    ++steps;
    // Of other chains, places that agree in less than three bytes are none of this one's links.
    if (static_cast<std::uint16_t>(first - links_[place % kRing].order) >= links &&
        (chain == kThree || agreement(place, at, kMinMatch) == kMinMatch))
      break;
    next = before(chain, place);
    if (!ends_alike(place, at, longest)) continue;
    const std::uint32_t length = agreement(place, at, ahead);
    if (length <= longest) continue;
    steps += length / 32;
    longest = length;
    best = {static_cast<std::uint16_t>(length), static_cast<std::uint16_t>(at - place)};
    if (length >= enough) break;
    const Chain better = chain_for(longest + 1);
    if (better == chain) continue;
    chain = better;
    next = length >= kBytes[chain] ? before(chain, place) : chain_start(chain, at);
    for (; next > place; ++steps) next = before(chain, next - 1);
  }
  steps_ += steps;
  return best;
}

void DeflateMatcher::add_matches(std::uint32_t at, std::vector<Token>& matches) const {
  if (!has(at, kMinMatch)) return;
  const auto ahead =
      static_cast<std::uint32_t>(std::min<std::size_t>(content_.size() - at, kMaxMatch));
  const std::uint32_t low = at > kMaxDistance ? at - kMaxDistance : 0;
  const std::size_t most = matches.size() + kMostMatches;
  std::uint32_t longest = kMinMatch - 1;
  Chain chain = kThree;
  std::uint32_t next = chain_start(chain, at);
  for (std::uint32_t looks = 0; next > low && looks < kMostLooks; ++looks) {
    const std::uint32_t place = next - 1;
    next = before(chain, place);
    if (!ends_alike(place, at, longest)) continue;
    const std::uint32_t length = agreement(place, at, ahead);
    if (length <= longest) continue;
    longest = length;
    if (matches.size() == most) matches.pop_back();
    matches.push_back({static_cast<std::uint16_t>(length), static_cast<std::uint16_t>(at - place)});
    if (length == ahead) return;
    const Chain better = chain_for(longest + 1);
    if (better == chain) continue;
    chain = better;
    next = length >= kBytes[chain] ? before(chain, place) : chain_start(chain, at);
    for (; next > place && looks < kMostLooks; ++looks) next = before(chain, next - 1);
  }
}

Token DeflateMatcher::lazy_search(std::uint32_t at, std::uint32_t longer_than) {
  const Token found = search(at, longer_than);
  if (!parameters_.far && found.length == kMinMatch && found.distance > kTooFar) return {};
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

// The next after a place in a chain of position_; the farthest shares its links with position_.
std::uint32_t DeflateMatcher::farther(Chain chain, std::uint32_t place) const {
  return position_ - place < kMaxDistance ? before(chain, place) : 0;
}

std::uint32_t DeflateMatcher::rank_of(Token match, std::uint32_t most) {
  const std::uint32_t far = kFar + match.distance;
  if (!parameters_.searches()) return far;
  const std::uint32_t low = position_ > kMaxDistance ? position_ - kMaxDistance : 0;
  const Chain chain = chain_for(match.length);
  std::uint32_t rank = 0;
  for (std::uint32_t next = chain_start(chain, position_); next > low;
       next = farther(chain, next - 1)) {
    steps_ += 1 + match.length / 32U;
    const std::uint32_t distance = position_ - (next - 1);
    if (distance == match.distance) return rank;
    if (distance > match.distance) return far;
    if (agreement(next - 1, position_, match.length) != match.length) continue;
    if (++rank == most) return most;
  }
  return far;
}

std::uint32_t DeflateMatcher::distance_of(std::uint32_t length, std::uint32_t rank) {
  if (rank > kFar) return rank - kFar;
  if (!parameters_.searches()) return 0;
  const std::uint32_t low = position_ > kMaxDistance ? position_ - kMaxDistance : 0;
  const Chain chain = chain_for(length);
  for (std::uint32_t next = chain_start(chain, position_); next > low;
       next = farther(chain, next - 1)) {
    steps_ += 1 + length / 32;
    if (agreement(next - 1, position_, length) != length) continue;
    if (rank-- == 0) return position_ - (next - 1);
  }
  return 0;
}

}  // namespace nnzip
