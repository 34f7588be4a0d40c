// SPDX-License-Identifier: Apache-2.0
// Removal by the thread that the system begins for Ctrl-C and the closing of the console.
#include "platform/temporary.h"

#include <fcntl.h>
#include <io.h>

#include <mutex>
#include <random>
#include <set>

#include "platform/windows/wide.h"

namespace nnzip::platform {
namespace {

constexpr int kTries = 100;
constexpr std::size_t kRandomLetters = 6;

std::mutex guard;
std::set<std::wstring> names_to_remove;

// FALSE: the system goes on with what it does anyway, which is to end the program.
BOOL WINAPI remove_and_end(DWORD) {
  const std::lock_guard lock(guard);
  for (const std::wstring& name : names_to_remove) DeleteFileW(name.c_str());
  return FALSE;
}

void put_random_letters(std::string& name) {
  std::random_device random;
  for (std::size_t i = name.size() - kRandomLetters; i < name.size(); ++i) {
    name[i] = static_cast<char>('a' + random() % 26);
  }
}

int rename(const std::string& from, const std::string& to, DWORD flags) {
  return MoveFileExW(to_wide(from).c_str(), to_wide(to).c_str(), flags) ? 0
                                                                        : fail_with_last_error();
}

}  // namespace

int create_temporary(std::string& name) {
  const std::lock_guard lock(guard);
  for (int i = 0; i < kTries; ++i) {
    put_random_letters(name);
    const std::wstring wide = to_wide(name);
    // Shared for its removal alone, which takes effect when the program ends.
    const HANDLE handle = CreateFileW(wide.c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_DELETE,
                                      nullptr, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr);
    if (handle != INVALID_HANDLE_VALUE) {
      names_to_remove.insert(wide);
      return _open_osfhandle(reinterpret_cast<std::intptr_t>(handle), _O_BINARY | _O_RDWR);
    }
    if (GetLastError() != ERROR_FILE_EXISTS) break;
  }
  return fail_with_last_error();
}

void forget_temporary(const std::string& name) {
  const std::lock_guard lock(guard);
  names_to_remove.erase(to_wide(name));
}

int open_for_itself(const std::string& name) {
  const HANDLE handle =
      CreateFileW(to_wide(name).c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, nullptr,
                  OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr);
  if (handle == INVALID_HANDLE_VALUE) return fail_with_last_error();
  return _open_osfhandle(reinterpret_cast<std::intptr_t>(handle), _O_BINARY | _O_RDWR);
}

int rename_replacing(const std::string& from, const std::string& to) {
  return rename(from, to, MOVEFILE_REPLACE_EXISTING);
}

int rename_without_replacing(const std::string& from, const std::string& to) {
  return rename(from, to, 0);
}

void install_signal_handlers() { SetConsoleCtrlHandler(remove_and_end, TRUE); }

}  // namespace nnzip::platform
