// SPDX-License-Identifier: Apache-2.0
// Content streams of PDF made here, with nothing of what they test.
#pragma once

#include <string>

namespace nnzip::test {

// Lines of words with kerns within and numbers between, as TeX sets them.
inline std::string page_of_words(std::size_t lines) {
  const std::string words[] = {"(W)83(o)-1(rds)", "(of)", "(three)", "(k)28(inds,)",
                               "(ef\\014cien)27(t)"};
  std::string page = "BT\n/F8 9.9626 Tf 148.712 707.125 Td ";
  for (std::size_t i = 0; i < lines; ++i) {
    page += "[";
    for (std::size_t j = 0; j < 9; ++j) {
      page += (j == 0 ? "" : "-33" + std::to_string((i + j) % 5)) + words[(i * 7 + j * j) % 5];
    }
    page += "]TJ 0 -" + std::to_string(11 + i % 3) + ".955 Td ";
  }
  return page + "\nET";
}

}  // namespace nnzip::test
