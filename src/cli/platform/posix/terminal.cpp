// SPDX-License-Identifier: Apache-2.0
// As the terminal tells.
#include "platform/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace nnzip::platform {

std::optional<std::size_t> terminal_columns() {
  struct winsize size = {};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return std::nullopt;
  return size.ws_col;
}

}  // namespace nnzip::platform
