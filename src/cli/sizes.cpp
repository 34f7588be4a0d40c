// SPDX-License-Identifier: Apache-2.0
// Reads sizes digit by digit, so that nothing wraps around unnoticed.
#include "sizes.h"

#include <algorithm>
#include <limits>

#include "nnzip/error.hpp"
#include "platform/machine_memory.h"

namespace nnzip {
namespace {

constexpr std::uint64_t kMaxSize = std::numeric_limits<std::uint64_t>::max();

[[noreturn]] void fail(std::string_view text, const std::string& problem) {
  throw Error(ErrorCode::kInvalidArgument, "\"" + std::string(text) + "\" " + problem);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// The power of 2 that a unit stands for; -1 if there is no such unit.
int unit_bits(std::string_view unit) {
  if (unit.empty()) return 0;
  constexpr std::string_view kLetters = "kmgt";
  const std::size_t place = kLetters.find(lower(unit[0]));
  unit.remove_prefix(1);
  const bool ends_well = unit.empty() || (unit.size() == 1 && lower(unit[0]) == 'b') ||
                         (unit.size() == 2 && lower(unit[0]) == 'i' && lower(unit[1]) == 'b');
  return place != std::string_view::npos && ends_well ? 10 * (static_cast<int>(place) + 1) : -1;
}

}  // namespace

std::uint64_t parse_size(std::string_view text) {
  std::uint64_t value = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    const auto digit = static_cast<std::uint64_t>(text[digits] - '0');
    if (value > (kMaxSize - digit) / 10) fail(text, "is too large a size.");
    value = 10 * value + digit;
  }
  const int bits = unit_bits(text.substr(digits));
  if (digits == 0 || bits < 0) fail(text, "is no size; sizes are like 4096, 64K, 256M or 2G.");
  if (value > kMaxSize >> bits) fail(text, "is too large a size.");
  return value << bits;
}

std::uint64_t parse_memory(std::string_view text) {
  if (!text.ends_with('%')) return parse_size(text);
  const std::string_view digits = text.substr(0, text.size() - 1);
  const bool number = !digits.empty() && digits.size() <= 3 &&
                      digits.find_first_not_of("0123456789") == std::string_view::npos;
  const std::uint64_t percent = number ? parse_size(digits) : 0;
  if (percent < 1 || percent > 100) fail(text, "is not within 1% and 100%.");
  // Of no memory at all there is still a limit, and 0 would be none.
  return std::max<std::uint64_t>(usable_memory() / 100 * percent, 1);
}

std::uint64_t half_of_memory() { return std::max<std::uint64_t>(usable_memory() / 2, 1); }

ByteRange parse_range(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    fail(text, "is no range; ranges are like 1M:64K, OFFSET:LENGTH in bytes of the content.");
  }
  const std::string_view length = text.substr(colon + 1);
  return {parse_size(text.substr(0, colon)), length.empty() ? kMaxSize : parse_size(length)};
}

PartNumber parse_part(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto is_number = [](std::string_view digits) {
    return !digits.empty() && digits.size() <= 7 &&
           digits.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (slash == std::string_view::npos || !is_number(text.substr(0, slash)) ||
      !is_number(text.substr(slash + 1))) {
    fail(text, "is no part; parts are like 3/8, the third of eight.");
  }
  const PartNumber part{parse_size(text.substr(0, slash)), parse_size(text.substr(slash + 1))};
  if (part.number < 1 || part.number > part.count) {
    fail(text, "is no part; parts are numbered from 1 to their count.");
  }
  return part;
}

}  // namespace nnzip
