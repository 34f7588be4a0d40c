// SPDX-License-Identifier: Apache-2.0
// The nnzip command: the order of starting up, and nothing else.
#include <fcntl.h>
#include <unistd.h>

#if defined(__linux__)
#include <malloc.h>
#endif

#include <exception>

#include "commands.h"
#include "temporary_file.h"

namespace nnzip {
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

void dispatch(const Arguments& arguments) {
  switch (arguments.command) {
    case Command::kPrint:
      return message::output(arguments.text);
    case Command::kCompress:
      return run_compress(arguments);
    case Command::kDecompress:
    case Command::kTest:
      return run_decompress(arguments);
    case Command::kList:
      return run_list(arguments);
    case Command::kJoin:
      return run_join(arguments);
    case Command::kModels:
      return run_models(arguments);
    case Command::kBench:
      return run_bench(arguments);
  }
}

}  // namespace
}  // namespace nnzip

int main(int argc, char** argv) {
  using namespace nnzip;
  try {
    occupy_standard_descriptors();
    return_large_memory();
    install_signal_handlers();
    const Arguments arguments = parse_arguments(argc, argv);
    message::set_verbosity(arguments.verbosity);
    dispatch(arguments);
  } catch (const std::bad_alloc&) {
    message::error("There is not enough memory.");
  } catch (const std::exception& error) {
    message::error(error.what());
  }
  return message::exit_status();
}
