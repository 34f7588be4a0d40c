// SPDX-License-Identifier: Apache-2.0
// A strict inflater: what zlib would refuse is refused, and so is a length that has two spellings.
#include "unwrap/deflate_tokens.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace nnzip {
namespace {

constexpr int kMaxBits = 15;

// Takes bits, low ones first. Past the end come zeros; overrun() says so.
class BitReader {
 public:
  explicit BitReader(std::span<const std::uint8_t> data) : data_(data) {}

  // At least 48 bits are there after it.
  void fill() {
    if (next_ + 8 <= data_.size()) {
      std::uint64_t word = 0;
      for (int i = 0; i < 8; ++i) word |= std::uint64_t{data_[next_ + std::size_t(i)]} << (8 * i);
      bits_ |= word << count_;
      const int taken = (63 - count_) / 8;
      next_ += static_cast<std::size_t>(taken);
      count_ += 8 * taken;
      return;
    }
    for (; count_ <= 56; count_ += 8, ++next_)
      if (next_ < data_.size()) bits_ |= std::uint64_t{data_[next_]} << count_;
  }
  std::uint32_t peek(int count) const {
    return static_cast<std::uint32_t>(bits_ & ((std::uint64_t{1} << count) - 1));
  }
  void drop(int count) {
    bits_ >>= count;
    count_ -= count;
  }
  std::uint32_t take(int count) {
    const std::uint32_t value = peek(count);
    drop(count);
    return value;
  }
  std::uint32_t take_filled(int count) {
    fill();
    return take(count);
  }
  std::uint8_t take_padding() { return static_cast<std::uint8_t>(take(count_ % 8)); }

  // Of the first byte from which no bit was taken.
  std::size_t position() const { return next_ - static_cast<std::size_t>(count_ / 8); }
  bool overrun() const { return position() > data_.size(); }
  // At a byte's beginning.
  std::span<const std::uint8_t> take_bytes(std::size_t size) {
    const std::size_t at = position();
    bits_ = 0;
    count_ = 0;
    next_ = at + size;
    return data_.subspan(at, size);
  }
  std::size_t remaining() const { return data_.size() - position(); }

 private:
  std::span<const std::uint8_t> data_;
  std::size_t next_ = 0;
  std::uint64_t bits_ = 0;
  int count_ = 0;  // bits_ holds no others but what fill() has read ahead, equal to what comes
};

enum class Incomplete : std::uint8_t { kNo, kOneCode, kOneOrNone };

// A canonical prefix code; short codes are looked up, long ones counted out.
class PrefixDecoder {
 public:
  bool set(std::span<const std::uint8_t> lengths, Incomplete allowed) {
    std::array<std::uint16_t, kMaxBits + 1> next{};
    if (!count(lengths, allowed)) return false;
    std::uint16_t index = 0;
    for (std::size_t bits = 1; bits <= kMaxBits; ++bits) {
      next[bits] = index;
      index = static_cast<std::uint16_t>(index + counts_[bits]);
    }
    for (std::size_t i = 0; i < lengths.size(); ++i)
      if (lengths[i] != 0) symbols_[next[lengths[i]]++] = static_cast<std::uint16_t>(i);
    fill_table();
    return true;
  }
  // A symbol, or -1 where no code stands.
  int take(BitReader& reader) const {
    const std::uint16_t entry = table_[reader.peek(kTableBits)];
    if (entry != 0) {
      reader.drop(entry & 15);
      return entry >> 4;
    }
    return take_long(reader);
  }

 private:
  static constexpr int kTableBits = 10;

  bool count(std::span<const std::uint8_t> lengths, Incomplete allowed) {
    counts_.fill(0);
    for (const std::uint8_t length : lengths) ++counts_[length];
    counts_[0] = 0;
    std::int32_t left = 1;
    std::uint32_t used = 0;
    for (std::size_t bits = 1; bits <= kMaxBits; ++bits) {
      left = 2 * left - counts_[bits];
      if (left < 0) return false;
      used += counts_[bits];
    }
    if (left == 0) return true;
    if (used == 0) return allowed == Incomplete::kOneOrNone;
    return allowed != Incomplete::kNo && used == 1 && counts_[1] == 1;
  }
  void fill_table() {
    table_.fill(0);
    std::uint32_t code = 0, index = 0;
    for (int bits = 1; bits <= kTableBits; ++bits, code <<= 1)
      for (std::uint32_t i = 0; i < counts_[std::size_t(bits)]; ++i, ++code, ++index) {
        std::uint32_t reversed = 0;
        for (int b = 0; b < bits; ++b) reversed |= (code >> b & 1) << (bits - 1 - b);
        const auto entry = static_cast<std::uint16_t>(symbols_[index] << 4 | bits);
        for (std::uint32_t at = reversed; at < table_.size(); at += 1U << bits) table_[at] = entry;
      }
  }
  int take_long(BitReader& reader) const {
    std::uint32_t code = 0, first = 0, index = 0;
    for (int bits = 1; bits <= kMaxBits; ++bits) {
      const std::uint32_t here = counts_[std::size_t(bits)];
      code |= reader.peek(bits) >> (bits - 1);
      if (code < first + here) {
        reader.drop(bits);
        return symbols_[index + code - first];
      }
      index += here;
      first = (first + here) << 1;
      code <<= 1;
    }
    return -1;
  }

