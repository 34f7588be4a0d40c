// SPDX-License-Identifier: Apache-2.0
// Of the file that a module was loaded from.
#include "base/platform/own_folders.h"

#include <windows.h>

#include <string>

namespace nnzip {
namespace {

constexpr DWORD kMaxName = 32768;

std::filesystem::path folder_of(HMODULE module) {
  std::wstring name(kMaxName, L'\0');
  const DWORD size = GetModuleFileNameW(module, name.data(), kMaxName);
  if (size == 0 || size >= kMaxName) return {};
  name.resize(size);
  return std::filesystem::path(name).parent_path();
}

}  // namespace

std::filesystem::path program_folder() { return folder_of(nullptr); }

std::filesystem::path library_folder() {
  HMODULE module = nullptr;
  const auto* here = reinterpret_cast<const wchar_t*>(&library_folder);
  if (!GetModuleHandleExW(
          GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
          here, &module)) {
    return {};
  }
  return folder_of(module);
}

}  // namespace nnzip
