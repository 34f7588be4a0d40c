// SPDX-License-Identifier: Apache-2.0
// As the system tells; there are no control groups.
#include "platform/machine_memory.h"

#include <windows.h>

#include <limits>

namespace nnzip {

std::uint64_t control_group_limit(const std::filesystem::path&) {
  return std::numeric_limits<std::uint64_t>::max();
}

std::uint64_t usable_memory(const std::filesystem::path&) {
  MEMORYSTATUSEX status = {};
  status.dwLength = sizeof status;
  GlobalMemoryStatusEx(&status);
  return status.ullTotalPhys;
}

}  // namespace nnzip