  std::array<std::uint16_t, kMaxBits + 1> counts_{};
  std::array<std::uint16_t, 288> symbols_{};
  std::array<std::uint16_t, 1 << kTableBits> table_{};  // symbol and bits, or 0
};

class Inflater {
 public:
  Inflater(std::span<const std::uint8_t> stream, std::size_t max_content, KeepTokens keep)
      : reader_(stream), max_content_(max_content), keep_(keep == KeepTokens::kYes) {}

  std::optional<InflatedDeflate> run() {
    while (!block_.final) {
      block_ = {};
      reader_.fill();
      block_.final = reader_.take(1) != 0;
      if (!take_block(block_) || reader_.overrun()) return {};
      end_block();
    }
    result_.padding = reader_.take_padding();
    result_.bytes = reader_.position();
    return std::move(result_);
  }

  // What run() takes before it fails, as if the stream ended there.
  InflatedDeflate run_as_far_as_it_goes() {
    if (auto whole = run()) return std::move(*whole);
    const std::size_t end = result_.blocks.empty() ? 0 : result_.blocks.back().content_end;
    if (result_.content.size() > end) end_block();
    if (!result_.blocks.empty()) result_.blocks.back().final = true;
    result_.bytes = reader_.position();
    return std::move(result_);
  }

  // After a failure. What fails in the last bytes cannot be told from what goes on.
  InflateProgress progress() const {
    constexpr std::size_t kLast = 8;
    const bool at_end = reader_.overrun() || reader_.remaining() <= kLast;
    return {result_.content.size(), at_end || stored_beyond_};
  }

 private:
  void end_block() {
    block_.tokens_end = result_.tokens.size();
    block_.content_end = result_.content.size();
    if (keep_) result_.blocks.push_back(block_);
  }

  bool take_block(DeflateBlock& block) {
    const std::uint32_t type = reader_.take(2);
    if (type == 3) return false;
    block.type = static_cast<BlockType>(type);
    if (block.type == BlockType::kStored) return take_stored(block);
    if (block.type == BlockType::kFixed) {
      set_fixed();
      return take_tokens();
    }
    DynamicHeader header;
    if (!take_header(header)) return false;
    if (keep_) {
      block.header = result_.headers.size();
      result_.headers.push_back(std::move(header));
    }
    return take_tokens();
  }

  bool take_stored(DeflateBlock& block) {
    block.padding = reader_.take_padding();
    const std::uint32_t size = reader_.take_filled(16), inverse = reader_.take(16);
    if (size != (inverse ^ 0xFFFF) || reader_.overrun()) return false;
    stored_beyond_ = size > reader_.remaining();
    if (stored_beyond_ || size > max_content_ - result_.content.size()) return false;
    const auto bytes = reader_.take_bytes(size);
    result_.content.insert(result_.content.end(), bytes.begin(), bytes.end());
    return true;
  }

  void set_fixed() {
    std::array<std::uint8_t, 288> literals;
    for (std::size_t i = 0; i < literals.size(); ++i) literals[i] = fixed_literal_length(i);
    std::array<std::uint8_t, 32> distances;
    distances.fill(kFixedDistanceLength);
    literals_.set(literals, Incomplete::kNo);
    distances_.set(distances, Incomplete::kNo);
  }

  bool take_header(DynamicHeader& header) {
    reader_.fill();
    header.literals = 257 + reader_.take(5);
    header.distances = 1 + reader_.take(5);
    header.length_lengths = 4 + reader_.take(4);
    if (header.literals > kLiteralSymbols || header.distances > kDistanceSymbols) return false;
    for (std::size_t i = 0; i < header.length_lengths; ++i)
      header.length_code[kLengthOrder[i]] = static_cast<std::uint8_t>(reader_.take_filled(3));
    if (!lengths_.set(header.length_code, Incomplete::kNo) || !take_lengths(header)) return false;
    return header.literal_code[kEndOfBlock] != 0 &&
           literals_.set(header.literal_code, Incomplete::kOneCode) &&
           distances_.set(header.distance_code, Incomplete::kOneOrNone);
  }

