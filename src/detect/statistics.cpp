// SPDX-License-Identifier: Apache-2.0
// Counts in whole numbers. None of this is seen by a decoder.
#include "detect/statistics.h"

#include <algorithm>
#include <array>
#include <bit>

#include "detect/sniff.h"

namespace nnzip {
namespace {

using Content = std::span<const std::uint8_t>;

// Whether next to no byte is a control character that texts do not have.
bool is_text(Content content) {
  static constexpr auto kControls = [] {
    std::array<std::uint8_t, 256> is{};
    for (std::size_t c = 0; c < 32; ++c) is[c] = c != '\t' && c != '\n' && c != '\r' && c != '\f';
    return is;
  }();
  std::size_t controls = 0;
  for (const std::uint8_t c : content) controls += kControls[c];
  return controls <= content.size() / 128;
}

// Remembers the last targets: code calls the same functions again and again.
class Targets {
 public:
  void add(std::uint32_t target) {
    std::uint32_t& place = places_[target * 0x9E3779B1 >> 20];
    ++count_;
    if (place == target) ++repeated_;
    place = target;
  }
  // Whether there are enough for that many bytes of code.
  bool enough(std::size_t bytes) const {
    return count_ >= 8 + bytes / 16384 && repeated_ >= count_ / 8;
  }

 private:
  std::array<std::uint32_t, 4096> places_{};
  std::size_t count_ = 0, repeated_ = 0;
};

bool looks_like_x86(Content content) {
  Targets targets;
  for (std::size_t i = 0; i + 5 <= content.size(); ++i) {
    const std::uint8_t* const p = content.data() + i;
    if (p[0] != 0xE8 || (p[4] != 0 && p[4] != 0xFF)) continue;
    const std::uint32_t distance =
        p[1] | std::uint32_t{p[2]} << 8 | std::uint32_t{p[3]} << 16 | std::uint32_t{p[4]} << 24;
    targets.add(distance + static_cast<std::uint32_t>(i) + 5);
  }
  return targets.enough(content.size());
}

bool looks_like_aarch64(Content content) {
  Targets targets;
  for (std::size_t i = 0; i + 4 <= content.size(); i += 4) {
    const std::uint8_t* const p = content.data() + i;
    if ((p[3] & 0xFC) != 0x94) continue;
    const std::uint32_t words = p[0] | std::uint32_t{p[1]} << 8 | std::uint32_t{p[2]} << 16 |
                                std::uint32_t{p[3] & 3U} << 24;
    targets.add((words + static_cast<std::uint32_t>(i / 4)) & 0x03FFFFFF);
  }
  return targets.enough(content.size());
}

std::optional<WordCode> of_elf_at(const HeaderView& header) {
  constexpr std::uint16_t kMips = 8;
  constexpr std::uint8_t kLowFirst = 1;
  if (!header.starts_with("\x7F"
                          "ELF"))
    return {};
  if (header.u8(5) == kLowFirst) {
    return header.le16(18) == kMips ? std::optional(WordCode::kLittleMips) : std::nullopt;
  }
  return header.be16(18) == kMips ? std::optional(WordCode::kMips) : std::nullopt;
}

// The whole file of a program is one block where its code is short, or of a machine whose code is
// not found within it. What a group says of it may stand before it.
std::optional<WordCode> of_elf(const HeaderView& content) {
  constexpr std::size_t kMostBefore = 1024, kAligned = 16;
  for (std::size_t at = 0; at <= kMostBefore && at < content.size(); at += kAligned) {
    if (const auto words = of_elf_at(HeaderView(content.bytes().subspan(at)))) return words;
  }
  return {};
}

}  // namespace

std::uint32_t log2_1000(std::uint64_t n) {
  const auto top = static_cast<int>(std::bit_width(n)) - 1;
  const std::uint64_t rest = (n - (std::uint64_t{1} << top)) * 1000 >> top;
  return static_cast<std::uint32_t>(top * 1000) + static_cast<std::uint32_t>(rest);
}

std::uint32_t entropy_1000(Content content) {
  if (content.empty()) return 0;
  std::array<std::array<std::uint32_t, 256>, 4> counts{};
  for (std::size_t i = 0; i < content.size(); ++i) ++counts[i % 4][content[i]];
  std::uint64_t sum = 0;
  const std::uint32_t whole = log2_1000(content.size());
  for (std::size_t c = 0; c < 256; ++c) {
    const std::uint64_t n =
        std::uint64_t{counts[0][c]} + counts[1][c] + counts[2][c] + counts[3][c];
    if (n > 0) sum += n * (whole - log2_1000(n));
  }
  return static_cast<std::uint32_t>(sum / content.size());
}

std::size_t bytes_of_one_kind(Content content) {
  constexpr std::size_t kPiece = 4 << 10;
  constexpr std::size_t kRun = 16;  // pieces of one kind on each side of a cut
  std::size_t run = 0, before = 0;  // pieces of this kind, and of the other one before them
  bool text = false;
  for (std::size_t i = 0; i + kPiece <= content.size(); i += kPiece) {
    if (const bool now = is_text(content.subspan(i, kPiece)); now != text) {
      before = run;
      run = 0;
      text = now;
    }
    if (++run == kRun && before >= kRun) return i + kPiece - kRun * kPiece;
  }
  return content.size();
}

std::vector<Layout> guessed_code(Content content) {
  std::vector<Layout> layouts;
  if (looks_like_x86(content)) layouts.push_back({.form = Form::kCode, .element = 1});
  if (looks_like_aarch64(content)) layouts.push_back({.form = Form::kCode, .element = 4});
  return layouts;
}

std::optional<WordCode> guessed_words(Content content) {
  if (const auto words = of_elf(HeaderView(content))) return words;
  Targets sparc, powerpc, little_powerpc;
  for (std::size_t i = 0; i + 4 <= content.size(); i += 4) {
    const std::uint8_t* const p = content.data() + i;
    const auto at = static_cast<std::uint32_t>(i);
    const auto word = [p](int first, int step) {
      std::uint32_t value = 0;
      for (int k = 0; k < 4; ++k) value = value << 8 | p[first + step * k];
      return value;
    };
    const auto is_call = [](std::uint8_t high, std::uint8_t low) {
      return (high == 0x48 || high == 0x4B) && (low & 3) == 1;
    };
    if (p[0] == 0x40 || p[0] == 0x7F) {
      sparc.add((word(0, 1) + at / 4) & 0x3FFFFFFF);
    } else if (is_call(p[0], p[3])) {
      powerpc.add((word(0, 1) + at) & 0x03FFFFFF);
    } else if (is_call(p[3], p[0])) {
      little_powerpc.add((word(3, -1) + at) & 0x03FFFFFF);
    }
  }
  if (sparc.enough(content.size())) return WordCode::kSparc;
  if (powerpc.enough(content.size())) return WordCode::kPowerPc;
  if (little_powerpc.enough(content.size())) return WordCode::kLittlePowerPc;
  return {};
}

}  // namespace nnzip
