// SPDX-License-Identifier: Apache-2.0
// One walk through all decisions of a stream, in the order of DEFLATE.md: for opening and for
// trying parameters they are known, for closing they come from the predictions and their
// corrections.
#pragma once

#include "unwrap/block_rules.h"
#include "unwrap/corrections.h"
#include "unwrap/deflate_matcher.h"
#include "unwrap/deflate_writer.h"
#include "unwrap/optimal_matcher.h"

namespace nnzip {

template <typename Decisions>
class DeflateWalk {
 public:
  // truth: what is known, or null when closing; writer: null when not closing.
  DeflateWalk(const DeflateParameters& parameters, std::span<const std::uint8_t> content,
              Decisions& decisions, const InflatedDeflate* truth, DeflateWriter* writer)
      : content_(content),
        decisions_(decisions),
        truth_(truth),
        writer_(writer),
        matcher_(parameters.shortest() ? DeflateParameters{.matcher = kLiteralsOnly} : parameters,
                 content),
        rules_(parameters) {
    if (parameters.shortest())
      shortest_.emplace(parameters, content,
                        Decisions::kOnlyCounts ? kCountedSegment : OptimalMatcher::kSegment);
  }

  // Through max_tokens tokens, or to the end. max_bytes: of the stream that is written to
  // `written`. False if decisions have stopped it, or are not those of a stream.
  bool run(std::size_t max_tokens, const Bytes* written, std::size_t max_bytes) {
    max_tokens_ = max_tokens;
    for (bool final = false; !final && walked_ < max_tokens_;) {
      if (!(shortest_ ? walk_shortest_block(final) : walk_block(final))) return false;
      if (written != nullptr && written->size() > max_bytes) return false;
    }
    if (walked_ >= max_tokens_) return true;
    if (position() != content_.size()) return false;
    return walk_padding();
  }

  std::size_t walked() const { return walked_; }  // tokens

 private:
  // Parameters are tried on fewer tokens than a segment of the format holds.
  static constexpr std::size_t kCountedSegment = 1 << 13;

  std::uint32_t decide(Channel channel, std::uint32_t predicted, std::uint32_t truth) {
    return decisions_.decide(channel, predicted, truth);
  }
  bool decide_bool(bool predicted, bool truth, bool& value) {
    const std::uint32_t decided = decide(Channel::kBlocks, predicted ? 1 : 0, truth ? 1 : 0);
    value = decided != 0;
    return decided <= 1;
  }

  std::size_t position() const { return shortest_ ? shortest_->position() : matcher_.position(); }

  bool walk_block(bool& final) {
    rules_.begin(matcher_.position());
    tokens_.clear();
    const DeflateBlock* block = truth_ != nullptr ? &truth_->blocks[block_++] : nullptr;
    if (!walk_tokens(block)) return false;
    if (walked_ >= max_tokens_) return true;
    DynamicHeader header;
    build_codes(rules_.counts(), header);
    fill_items(header);
    build_length_code(header);
    const std::size_t end = matcher_.position();
    const auto type = decide(Channel::kBlocks, std::uint32_t(rules_.type(header)),
                             block != nullptr ? std::uint32_t(block->type) : 0);
    if (type > 2) return false;
    if (!decide_bool(end == content_.size() && !rules_.full(), block != nullptr && block->final,
                     final))
      return false;
    if (writer_ != nullptr) writer_->begin_block(final, BlockType(type));
    rules_.note_type(BlockType(type));
    if (BlockType(type) == BlockType::kStored) return walk_stored(block, end);
    if (BlockType(type) == BlockType::kFixed) {
      return writer_ == nullptr || writer_->fixed_tokens(tokens_, content_.subspan(rules_.begin()));
    }
    if (!walk_header(header, block)) return false;
    return writer_ == nullptr || write_dynamic(header);
  }

