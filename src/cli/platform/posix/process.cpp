// SPDX-License-Identifier: Apache-2.0
// Standard descriptors and memory.
#include "platform/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__linux__)
#include <malloc.h>
#endif

#include <cstdlib>

#include "platform/temporary.h"

namespace nnzip::platform {
namespace {

// A file opened while a standard descriptor is closed would get its number, and then messages or
// data would go into that file. The wrong access mode makes any use of the stand-in an error.
void occupy_standard_descriptors() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(number, F_GETFD) >= 0) continue;
    const int opened = open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (opened >= 0 && opened != number) close(opened);
  }
}

// Tables of a block are tens of megabytes. glibc would keep such memory for itself once it has been
// given back, in every thread.
void return_large_memory() {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}

}  // namespace

std::vector<std::string> start(int argc, char** argv) {
  occupy_standard_descriptors();
  return_large_memory();
  install_signal_handlers();
  return {argv, argv + argc};
}

std::optional<std::string> variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

std::uint64_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
#if defined(__APPLE__)
  return static_cast<std::uint64_t>(usage.ru_maxrss);
#else
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
#endif
}

}  // namespace nnzip::platform
