// SPDX-License-Identifier: Apache-2.0
// Environment variables, and paths in them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace nnzip {

// The value; nothing if it is not set, or where a program has more rights than who runs it. On
// Windows in UTF-8.
std::optional<std::string> trusted_variable(const char* name);

// Between the folders of a list.
#if defined(_WIN32)
inline constexpr char kListSeparator = ';';
#else
inline constexpr char kListSeparator = ':';
#endif

// Bytes as they are, and on Windows UTF-8, whatever the code page.
inline std::filesystem::path path_of(std::string_view text) {
  return std::u8string(text.begin(), text.end());
}

}  // namespace nnzip
