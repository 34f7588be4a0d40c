// SPDX-License-Identifier: Apache-2.0
// Reads 512 bytes a member, and what pax says of its size.
#include "codec/tar_walk.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "codec/read_fully.h"

namespace nnzip {
namespace {

constexpr std::size_t kRecordBytes = 512;
constexpr std::uint64_t kMaxPaxBytes = std::uint64_t{1} << 20;
using Record = std::array<std::uint8_t, kRecordBytes>;

[[noreturn]] void fail(std::uint64_t at) {
  throw Error(ErrorCode::kInvalidArgument,
              "at byte " + std::to_string(at) +
                  " of the content there is no header of a member of a tar archive.");
}

// Digits to base 8 between blanks and NULs.
std::optional<std::uint64_t> octal(std::span<const std::uint8_t> field) {
  std::uint64_t value = 0;
  for (const std::uint8_t c : field) {
    if (c == 0 || c == ' ') continue;
    if (c < '0' || c > '7' || value >> 60 != 0) return std::nullopt;
    value = value * 8 + (c - '0');
  }
  return value;
}

// In base 256 where eight digits are too few.
std::optional<std::uint64_t> stated_size(const Record& header) {
  const auto field = std::span(header).subspan(124, 12);
  if ((field[0] & 0x80) == 0) return octal(field);
  std::uint64_t value = 0;
  for (const std::uint8_t byte : field.last(8)) value = value << 8 | byte;
  return value >> 62 == 0 ? std::optional(value) : std::nullopt;
}

bool is_header(const Record& header) {
  const auto stated = octal(std::span(header).subspan(148, 8));
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < header.size(); ++i) sum += i >= 148 && i < 156 ? ' ' : header[i];
  return stated && *stated == sum;
}

// "LENGTH size=DIGITS\n" among the lines of a pax header.
std::optional<std::uint64_t> pax_size(std::span<const std::uint8_t> lines) {
  const std::string_view text(reinterpret_cast<const char*>(lines.data()), lines.size());
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t length = 0;
    const char* const end = text.data() + text.size();
    const auto digits = std::from_chars(text.data() + begin, end, length);
    if (digits.ec != std::errc() || length == 0 || length > text.size() - begin) break;
    const std::string_view line = text.substr(begin, length);
    constexpr std::string_view kKey = " size=";
    const std::size_t key = line.find(' ');
    std::uint64_t size = 0;
    if (key != line.npos && line.substr(key).starts_with(kKey) &&
        std::from_chars(line.data() + key + kKey.size(), line.data() + length, size).ec ==
            std::errc()) {
      return size;
    }
    begin += length;
  }
  return std::nullopt;
}

}  // namespace

std::uint64_t TarWalk::member_at(std::uint64_t least) {
  while (at_ < std::min(least, size_)) pass_member();
  return std::min(at_, size_);
}

// With the headers that belong to it. The records of zeros at the end go to what is before them.
void TarWalk::pass_member() {
  std::optional<std::uint64_t> size_by_pax;
  for (bool prefix = true; prefix;) {
    Record header = {};
    read_fully(archive_, at_, header);
    if (std::ranges::all_of(header, [](std::uint8_t byte) { return byte == 0; })) {
      at_ = size_;
      return;
    }
    const auto stated = stated_size(header);
    if (!is_header(header) || !stated) fail(at_);
    const std::uint8_t kind = header[156];
    prefix = kind == 'x' || kind == 'g' || kind == 'L' || kind == 'K';
    at_ += kRecordBytes;
    // Members of GNU's old way for sparse files go on in records that say whether there is one
    // more.
    for (bool more = kind == 'S' && header[482] != 0; more; more = header[504] != 0) {
      read_fully(archive_, at_, header);
      at_ += kRecordBytes;
    }
    if (kind == 'x' && *stated <= kMaxPaxBytes) {
      Bytes lines(*stated);
      read_fully(archive_, at_, lines);
      size_by_pax = pax_size(lines);
    }
    // Links, devices and folders have nothing behind the header whatever it says.
    const bool empty = kind >= '1' && kind <= '6';
    const std::uint64_t bytes = empty ? 0 : prefix ? *stated : size_by_pax.value_or(*stated);
    if (bytes > size_) fail(at_ - kRecordBytes);
    at_ += (bytes + kRecordBytes - 1) / kRecordBytes * kRecordBytes;
  }
}

}  // namespace nnzip
