// SPDX-License-Identifier: Apache-2.0
// Members of tar archives.
#include "detect/sniff.h"

namespace nnzip {
namespace {

constexpr std::size_t kHeaderBytes = 512;

// Octal digits between spaces and NULs; nothing if there is anything else.
std::optional<std::uint64_t> octal(const HeaderView& header, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint8_t c = header.u8(at + i);
    if (c == 0 || c == ' ') continue;
    if (c < '0' || c > '7') return {};
    value = value * 8 + (c - '0');
  }
  return value;
}

std::optional<std::uint64_t> member_bytes(const HeaderView& header) {
  constexpr std::size_t kSize = 124, kSizeBytes = 12;
  if (header.u8(kSize) != 0x80) return octal(header, kSize, kSizeBytes);
  std::uint64_t value = 0;
  for (std::size_t i = kSize + 4; i < kSize + kSizeBytes; ++i) value = value << 8 | header.u8(i);
  return value >> 62 == 0 ? std::optional(value) : std::nullopt;
}

}  // namespace

std::optional<Found> sniff_tar(const HeaderView& header) {
  constexpr std::size_t kChecksum = 148, kChecksumBytes = 8, kKind = 156, kMagic = 257;
  if (!header.starts_with("ustar", kMagic) || header.size() < kHeaderBytes) return {};
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kHeaderBytes; ++i) {
    sum += i - kChecksum < kChecksumBytes ? ' ' : header.u8(i);
  }
  const auto stated = octal(header, kChecksum, kChecksumBytes);
  const auto bytes = member_bytes(header);
  const std::uint8_t kind = header.u8(kKind);
  if (!stated || *stated != sum || !bytes || (kind != '0' && kind != 0)) return {};
  return Found{kHeaderBytes, *bytes, {}, false};
}

}  // namespace nnzip