  // Here the block's bytes, its type and its codes come before its tokens.
  bool walk_shortest_block(bool& final) {
    const DeflateBlock* block = truth_ != nullptr ? &truth_->blocks[block_++] : nullptr;
    const std::size_t begin = position();
    rules_.begin(begin);
    tokens_.clear();
    const std::uint32_t bytes =
        decide(Channel::kBlocks, last_bytes_,
               block != nullptr ? static_cast<std::uint32_t>(block->content_end - begin) : 0);
    if (bytes > content_.size() - begin) return false;
    last_bytes_ = std::max(bytes, 1U);
    const std::size_t end = begin + bytes;
    const auto type = decide(Channel::kBlocks, std::uint32_t(BlockType::kDynamic),
                             block != nullptr ? std::uint32_t(block->type) : 0);
    if (type > 2 || !decide_bool(end == content_.size(), block != nullptr && block->final, final))
      return false;
    if (writer_ != nullptr) writer_->begin_block(final, BlockType(type));
    if (BlockType(type) == BlockType::kStored) {
      shortest_->skip_block(end);
      return walk_stored_bytes(block, end);
    }
    DynamicHeader header = fixed_header();
    if (BlockType(type) == BlockType::kDynamic) {
      header = last_header_;
      if (!walk_header(header, block)) return false;
      last_header_ = header;
      if (writer_ != nullptr) writer_->header(header);
    }
    if (!walk_shortest_tokens(header, end)) return false;
    if (writer_ == nullptr) return true;
    const auto content = content_.subspan(begin);
    return BlockType(type) == BlockType::kFixed ? writer_->fixed_tokens(tokens_, content)
                                                : writer_->dynamic_tokens(header, tokens_, content);
  }

  static DynamicHeader fixed_header() {
    DynamicHeader header;
    header.literals = kLiteralSymbols;
    header.distances = kDistanceSymbols;
    for (std::size_t i = 0; i < kLiteralSymbols; ++i)
      header.literal_code[i] = fixed_literal_length(i);
    header.distance_code.fill(kFixedDistanceLength);
    return header;
  }

  bool walk_shortest_tokens(const DynamicHeader& header, std::size_t end) {
    const TokenCosts costs(header);
    shortest_->begin_block(end, costs);
    while (shortest_->position() < end) {
      if (walked_++ >= max_tokens_) return true;
      if (decisions_.stopped() || !walk_shortest_token(end)) return false;
    }
    return true;
  }

  bool walk_shortest_token(std::size_t end) {
    const std::size_t position = shortest_->position();
    const Token predicted = shortest_->predict();
    const Token truth = truth_ != nullptr ? truth_->tokens[token_++] : Token{};
    const std::uint32_t length = decide(Channel::kLengths, predicted.length, truth.length);
    Token token;
    if (length != 1) {
      if (length < kMinMatch || length > kMaxMatch || length > end - position) return false;
      const std::uint32_t likely = shortest_->distance_for(length);
      const bool right = truth.distance == likely;
      const std::uint32_t rank =
          decide(Channel::kDistances, 0, right ? 0 : DeflateMatcher::kFar + truth.distance);
      const std::uint32_t distance = rank == 0 ? likely : rank - DeflateMatcher::kFar;
      if (distance == 0 || distance > kMaxDistance || distance > position) return false;
      if (truth_ == nullptr && !agrees(position, length, distance)) return false;
      token = {static_cast<std::uint16_t>(length), static_cast<std::uint16_t>(distance)};
    }
    if (writer_ != nullptr) tokens_.push_back(token);
    shortest_->accept(token);
    return true;
  }

  static void fill_items(DynamicHeader& header) {
    for (std::size_t at = 0; at < header.literals + header.distances;) {
      header.items.push_back(next_item(header, at));
      at += header.items.back().repeat;
    }
  }

  bool walk_tokens(const DeflateBlock* block) {
    for (;;) {
      const bool predicted = rules_.ends();
      if (matcher_.position() == content_.size()) return true;
      bool ends = false;
      if (!decide_bool(predicted,
                       block != nullptr && matcher_.position() == block->content_end &&
                           (block->type == BlockType::kStored || token_ == block->tokens_end),
                       ends))
        return false;
      if (ends) return true;
      if (walked_++ >= max_tokens_) return true;
      if (decisions_.stopped() || matcher_.exhausted() || !walk_token(block)) return false;
    }
  }

  // A stored block's tokens are not known: they are as predicted, and do not go beyond it.
  Token true_token(const DeflateBlock* block, Token predicted) {
    if (block == nullptr) return {};
    if (block->type != BlockType::kStored) return truth_->tokens[token_++];
    return predicted.length <= block->content_end - matcher_.position() ? predicted : Token{};
  }

