// SPDX-License-Identifier: Apache-2.0
// Standard streams of bytes, a console of UTF-8, and the command line with its wildcards.
#include "platform/process.h"

#include <fcntl.h>
#include <io.h>

#include <algorithm>
#include <cstdlib>

#include "platform/files.h"
#include "platform/temporary.h"
#include "platform/windows/wide.h"
// After windows.h, which it needs.
#include <psapi.h>

namespace nnzip::platform {
namespace {

// What a wildcard in the last name of a path stands for, in the order of the names; itself if there
// is no such file. No shell does that here.
std::vector<std::string> expand(const std::string& word) {
  const std::size_t begin = start_of_name(word);
  std::vector<std::string> found;
  WIN32_FIND_DATAW entry = {};
  const HANDLE search = FindFirstFileW(to_wide(word).c_str(), &entry);
  if (search == INVALID_HANDLE_VALUE) return {word};
  do {
    const std::string name = from_wide(entry.cFileName);
    if (name != "." && name != "..") found.push_back(word.substr(0, begin) + name);
  } while (FindNextFileW(search, &entry));
  FindClose(search);
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> command_line() {
  int count = 0;
  wchar_t** const wide = CommandLineToArgvW(GetCommandLineW(), &count);
  std::vector<std::string> words;
  for (int i = 0; wide != nullptr && i < count; ++i) {
    const std::string word = from_wide(wide[i]);
    const bool wild = i > 0 && word[0] != '-' && word.find_first_of("*?") != std::string::npos;
    for (const std::string& each : wild ? expand(word) : std::vector{word}) words.push_back(each);
  }
  LocalFree(wide);
  return words;
}

}  // namespace

std::vector<std::string> start(int, char**) {
  for (const int number : {kStandardInput, kStandardOutput}) _setmode(number, _O_BINARY);
  SetConsoleOutputCP(CP_UTF8);
  const HANDLE console = GetStdHandle(STD_ERROR_HANDLE);
  DWORD mode = 0;
  if (GetConsoleMode(console, &mode)) {
    SetConsoleMode(console, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
  }
  install_signal_handlers();
  return command_line();
}

std::optional<std::string> variable(const char* name) {
  const wchar_t* const value = _wgetenv(to_wide(name).c_str());
  if (value == nullptr) return std::nullopt;
  return from_wide(value);
}

std::uint64_t peak_memory() {
  PROCESS_MEMORY_COUNTERS counters = {};
  K32GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters);
  return counters.PeakWorkingSetSize;
}

}  // namespace nnzip::platform
