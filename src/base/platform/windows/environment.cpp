// SPDX-License-Identifier: Apache-2.0
// No program has more rights here than who runs it.
#include "base/platform/environment.h"

#include <cstdlib>

namespace nnzip {

std::optional<std::string> trusted_variable(const char* name) {
  const std::wstring wide_name(name, name + std::char_traits<char>::length(name));
  const wchar_t* const value = _wgetenv(wide_name.c_str());
  if (value == nullptr) return std::nullopt;
  const std::u8string text = std::filesystem::path(value).u8string();
  return std::string(text.begin(), text.end());
}

}  // namespace nnzip