  bool walk_token(const DeflateBlock* block) {
    const std::uint32_t position = matcher_.position();
    const Token predicted = matcher_.predict();
    const Token truth = true_token(block, predicted);
    const std::uint32_t length = decide(Channel::kLengths, predicted.length, truth.length);
    Token token = predicted;
    if (length == 1) {
      token = {};
    } else if (!walk_distance(predicted, truth, length, token)) {
      return false;
    }
    rules_.add(token, content_[position], position);
    if (writer_ != nullptr) tokens_.push_back(token);
    matcher_.accept(token);
    return true;
  }

  // 0: the distance predicted, if the length is right; else the nearest match.
  bool walk_distance(Token predicted, Token truth, std::uint32_t length, Token& token) {
    const std::uint32_t position = matcher_.position();
    if (length < kMinMatch || length > kMaxMatch || length > content_.size() - position)
      return false;
    std::uint32_t rank = 0;
    if (truth_ != nullptr && truth != predicted)
      rank = matcher_.rank_of(truth, Decisions::kOnlyCounts ? 1 : DeflateMatcher::kFar);
    rank = decide(Channel::kDistances, 0, rank);
    std::uint32_t distance = truth.distance;
    if (truth_ == nullptr)
      distance = rank == 0 && length == predicted.length ? predicted.distance
                                                         : matcher_.distance_of(length, rank);
    if (distance == 0 || distance > kMaxDistance || distance > position) return false;
    if (truth_ == nullptr && !agrees(position, length, distance)) return false;
    token = {static_cast<std::uint16_t>(length), static_cast<std::uint16_t>(distance)};
    return true;
  }
  bool agrees(std::size_t position, std::size_t length, std::size_t distance) const {
    for (std::size_t i = position; i < position + length; ++i)
      if (content_[i] != content_[i - distance]) return false;
    return true;
  }

  // After an empty stored block, which is how encoders flush, they may have forgotten all content.
  bool walk_stored(const DeflateBlock* block, std::size_t end) {
    if (!walk_stored_bytes(block, end)) return false;
    if (end != rules_.begin()) return true;
    if (!decide_bool(forgets_, block != nullptr && nothing_reaches_back(), forgets_)) return false;
    if (forgets_) matcher_.forget();
    return true;
  }

  bool walk_stored_bytes(const DeflateBlock* block, std::size_t end) {
    const int bits = writer_ != nullptr ? writer_->padding_bits() : 0;
    const std::uint32_t padding =
        decide(Channel::kBlocks, 0, block != nullptr ? block->padding : 0);
    const auto stored = content_.subspan(rules_.begin(), end - rules_.begin());
    if (stored.size() > kMaxStored) return false;
    if (writer_ != nullptr) {
      if (padding >> bits != 0) return false;
      writer_->stored(static_cast<std::uint8_t>(padding), stored);
    }
    return true;
  }

  // Whether what follows, as far as anyone could reach back, does not.
  bool nothing_reaches_back() const {
    std::size_t position = matcher_.position(), block = block_, token = token_;
    const std::size_t begin = position, end = begin + kMaxDistance;
    for (; block < truth_->blocks.size() && position < end; ++block) {
      for (; token < truth_->blocks[block].tokens_end; ++token) {
        const Token& next = truth_->tokens[token];
        if (next.distance > position - begin) return false;
        position += next.length;
      }
      position = truth_->blocks[block].content_end;
    }
    return true;
  }

  bool walk_header(DynamicHeader& header, const DeflateBlock* block) {
    const DynamicHeader* truth = block != nullptr ? &truth_->headers[block->header] : nullptr;
    if (!walk_codes(header, truth) || !walk_items(header, truth)) return false;
    build_length_code(header);
    return walk_length_code(header, truth);
  }

  bool walk_codes(DynamicHeader& header, const DynamicHeader* truth) {
    const DynamicHeader predicted = header;
    header.literals = decide(Channel::kCodes, std::uint32_t(predicted.literals),
                             truth != nullptr ? std::uint32_t(truth->literals) : 0);
    header.distances = decide(Channel::kCodes, std::uint32_t(predicted.distances),
                              truth != nullptr ? std::uint32_t(truth->distances) : 0);
    if (header.literals < 257 || header.literals > kLiteralSymbols || header.distances < 1 ||
        header.distances > kDistanceSymbols)
      return false;
    header.literal_code.fill(0);
    header.distance_code.fill(0);
    return walk_code(std::span(header.literal_code).first(header.literals), predicted.literal_code,
                     truth != nullptr ? truth->literal_code.data() : nullptr) &&
           walk_code(std::span(header.distance_code).first(header.distances),
                     predicted.distance_code,
                     truth != nullptr ? truth->distance_code.data() : nullptr);
  }
  bool walk_code(std::span<std::uint8_t> lengths, std::span<const std::uint8_t> predicted,
                 const std::uint8_t* truth) {
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      const auto length = decide(Channel::kCodes, predicted[i], truth != nullptr ? truth[i] : 0);
      if (length > 15) return false;
      lengths[i] = static_cast<std::uint8_t>(length);
    }
    return true;
  }

