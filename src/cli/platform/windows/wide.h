// SPDX-License-Identifier: Apache-2.0
// Between UTF-8 and the system's UTF-16, and its errors as errno.
#pragma once

#include <windows.h>

#include <string>
#include <string_view>

namespace nnzip::platform {

std::wstring to_wide(std::string_view text);
std::string from_wide(std::wstring_view text);

// Sets errno from GetLastError(). Returns -1.
int fail_with_last_error();

}  // namespace nnzip::platform
