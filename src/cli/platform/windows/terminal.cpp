// SPDX-License-Identifier: Apache-2.0
// As the console tells.
#include "platform/terminal.h"

#include <windows.h>

namespace nnzip::platform {

std::optional<std::size_t> terminal_columns() {
  CONSOLE_SCREEN_BUFFER_INFO information = {};
  if (!GetConsoleScreenBufferInfo(GetStdHandle(STD_ERROR_HANDLE), &information)) {
    return std::nullopt;
  }
  const int columns = information.srWindow.Right - information.srWindow.Left + 1;
  if (columns <= 0) return std::nullopt;
  return static_cast<std::size_t>(columns);
}

}  // namespace nnzip::platform
