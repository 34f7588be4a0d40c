// SPDX-License-Identifier: Apache-2.0
// Follows what the content repeats, and says what its next bit is.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "lean/byte_tree.h"
#include "mixer/bytes/match_model.h"
#include "mixer/core/adaptive_map.h"
#include "mixer/core/aligned_memory.h"

namespace nnzip::lean {

class Repeat {
 public:
  static constexpr std::uint32_t kBuckets = 16;  // of lengths

  // least: bytes that must agree, 5 to 16.
  // log2_content: positions are below 2^log2_content.
  Repeat(int log2_entries, std::uint32_t least, int log2_content)
      : least_(least),
        shift_(64 - log2_entries),
        position_bits_(std::max(log2_content, 26)),
        last_(std::size_t{1} << log2_entries) {
    for (std::uint32_t i = 0; i < kBuckets; ++i) {
      const std::uint32_t right = 65535 - 20000 / (i * i + 1);
      counters_[2 * i] = mixer::make_counter(65535 - right, 4);
      counters_[2 * i + 1] = mixer::make_counter(right, 4);
    }
  }

  static std::uint64_t memory_bytes(int log2_entries) { return std::uint64_t{4} << log2_entries; }

  // Takes up the byte that the history ends with.
  void follow(const std::vector<std::uint8_t>& bytes, std::size_t end) {
    if (position_ != 0) {
      length_ = bytes[position_] == bytes[end - 1] ? std::min(length_ + 1, kMaxLength) : 0;
      ++position_;
    }
    if (entry_ != nullptr) {
      // What was asked for a byte ago has arrived from memory.
      const std::uint32_t found = *entry_;
      if (length_ < least_ && found >> position_bits_ == check_ && found != 0) {
        take_up(bytes, (found & positions()) + 1, end);
      }
      *entry_ = check_ << position_bits_ | static_cast<std::uint32_t>(end - 1);
    }
    look_up(bytes, end);
    bucket_ = mixer::length_bucket(length_);
    expected_ = bytes[position_];
  }

  // Its input for a node, 0 if it does not speak.
  std::int32_t speak(const Part& part) {
    used_ = nullptr;
    if (position_ == 0 || expected_ < part.begin || expected_ >= part.end) return 0;
    used_ = &counters_[2 * bucket_ + (expected_ >= part.node ? 1 : 0)];
    return mixer::stretch(mixer::probability16(*used_));
  }
  void learn(int bit, std::uint32_t limit) {
    if (speaks()) *used_ = mixer::updated(*used_, bit, limit);
  }

  bool speaks() const { return used_ != nullptr; }
  std::uint32_t bucket() const { return speaks() ? bucket_ : 0; }
  bool expects() const { return position_ != 0; }
  // Bytes that agreed.
  std::uint32_t length() const { return length_; }
  std::uint32_t expected() const { return expected_; }

 private:
  static constexpr std::uint32_t kMaxLength = mixer::MatchModel::kMaxLength;
  std::uint32_t positions() const { return (1u << position_bits_) - 1; }

  static std::uint64_t little_endian(const std::uint8_t* bytes, std::uint32_t width) {
    std::uint64_t value = 0;
    for (std::uint32_t i = 0; i < width; ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
    return value;
  }

  void take_up(const std::vector<std::uint8_t>& bytes, std::size_t position, std::size_t end) {
    const std::size_t most = std::min<std::size_t>(position, kMaxLength);
    std::uint32_t n = 0;
    while (n < most && bytes[position - 1 - n] == bytes[end - 1 - n]) ++n;
    if (n < least_) return;
    position_ = position;
    length_ = n;
  }

  // Where one byte less was seen last is asked for.
  void look_up(const std::vector<std::uint8_t>& bytes, std::size_t end) {
    const std::uint32_t hashed = least_ - 1, width = std::min(hashed, 8u);
    if (end < hashed) return;
    const std::uint64_t newest = little_endian(&bytes[end - width], width);
    const std::uint64_t oldest = little_endian(&bytes[end - hashed], width);
    std::uint64_t hash = newest * 0x9E3779B97F4A7C15;
    hash = (hash ^ hash >> 29 ^ oldest) * 0xC2B2AE3D27D4EB4F;
    entry_ = last_.data() + (hash >> shift_);
    check_ = static_cast<std::uint32_t>(hash >> 32) & (UINT32_MAX >> position_bits_);
    __builtin_prefetch(entry_, 1);
  }

  std::uint32_t least_;
  int shift_;
  int position_bits_;  // of an entry
  // [hash of least - 1 bytes]: below a part of the hash the position after them; 0: none.
  mixer::AlignedMemory<std::uint32_t> last_;
  std::array<mixer::Counter, kBuckets * 2> counters_;  // [bucket][expected bit]

  std::uint32_t* entry_ = nullptr;  // of the bytes up to the one before, null for none
  std::uint32_t check_ = 0;
  std::size_t position_ = 0;  // of the byte that is expected, 0: nothing is
  std::uint32_t length_ = 0, bucket_ = 0, expected_ = 0;
  mixer::Counter* used_ = nullptr;  // null if the last bit was not spoken of
};

}  // namespace nnzip::lean
