// SPDX-License-Identifier: Apache-2.0
// By the system's own conversion: what is no UTF-8 becomes U+FFFD.
#include "platform/windows/wide.h"

#include <array>
#include <cerrno>
#include <utility>

namespace nnzip::platform {
namespace {

constexpr std::array<std::pair<DWORD, int>, 14> kErrors = {{{ERROR_FILE_NOT_FOUND, ENOENT},
                                                            {ERROR_PATH_NOT_FOUND, ENOENT},
                                                            {ERROR_INVALID_NAME, ENOENT},
                                                            {ERROR_BAD_NETPATH, ENOENT},
                                                            {ERROR_ACCESS_DENIED, EACCES},
                                                            {ERROR_SHARING_VIOLATION, EACCES},
                                                            {ERROR_WRITE_PROTECT, EROFS},
                                                            {ERROR_ALREADY_EXISTS, EEXIST},
                                                            {ERROR_FILE_EXISTS, EEXIST},
                                                            {ERROR_DISK_FULL, ENOSPC},
                                                            {ERROR_HANDLE_DISK_FULL, ENOSPC},
                                                            {ERROR_TOO_MANY_OPEN_FILES, EMFILE},
                                                            {ERROR_BROKEN_PIPE, EPIPE},
                                                            {ERROR_NO_DATA, EPIPE}}};

}  // namespace

std::wstring to_wide(std::string_view text) {
  const int size = static_cast<int>(text.size());
  std::wstring wide(
      static_cast<std::size_t>(MultiByteToWideChar(CP_UTF8, 0, text.data(), size, nullptr, 0)),
      L'\0');
  MultiByteToWideChar(CP_UTF8, 0, text.data(), size, wide.data(), static_cast<int>(wide.size()));
  return wide;
}

std::string from_wide(std::wstring_view text) {
  const int size = static_cast<int>(text.size());
  std::string narrow(static_cast<std::size_t>(WideCharToMultiByte(CP_UTF8, 0, text.data(), size,
                                                                  nullptr, 0, nullptr, nullptr)),
                     '\0');
  WideCharToMultiByte(CP_UTF8, 0, text.data(), size, narrow.data(), static_cast<int>(narrow.size()),
                      nullptr, nullptr);
  return narrow;
}

int fail_with_last_error() {
  const DWORD last = GetLastError();
  errno = EIO;
  for (const auto& [error, number] : kErrors) {
    if (error == last) errno = number;
  }
  return -1;
}

}  // namespace nnzip::platform
