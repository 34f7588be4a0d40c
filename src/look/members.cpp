// SPDX-License-Identifier: Apache-2.0
// Headers of tar: POSIX ustar, with GNU's long names.
#include "look/members.h"

#include <algorithm>
#include <optional>

namespace nnzip::look {
namespace {

using Part = std::span<const std::uint8_t>;

constexpr std::size_t kRecord = 512;

std::string text(Part field) {
  const auto end = std::ranges::find(field, std::uint8_t{0});
  return {field.begin(), end};
}

std::optional<std::uint64_t> octal(Part field) {
  std::uint64_t value = 0;
  bool any = false;
  for (const std::uint8_t byte : field) {
    if (byte == ' ' && !any) continue;
    if (byte == 0 || byte == ' ') break;
    if (byte < '0' || byte > '7' || value >> 60 != 0) return {};
    value = value * 8 + (byte - '0');
    any = true;
  }
  return any ? std::optional(value) : std::nullopt;
}

bool is_header(Part record) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kRecord; ++i) sum += i >= 148 && i < 156 ? ' ' : record[i];
  return text(record.subspan(257, 5)) == "ustar" && octal(record.subspan(148, 8)) == sum;
}

std::string name_of(Part record) {
  const std::string name = text(record.first(100)), prefix = text(record.subspan(345, 155));
  // GNU has times where POSIX has the prefix.
  return prefix.empty() || record[262] == ' ' ? name : prefix + "/" + name;
}

}  // namespace

std::vector<Member> tar_members(Part content) {
  std::vector<Member> members;
  std::string long_name;
  std::size_t begin = 0;
  for (std::size_t at = 0; at + kRecord <= content.size();) {
    const Part record = content.subspan(at, kRecord);
    const auto size = octal(record.subspan(124, 12));
    if (!is_header(record) || !size || *size > content.size()) break;
    const std::uint64_t end = std::min<std::uint64_t>(
        at + kRecord + (*size + kRecord - 1) / kRecord * kRecord, content.size());
    const std::uint8_t type = record[156];
    if (type == 'L') {
      const auto most = std::min<std::size_t>(*size, content.size() - at - kRecord);
      long_name = text(content.subspan(at + kRecord, most));
    } else if (type != 'x' && type != 'g' && type != 'K') {
      members.push_back({long_name.empty() ? name_of(record) : long_name, begin, end - begin});
      long_name.clear();
      begin = end;
    }
    at = end;
  }
  return members;
}

}  // namespace nnzip::look
