// SPDX-License-Identifier: Apache-2.0
// The limits of control groups, from the files in which Linux tells them.
#include "platform/machine_memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace nnzip {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

// No limit as well where there is no such file, or where it says "max".
std::uint64_t limit_in(const fs::path& file) {
  std::uint64_t limit = kNoLimit;
  std::ifstream stream(file);
  return stream >> limit ? limit : kNoLimit;
}

// Of the group below the folder of all groups, and of those around it. In a container the path may
// be told as the machine sees it, and then there is no such folder, but the one of all groups is
// the container's own.
std::uint64_t least_limit(const fs::path& all_groups, const fs::path& group, const char* file) {
  fs::path folder = all_groups;
  std::uint64_t limit = limit_in(folder / file);
  for (const fs::path& part : group.relative_path()) {
    if (part == "..") break;  // outside of what this process may see
    folder /= part;
    limit = std::min(limit, limit_in(folder / file));
  }
  return limit;
}

}  // namespace

// Lines are NUMBER:CONTROLLERS:GROUP, controllers with commas between them and none for version 2.
std::uint64_t control_group_limit(const fs::path& root) {
  const fs::path all_groups = root / "sys/fs/cgroup";
  std::uint64_t limit = kNoLimit;
  std::ifstream lines(root / "proc/self/cgroup");
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first, second - first) + ",";
    const fs::path group = line.substr(second + 1);
    if (controllers == ":,") {
      limit = std::min(limit, least_limit(all_groups, group, "memory.max"));
      limit = std::min(limit, least_limit(all_groups / "unified", group, "memory.max"));
    } else if (controllers.starts_with(":memory,") ||
               controllers.find(",memory,") != std::string::npos) {
      limit = std::min(limit, least_limit(all_groups / "memory", group, "memory.limit_in_bytes"));
    }
  }
  return limit;
}

std::uint64_t usable_memory(const fs::path& root) {
  const auto pages = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES));
  const std::uint64_t machine = pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return std::min(machine, control_group_limit(root));
}

}  // namespace nnzip