  bool take_lengths(DynamicHeader& header) {
    const std::size_t all = header.literals + header.distances;
    for (std::size_t at = 0; at < all;) {
      reader_.fill();
      const int symbol = lengths_.take(reader_);
      if (symbol < 0 || reader_.overrun()) return false;
      LengthItem item{static_cast<std::uint8_t>(symbol), 1};
      std::uint8_t length = item.symbol;
      if (symbol >= 16) {
        const SymbolRange range = kRepeatRanges[std::size_t(symbol - 16)];
        item.repeat = static_cast<std::uint8_t>(range.base + reader_.take(range.extra));
        if (symbol == 16 && at == 0) return false;
        length = symbol == 16 ? header.length_at(at - 1) : std::uint8_t{0};
      }
      if (item.repeat > all - at) return false;
      for (int i = 0; i < item.repeat; ++i) header.length_at(at++) = length;
      if (keep_) header.items.push_back(item);
    }
    return true;
  }

  bool take_tokens() {
    for (;;) {
      reader_.fill();
      const int symbol = literals_.take(reader_);
      if (symbol == int{kEndOfBlock}) return true;
      if (symbol < 0 || result_.content.size() >= max_content_ || reader_.overrun()) return false;
      if (symbol < int{kEndOfBlock}) {
        result_.content.push_back(static_cast<std::uint8_t>(symbol));
        if (keep_) result_.tokens.push_back({});
      } else if (!take_match(static_cast<std::size_t>(symbol) - 257)) {
        return false;
      }
    }
  }

  // A literal, a length and a distance with their bits: 48.
  bool take_match(std::size_t symbol) {
    if (symbol >= kLengthRanges.size()) return false;
    const SymbolRange range = kLengthRanges[symbol];
    const std::uint32_t length = range.base + reader_.take(range.extra);
    if (length == kMaxMatch && range.extra != 0) return false;
    const int far = distances_.take(reader_);
    if (far < 0 || far >= int{kDistanceSymbols}) return false;
    const SymbolRange distances = kDistanceRanges[std::size_t(far)];
    const std::uint32_t distance = distances.base + reader_.take(distances.extra);
    Bytes& content = result_.content;
    if (distance > content.size() || length > max_content_ - content.size()) return false;
    copy(length, distance);
    if (keep_)
      result_.tokens.push_back(
          {static_cast<std::uint16_t>(length), static_cast<std::uint16_t>(distance)});
    return true;
  }

  void copy(std::uint32_t length, std::uint32_t distance) {
    Bytes& content = result_.content;
    const std::size_t at = content.size();
    content.resize(at + length);
    for (std::size_t i = at; i < at + length; ++i) content[i] = content[i - distance];
  }

  BitReader reader_;
  std::size_t max_content_;
  bool keep_;
  bool stored_beyond_ = false;  // a stored block goes on beyond the stream
  PrefixDecoder literals_, distances_, lengths_;
  DeflateBlock block_;
  InflatedDeflate result_;
};

}  // namespace

std::optional<InflatedDeflate> inflate(std::span<const std::uint8_t> stream,
                                       std::size_t max_content, KeepTokens keep,
                                       InflateProgress* progress) {
  Inflater inflater(stream, max_content, keep);
  auto result = inflater.run();
  if (progress == nullptr) return result;
  *progress = result ? InflateProgress{result->content.size(), false} : inflater.progress();
  return result;
}

InflatedDeflate inflate_beginning(std::span<const std::uint8_t> stream, std::size_t content_bytes) {
  return Inflater(stream, content_bytes, KeepTokens::kYes).run_as_far_as_it_goes();
}

std::size_t length_symbol(std::uint32_t length) {
  if (length == kMaxMatch) return kLengthRanges.size() - 1;
  const std::uint32_t value = length - kMinMatch;
  if (value < 8) return value;
  const auto extra = static_cast<std::uint32_t>(std::bit_width(value)) - 3;
  return 4 * extra + (value >> extra);
}

std::size_t distance_symbol(std::uint32_t distance) {
  const std::uint32_t value = distance - 1;
  if (value < 4) return value;
  const auto extra = static_cast<std::uint32_t>(std::bit_width(value)) - 2;
  return 2 * extra + (value >> extra);
}

}  // namespace nnzip
