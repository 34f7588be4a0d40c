// SPDX-License-Identifier: Apache-2.0
// A code that stands for no character has one of those for private use.
#include "unwrap/page_codes.h"

#include <algorithm>

namespace nnzip {
namespace {

constexpr char16_t kPrivate = 0xE000;

// The Cork encoding from 80 to BF, and where it differs from Latin-1 behind that.
constexpr std::u16string_view kCork =
    u"\u0102\u0104\u0106\u010C\u010E\u011A\u0118\u011E\u0139\u013D\u0141\u0143\u0147\u014A\u0150"
    u"\u0154\u0158\u015A\u0160\u015E\u0164\u0162\u0170\u016E\u0178\u0179\u017D\u017B\u0132\u0130"
    u"\u0111\u00A7\u0103\u0105\u0107\u010D\u010F\u011B\u0119\u011F\u013A\u013E\u0142\u0144\u0148"
    u"\u014B\u0151\u0155\u0159\u015B\u0161\u015F\u0165\u0163\u0171\u016F\u00FF\u017A\u017E\u017C"
    u"\u0133\u00A1\u00BF\u00A3";
static_assert(kCork.size() == 64);
constexpr std::pair<std::uint8_t, char16_t> kCorkElsewhere[] = {
    {0x10, 0x201C}, {0x11, 0x201D}, {0x12, 0x201E}, {0x13, 0xAB},  {0x14, 0xBB}, {0x15, 0x2013},
    {0x16, 0x2014}, {0xD7, 0x152},  {0xDF, 0x1E9E}, {0xF7, 0x153}, {0xFF, 0xDF}};

// Windows-1252 from 80 to 9F; 0: nothing.
constexpr char16_t kWindows[32] = {0x20AC, 0,      0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021,
                                   0x2C6,  0x2030, 0x160,  0x2039, 0x152,  0,      0x17D,  0,
                                   0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                   0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0,      0x17E,  0x178};

constexpr std::string_view kLetters[] = {"ff", "fi", "fl", "ffi", "ffl"};
// Their codes in each set; 0: none. Of the Cork encoding, of TeX's first one, of Type 1 fonts that
// TeX takes.
constexpr std::uint8_t kLigatures[kLigatureSets][5] = {
    {}, {27, 28, 29, 30, 31}, {11, 12, 13, 14, 15}, {0, 2, 3, 0, 0}};

char16_t character_of(std::uint8_t code, bool cork) {
  if (code >= 0x20 && code < 0x7F) return code;
  if (cork) {
    for (const auto& [other, character] : kCorkElsewhere) {
      if (other == code) return character;
    }
  }
  if (code < 0x80) return static_cast<char16_t>(kPrivate + code);
  if (cork && code < 0xC0) return kCork[code - 0x80U];
  if (code >= 0xA0) return code;
  const char16_t character = kWindows[code - 0x80];
  return character != 0 ? character : static_cast<char16_t>(kPrivate + code);
}

}  // namespace

std::string_view ligature_of(std::uint8_t code, std::uint8_t set) {
  const auto& codes = kLigatures[set];
  const auto found = std::ranges::find(codes, code);
  return code == 0 || found == std::end(codes) ? std::string_view() : kLetters[found - codes];
}

PageCodes::PageCodes(PageEncoding encoding) : ligatures_(encoding.ligatures) {
  for (std::size_t i = 0; i < characters_.size(); ++i) {
    const auto code = static_cast<std::uint8_t>(i);
    characters_[i] = character_of(code, encoding.cork);
    codes_[i] = {characters_[i], code};
  }
  std::ranges::sort(codes_);
}

std::optional<std::uint8_t> PageCodes::ligature_code(std::string_view letters) const {
  const auto found = std::ranges::find(kLetters, letters);
  if (found == std::end(kLetters)) return {};
  const std::uint8_t code = kLigatures[ligatures_][found - kLetters];
  if (code == 0) return {};
  return code;
}

void PageCodes::put(std::uint8_t code, Bytes& text) const {
  const std::uint32_t c = characters_[code];
  const auto put = [&](std::uint32_t byte) { text.push_back(static_cast<std::uint8_t>(byte)); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0 | c >> 6);
  } else {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 63));
  }
  put(0x80 | (c & 63));
}

std::optional<std::uint8_t> PageCodes::take(std::span<const std::uint8_t> text,
                                            std::size_t& at) const {
  if (at >= text.size()) return {};
  const std::uint8_t first = text[at];
  const std::size_t more = first < 0x80 ? 0 : first >= 0xC0 && first < 0xE0 ? 1 : 2;
  if (text.size() - at <= more) return {};
  std::uint32_t c = more == 0 ? first : more == 1 ? first & 31U : first & 15U;
  for (std::size_t i = 1; i <= more; ++i) c = c << 6 | (text[at + i] & 63U);
  const auto found = std::ranges::lower_bound(codes_, static_cast<char16_t>(c), {},
                                              [](auto& p) { return p.first; });
  if (found == codes_.end() || found->first != c) return {};
  at += 1 + more;
  return found->second;
}

}  // namespace nnzip
