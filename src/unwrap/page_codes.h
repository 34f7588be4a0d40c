// SPDX-License-Identifier: Apache-2.0
// What the character codes of a font stand for in text, one to one. PAGE.md has the tables.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/bytes.h"

namespace nnzip {

struct PageEncoding {
  bool cork = false;           // of TeX (T1); else Windows-1252
  std::uint8_t ligatures = 0;  // which codes are ligatures: a row of the table, below kLigatureSets
  bool operator==(const PageEncoding&) const = default;
};

inline constexpr std::uint8_t kLigatureSets = 4;

// The letters of a ligature in a set; empty if the code is none.
std::string_view ligature_of(std::uint8_t code, std::uint8_t set);

class PageCodes {
 public:
  explicit PageCodes(PageEncoding encoding);

  std::string_view ligature(std::uint8_t code) const { return ligature_of(code, ligatures_); }
  // Nothing if there is no such ligature.
  std::optional<std::uint8_t> ligature_code(std::string_view letters) const;

  // Appends the character as UTF-8, whatever the code.
  void put(std::uint8_t code, Bytes& text) const;
  // Takes what put() writes from text[at] on; nothing if something else stands there.
  std::optional<std::uint8_t> take(std::span<const std::uint8_t> text, std::size_t& at) const;

 private:
  std::uint8_t ligatures_;
  std::array<char16_t, 256> characters_{};
  std::array<std::pair<char16_t, std::uint8_t>, 256> codes_{};  // by character
};

}  // namespace nnzip
