// SPDX-License-Identifier: Apache-2.0
// The nnzip command: the order of starting up, and nothing else.
#include <exception>

#include "commands.h"
#include "platform/process.h"

namespace nnzip {
namespace {

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
    case Command::kEstimate:
      return run_estimate(arguments);
    case Command::kExplain:
      return run_explain(arguments);
    case Command::kReport:
      return run_report(arguments);
    case Command::kSample:
      return run_sample(arguments);
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
    const std::vector<std::string> words = platform::start(argc, argv);
    std::vector<const char*> pointers;
    for (const std::string& word : words) pointers.push_back(word.c_str());
    const Arguments arguments = parse_arguments(static_cast<int>(pointers.size()), pointers.data());
    message::set_verbosity(arguments.verbosity);
    dispatch(arguments);
  } catch (const std::bad_alloc&) {
    message::error("There is not enough memory.");
  } catch (const std::exception& error) {
    message::error(error.what());
  }
  return message::exit_status();
}
