// SPDX-License-Identifier: Apache-2.0
// Escapes of RFC 8259.
#include "json.h"

#include <spdlog/fmt/fmt.h>

#include "utf8.h"

namespace nnzip {

std::string json_string(std::string_view text) {
  std::string result = "\"";
  while (!text.empty()) {
    const Utf8Char next = first_utf8_char(text);
    if (next.length == 0) {
      result += "\\ufffd";
    } else if (next.code == '"' || next.code == '\\') {
      result += {'\\', static_cast<char>(next.code)};
    } else if (next.code < 0x20 || (next.code >= 0x7F && next.code < 0xA0)) {
      result += fmt::format("\\u{:04x}", next.code);  // a terminal might obey these
    } else {
      result += text.substr(0, next.length);
    }
    text.remove_prefix(next.length == 0 ? 1 : next.length);
  }
  return result + '"';
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = first_utf8_char(text).length;
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace nnzip