  bool walk_items(DynamicHeader& header, const DynamicHeader* truth) {
    header.items.clear();
    for (std::size_t at = 0; at < header.literals + header.distances;) {
      const LengthItem predicted = next_item(header, at);
      LengthItem known;
      if (truth != nullptr) known = truth->items[header.items.size()];
      const auto symbol = decide(Channel::kCodes, predicted.symbol, known.symbol);
      const std::uint32_t likely = symbol == predicted.symbol ? predicted.repeat : 1;
      const auto repeat = symbol < 16 ? 1 : decide(Channel::kCodes, likely, known.repeat);
      if (!says(header, at, symbol, repeat)) return false;
      header.items.push_back(
          {static_cast<std::uint8_t>(symbol), static_cast<std::uint8_t>(repeat)});
      at += repeat;
    }
    return true;
  }
  // Whether an item is one, and says the lengths that stand there.
  static bool says(const DynamicHeader& header, std::size_t at, std::uint32_t symbol,
                   std::uint32_t repeat) {
    const std::size_t all = header.literals + header.distances;
    if (symbol > 18 || repeat > all - at || (symbol == 16 && at == 0)) return false;
    if (symbol < 16) return header.length_at(at) == symbol;
    const SymbolRange range = kRepeatRanges[symbol - 16];
    if (repeat < range.base || repeat >= range.base + (1U << range.extra)) return false;
    const std::uint8_t length = symbol == 16 ? header.length_at(at - 1) : std::uint8_t{0};
    for (std::size_t i = at; i < at + repeat; ++i)
      if (header.length_at(i) != length) return false;
    return true;
  }

  bool walk_length_code(DynamicHeader& header, const DynamicHeader* truth) {
    header.length_lengths = decide(Channel::kCodes, std::uint32_t(header.length_lengths),
                                   truth != nullptr ? std::uint32_t(truth->length_lengths) : 0);
    if (header.length_lengths < 4 || header.length_lengths > kLengthSymbols) return false;
    for (std::size_t i = 0; i < kLengthSymbols; ++i) {
      std::uint8_t& length = header.length_code[kLengthOrder[i]];
      const std::uint32_t decided =
          i >= header.length_lengths
              ? 0
              : decide(Channel::kCodes, length,
                       truth != nullptr ? truth->length_code[kLengthOrder[i]] : 0);
      if (decided > 7) return false;
      length = static_cast<std::uint8_t>(decided);
    }
    return true;
  }

  bool write_dynamic(const DynamicHeader& header) {
    writer_->header(header);
    return writer_->dynamic_tokens(header, tokens_, content_.subspan(rules_.begin()));
  }

  bool walk_padding() {
    const int bits = writer_ != nullptr ? writer_->padding_bits() : 0;
    const auto padding = decide(Channel::kBlocks, 0, truth_ != nullptr ? truth_->padding : 0);
    if (writer_ != nullptr) {
      if (padding >> bits != 0) return false;
      writer_->finish(static_cast<std::uint8_t>(padding));
    }
    return !decisions_.stopped();
  }

  std::span<const std::uint8_t> content_;
  Decisions& decisions_;
  const InflatedDeflate* truth_;
  DeflateWriter* writer_;
  DeflateMatcher matcher_;
  std::optional<OptimalMatcher> shortest_;  // instead of matcher_
  DynamicHeader last_header_ = fixed_header();
  std::uint32_t last_bytes_ = 1;
  BlockRules rules_;
  std::vector<Token> tokens_;  // of the block, when writing
  std::size_t block_ = 0, token_ = 0;
  std::size_t walked_ = 0, max_tokens_ = 0;
  bool forgets_ = false;
};

}  // namespace nnzip
