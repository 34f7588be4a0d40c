// SPDX-License-Identifier: Apache-2.0
// A Type 1 font made and encrypted here, with nothing of what it tests.
#pragma once

#include <string>

#include "base/bytes.h"

namespace nnzip::test {

inline std::string encrypt_type1(const std::string& plain, unsigned key) {
  std::string coded;
  for (const char p : plain) {
    const unsigned c = (static_cast<unsigned char>(p) ^ key >> 8) & 255U;
    key = ((c + key) * 52845U + 22719U) & 65535U;
    coded += static_cast<char>(c);
  }
  return coded;
}

inline const std::string kBeforeFont =
    "%!PS-AdobeFont-1.0: Test\n/FontName /Test def\ncurrentfile eexec\n";
inline const std::string kAfterFont = "00000000000000000000000000000000\ncleartomark\n";

struct Type1Font {
  std::string plain,
      encrypted;  // the section, with charstrings as they mean something, and all of it

  std::string all() const { return kBeforeFont + encrypted + kAfterFont; }
};

// word: what the font reads charstrings with.
inline Type1Font type1_font(std::size_t glyphs, const std::string& word = "RD",
                            const std::string& end = "mark currentfile closefile\n") {
  Type1Font font;
  const std::string begin =
      "0000dup /Private 8 dict dup begin\n/RD{string currentfile exch readstring "
      "pop}executeonly def\n/lenIV 4 def\n/CharStrings 2 dict dup begin\n";
  font.plain = begin;
  std::string section = begin;
  for (std::size_t i = 0; i < glyphs; ++i) {
    std::string charstring(4, '\0');
    for (std::size_t j = 0; j < 20 + i % 7; ++j)
      charstring += static_cast<char>(j == 9 ? i : j * 37 % 251);
    const std::string head =
        "/glyph" + std::to_string(i) + " " + std::to_string(charstring.size()) + " " + word + " ";
    font.plain += head + charstring + " ND\n";
    section += head + encrypt_type1(charstring, 4330) + " ND\n";
  }
  font.plain += end;
  font.encrypted = encrypt_type1(section + end, 55665);
  return font;
}

}  // namespace nnzip::test
