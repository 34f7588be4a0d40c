// SPDX-License-Identifier: Apache-2.0
// As the system tells.
#include "base/platform/own_folders.h"

#include <dlfcn.h>

#if defined(__APPLE__)
#include <mach-o/dyld.h>

#include <climits>
#endif

#include <system_error>

namespace nnzip {

std::filesystem::path program_folder() {
  std::error_code unknown;
#if defined(__APPLE__)
  char name[PATH_MAX];
  std::uint32_t size = sizeof name;
  if (_NSGetExecutablePath(name, &size) != 0) return {};
  return std::filesystem::canonical(name, unknown).parent_path();
#else
  return std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path();
#endif
}

std::filesystem::path library_folder() {
  Dl_info info;
  const auto* here = reinterpret_cast<const void*>(&library_folder);
  if (dladdr(here, &info) == 0 || info.dli_fname == nullptr) return {};
  std::error_code unknown;
  return std::filesystem::canonical(info.dli_fname, unknown).parent_path();
}

}  // namespace nnzip
