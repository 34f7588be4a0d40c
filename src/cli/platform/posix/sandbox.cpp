// SPDX-License-Identifier: Apache-2.0
// Landlock, by its system calls: the C library has no functions for them.
#include "platform/sandbox.h"

#include <filesystem>

namespace nnzip::platform {

bool has_gpu() {
  std::error_code unknown;
  return std::filesystem::exists("/dev/nvidiactl", unknown) ||
         std::filesystem::exists("/dev/dxg", unknown);  // in Windows' Linux
}

}  // namespace nnzip::platform

#if defined(__linux__) && __has_include(<linux/landlock.h>)
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace nnzip::platform {
namespace {

// Headers may be older than the kernel.
constexpr std::uint64_t kRefer = std::uint64_t{1} << 13;     // to other folders; from version 2 on
constexpr std::uint64_t kTruncate = std::uint64_t{1} << 14;  // from version 3 on
constexpr std::uint64_t kBindTcp = 1, kConnectTcp = 2;       // from version 4 on

constexpr std::uint64_t kWithOutputs =
    LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE;
constexpr std::uint64_t kNever = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                 LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                 LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                 LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

// landlock_ruleset_attr as it is since version 4; before, it is the first number alone.
struct Ruleset {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
};

void allow(int ruleset, const std::string& path, std::uint64_t access) {
  const int descriptor = open(path.c_str(), O_PATH | O_CLOEXEC);
  if (descriptor < 0) return;  // what is not there will not be written to
  landlock_path_beneath_attr rule = {};
  rule.allowed_access = access;
  rule.parent_fd = descriptor;
  static_cast<void>(syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0));
  close(descriptor);
}

}  // namespace

bool confine_writing(const std::vector<std::string>& folders) {
  const long version =
      syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return false;
  const std::uint64_t truncate = version >= 3 ? kTruncate : 0;
  Ruleset wanted = {kWithOutputs | kNever | truncate | (version >= 2 ? kRefer : 0),
                    kBindTcp | kConnectTcp};
  const std::size_t size = version >= 4 ? sizeof wanted : sizeof wanted.files;
  const int ruleset = static_cast<int>(syscall(SYS_landlock_create_ruleset, &wanted, size, 0));
  if (ruleset < 0) return false;
  for (const std::string& folder : folders) allow(ruleset, folder, kWithOutputs | truncate);
  const bool holds = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                     syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
  close(ruleset);
  return holds;
}

}  // namespace nnzip::platform
#else
namespace nnzip::platform {

bool confine_writing(const std::vector<std::string>&) { return false; }

}  // namespace nnzip::platform
#endif
