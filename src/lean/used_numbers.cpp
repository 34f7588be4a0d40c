// SPDX-License-Identifier: Apache-2.0
// A bit for each number, in the context of those before it.
#include "lean/used_numbers.h"

#include <algorithm>
#include <array>
#include <bit>

#include "mixer/core/adaptive_map.h"

namespace nnzip::lean {
namespace {

constexpr std::uint32_t kEven = 32768;
constexpr std::size_t kMostListed = 2;  // bytes
constexpr int kWidthBits = 5;
constexpr std::uint32_t kCounterLimit = 255;

// An encoder looks at numbers whose neighbours on both sides come so often that one which does not
// come is no chance.
constexpr std::int64_t kNear = 16, kOften = 4;
constexpr std::int64_t kFarthest = 1024;

// Whether every fourth number or more is left out where most of the content is, and evenly so: not
// by a wave whose periods are all alike.
bool leaves_out(std::span<const std::int32_t> numbers, std::size_t bytes) {
  const std::int64_t half = std::int64_t{1} << (8 * bytes - 1);
  std::vector<std::int64_t> before(static_cast<std::size_t>(2 * half) + 1);  // how many are less
  for (const std::int32_t number : numbers) ++before[static_cast<std::size_t>(number + half) + 1];
  for (std::size_t i = 1; i < before.size(); ++i) before[i] += before[i - 1];
  std::int64_t dense = 0, unused = 0, covered = 0, last = 0;
  std::array<std::int64_t, kFarthest + 1> distances{};  // of numbers that come to those before
  for (std::int64_t i = kNear; i + kNear < 2 * half; ++i) {
    const auto at = [&](std::int64_t k) { return before[static_cast<std::size_t>(i + k)]; };
    if (at(kNear + 1) - at(-kNear) < kOften * (2 * kNear + 1)) continue;
    const std::int64_t here = at(1) - at(0);
    ++dense;
    covered += here;
    if (here == 0) {
      ++unused;
      continue;
    }
    ++distances[static_cast<std::size_t>(std::min(i - last, kFarthest))];
    last = i;
  }
  std::int64_t even = 0;  // of two distances that follow each other
  for (std::size_t d = 1; d < distances.size(); ++d) {
    even = std::max(even, distances[d] + distances[d - 1]);
  }
  return 4 * unused >= dense && 2 * covered > static_cast<std::int64_t>(numbers.size()) &&
         16 * even >= 15 * (dense - unused);
}

// Codes a flag for each number, below the eight flags before.
template <typename Code>
void code_flags(std::span<std::uint8_t> used, Code code) {
  std::array<mixer::Counter, 256> counters;
  counters.fill(mixer::make_counter(32768, 0));
  std::uint8_t before = 0;
  for (std::uint8_t& flag : used) {
    mixer::Counter& counter = counters[before];
    const std::uint32_t one = std::clamp(mixer::probability16(counter), 64u, 65472u);
    flag = code(flag, one);
    counter = mixer::updated(counter, flag, kCounterLimit);
    before = static_cast<std::uint8_t>(before << 1 | flag);
  }
}

}  // namespace

UsedNumbers UsedNumbers::of(std::span<const std::int32_t> numbers, std::size_t bytes) {
  UsedNumbers result(bytes);
  if (bytes > kMostListed) {
    std::uint32_t bits = 1u << (8 * bytes - 1);
    for (const std::int32_t number : numbers) bits |= static_cast<std::uint32_t>(number);
    result.shift_ = std::countr_zero(bits);
  } else if (leaves_out(numbers, bytes)) {
    const std::int32_t half = 1 << (8 * bytes - 1);
    result.used_.resize(static_cast<std::size_t>(2 * half));
    for (const std::int32_t number : numbers) {
      result.used_[static_cast<std::size_t>(number + half)] = 1;
    }
    result.count();
  }
  std::uint64_t bits = 0;
  for (const std::int32_t number : numbers) {
    const std::int64_t n = result.shortened(number);
    bits |= static_cast<std::uint64_t>(n < 0 ? ~n : n);
  }
  result.width_ = static_cast<int>(std::bit_width(bits)) + 1;
  return result;
}

void UsedNumbers::count() {
  const auto half = static_cast<std::int32_t>(used_.size() / 2);
  ranks_.resize(used_.size());
  for (std::int32_t i = -half; i < half; ++i) {
    const auto at = static_cast<std::size_t>(i + half);
    if (i == 0) zero_ = static_cast<std::int64_t>(numbers_.size());
    ranks_[at] = static_cast<std::int32_t>(numbers_.size());
    if (used_[at] != 0) numbers_.push_back(i);
  }
}

void UsedNumbers::encode(RangeEncoder& coder) const {
  const auto plain = [&](int value) {
    for (int i = kWidthBits - 1; i >= 0; --i) coder.encode_bit((value >> i & 1) != 0, kEven);
  };
  if (bytes_ > kMostListed) {
    plain(shift_);
  } else {
    coder.encode_bit(lists(), kEven);
    std::vector<std::uint8_t> used = used_;
    code_flags(used, [&](std::uint8_t flag, std::uint32_t one) {
      coder.encode_bit(flag != 0, one);
      return flag;
    });
  }
  plain(width_ - 1);
}

std::optional<UsedNumbers> UsedNumbers::decode(RangeDecoder& coder, std::size_t bytes) {
  const auto plain = [&] {
    int value = 0;
    for (int i = 0; i < kWidthBits; ++i) value = value << 1 | (coder.decode_bit(kEven) ? 1 : 0);
    return value;
  };
  UsedNumbers result(bytes);
  const auto bits = static_cast<int>(8 * bytes);
  if (bytes > kMostListed) {
    result.shift_ = plain();
  } else if (coder.decode_bit(kEven)) {
    result.used_.resize(std::size_t{1} << bits);
    code_flags(result.used_, [&](std::uint8_t, std::uint32_t one) {
      return static_cast<std::uint8_t>(coder.decode_bit(one) ? 1 : 0);
    });
    result.count();
    if (!result.lists()) return std::nullopt;
  }
  result.width_ = plain() + 1;
  if (result.width_ + result.shift_ > bits) return std::nullopt;
  return result;
}

std::int64_t UsedNumbers::shortened(std::int64_t number) const {
  if (!lists()) return number >> shift_;
  return ranks_[static_cast<std::size_t>(number + static_cast<std::int64_t>(used_.size() / 2))] -
         zero_;
}

std::optional<std::int64_t> UsedNumbers::lengthened(std::int64_t short_number) const {
  if (!lists()) return short_number * (std::int64_t{1} << shift_);
  const std::int64_t rank = short_number + zero_;
  if (rank < 0 || rank >= static_cast<std::int64_t>(numbers_.size())) return std::nullopt;
  return numbers_[static_cast<std::size_t>(rank)];
}

}  // namespace nnzip::lean
