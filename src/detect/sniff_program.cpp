// SPDX-License-Identifier: Apache-2.0
// Programs and libraries: ELF and PE. Their machine code is found, not the rest.
#include "detect/sniff.h"

namespace nnzip {
namespace {

constexpr std::uint32_t kMaxParts = 64;  // of a program

// Of instructions of so many bytes, 1 for x86; nothing for other machines.
std::optional<Layout> code(std::uint32_t instruction_bytes) {
  if (instruction_bytes == 0) return {};
  Layout layout;
  layout.form = Form::kCode;
  layout.element = instruction_bytes;
  return layout;
}

// The longest part that can be executed.
class LongestPart {
 public:
  void add(std::uint64_t begin, std::uint64_t bytes) {
    constexpr std::uint64_t kMaxOffset = std::uint64_t{1} << 40;
    if (begin == 0 || begin > kMaxOffset || bytes <= bytes_) return;
    begin_ = begin;
    bytes_ = bytes;
  }
  std::optional<Found> found(const Layout& layout) const {
    if (bytes_ == 0) return {};
    return Found{begin_, bytes_, layout, false};
  }

 private:
  std::uint64_t begin_ = 0, bytes_ = 0;
};

}  // namespace

std::optional<Found> sniff_elf(const HeaderView& header) {
  constexpr std::uint16_t kX86 = 3, kX64 = 62, kArm64 = 183;
  constexpr std::uint32_t kLoad = 1, kExecutable = 1;
  if (!header.starts_with("\x7F"
                          "ELF") ||
      header.u8(5) != 1)
    return {};
  const bool wide = header.u8(4) == 2;
  const std::uint16_t machine = header.le16(18);
  const auto layout = code(machine == kX86 || machine == kX64 ? 1 : machine == kArm64 ? 4 : 0);
  if (!layout) return {};
  const std::uint64_t table = wide ? header.le64(32) : header.le32(28);
  const std::uint32_t bytes = header.le16(wide ? 54 : 42), count = header.le16(wide ? 56 : 44);
  if (table > header.size() || count > kMaxParts || bytes < (wide ? 56 : 32)) return {};
  LongestPart longest;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(table) + std::size_t{i} * bytes;
    const std::uint32_t flags = header.le32(at + (wide ? 4 : 24));
    if (header.le32(at) != kLoad || (flags & kExecutable) == 0) continue;
    longest.add(wide ? header.le64(at + 8) : header.le32(at + 4),
                wide ? header.le64(at + 32) : header.le32(at + 16));
  }
  return longest.found(*layout);
}

std::optional<Found> sniff_pe(const HeaderView& header) {
  constexpr std::uint16_t kX86 = 0x014C, kX64 = 0x8664, kArm64 = 0xAA64;
  constexpr std::uint32_t kMaxStub = 4096, kSectionBytes = 40, kExecutable = 0x20000000;
  if (!header.starts_with("MZ")) return {};
  const std::size_t at = header.le32(60);
  if (at > kMaxStub || !header.starts_with("PE", at) || header.le16(at + 2) != 0) return {};
  const std::uint16_t machine = header.le16(at + 4);
  const auto layout = code(machine == kX86 || machine == kX64 ? 1 : machine == kArm64 ? 4 : 0);
  const std::uint32_t count = header.le16(at + 6);
  if (!layout || count > kMaxParts) return {};
  LongestPart longest;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t section = at + 24 + header.le16(at + 20) + std::size_t{i} * kSectionBytes;
    if ((header.le32(section + 36) & kExecutable) == 0) continue;
    longest.add(header.le32(section + 20), header.le32(section + 16));
  }
  return longest.found(*layout);
}

}  // namespace nnzip
