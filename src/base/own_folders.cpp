// SPDX-License-Identifier: Apache-2.0
// As the system tells.
#include "base/own_folders.h"

#include <dlfcn.h>

#include <system_error>

namespace nnzip {

std::filesystem::path program_folder() {
  std::error_code unknown;
  return std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path();
}

std::filesystem::path library_folder() {
  Dl_info info;
  const auto* here = reinterpret_cast<const void*>(&library_folder);
  if (dladdr(here, &info) == 0 || info.dli_fname == nullptr) return {};
  std::error_code unknown;
  return std::filesystem::canonical(info.dli_fname, unknown).parent_path();
}

}  // namespace nnzip
