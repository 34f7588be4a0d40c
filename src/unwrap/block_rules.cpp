// SPDX-License-Identifier: Apache-2.0
// The rules of DEFLATE.md, "Blocks".
#include "unwrap/block_rules.h"

#include <algorithm>

namespace nnzip {
namespace {

constexpr std::uint32_t kEarlyStep = 4096;  // tokens after which gzip asks whether to end
constexpr std::uint32_t kEarlyMost = 32768;

}  // namespace

void BlockRules::begin(std::size_t position) {
  begin_ = end_ = last_token_ = position;
  tokens_ = matches_ = 0;
  counts_.clear();
}

void BlockRules::add(Token token, std::uint8_t byte, std::size_t position) {
  counts_.add(token, byte);
  last_token_ = position;
  end_ = position + token.length;
  ++tokens_;
  matches_ += token.distance != 0 ? 1 : 0;
}

bool BlockRules::ends() const {
  return parameters_.matcher == kNoMatcher ? end_ - begin_ == last_stored_ : full();
}

bool BlockRules::full() const {
  if (parameters_.matcher == kNoMatcher || parameters_.block_bits == 0) return false;
  if (tokens_ == (1U << parameters_.block_bits) - 1) return true;
  return parameters_.early && (matches_ == kEarlyMost || worth_ending());
}

// Whether few matches have made much shorter what was read: by an estimate of distances alone.
bool BlockRules::worth_ending() const {
  if (tokens_ == 0 || tokens_ % kEarlyStep != 0 || matches_ >= tokens_ / 2) return false;
  std::uint64_t bits = std::uint64_t{8} * tokens_;
  for (std::size_t i = 0; i < kDistanceSymbols; ++i)
    bits += std::uint64_t{counts_.distances[i]} * (5U + kDistanceRanges[i].extra);
  const std::size_t read = last_token_ - begin_ + (parameters_.lazy() ? 1 : 0);
  return bits / 8 < read / 2;
}

// The block's beginning must still be in a window of twice the size, which moves on by its size
// whenever less than a match is left ahead.
bool BlockRules::may_be_stored() const {
  if (end_ - begin_ > kMaxStored) return false;
  const std::size_t window = std::size_t{1} << parameters_.window_bits;
  const std::size_t kept = window - kWindowMargin;
  return end_ <= kept || begin_ >= (end_ - kept - 1) / window * window;
}

BlockType BlockRules::type(const DynamicHeader& header) const {
  if (parameters_.matcher == kNoMatcher) return BlockType::kStored;
  const auto bytes = [](std::uint64_t bits) { return (bits + 3 + 7) / 8; };
  const std::uint64_t fixed = bytes(fixed_bits(counts_)),
                      dynamic = bytes(dynamic_bits(counts_, header));
  const bool takes_fixed = parameters_.fixed || fixed <= dynamic;
  if (may_be_stored() && end_ - begin_ + 4 <= (takes_fixed ? fixed : dynamic))
    return BlockType::kStored;
  return takes_fixed ? BlockType::kFixed : BlockType::kDynamic;
}

void BlockRules::note_type(BlockType type) {
  if (type == BlockType::kStored && end_ != begin_) last_stored_ = end_ - begin_;
}

}  // namespace nnzip
