// SPDX-License-Identifier: Apache-2.0
// nnzip bench: evidence that this build computes what every other build computes.
#include <spdlog/fmt/fmt.h>

#include "commands.h"
#include "file_io.h"

namespace nnzip {
namespace {

// A sample is fed byte by byte through every model, so more than this would only take time.
constexpr std::size_t kMaxSampleBytes = std::size_t{1} << 20;

std::vector<std::uint8_t> read_sample(const Arguments& arguments) {
  if (arguments.files.empty()) return {};
  InputFile file(arguments.files.front());
  std::vector<std::uint8_t> sample(kMaxSampleBytes);
  std::size_t filled = 0;
  while (filled < sample.size()) {
    const std::size_t taken = file.read(std::span(sample).subspan(filled));
    if (taken == 0) break;
    filled += taken;
  }
  sample.resize(filled);
  if (filled == 0) {
    throw Error(ErrorCode::kInvalidArgument,
                file.label() + " is empty: there is nothing to check.");
  }
  return sample;
}

void check(const Arguments& arguments) {
  const std::size_t comma = arguments.check.find(',');
  if (comma == 0 || comma == std::string::npos || comma + 1 == arguments.check.size()) {
    throw Error(ErrorCode::kInvalidArgument, "--check takes two backends: --check cpu,reference.");
  }
  const std::string first = arguments.check.substr(0, comma);
  const std::string second = arguments.check.substr(comma + 1);
  const std::uint64_t compared =
      check_backends(first, second, read_sample(arguments), arguments.options);
  message::output(fmt::format("{} and {}: {} equal distributions\n", first, second, compared));
}

}  // namespace

void run_bench(const Arguments& arguments) {
  if (arguments.signature) {
    message::output(fmt::format("{:016x}\n", signature(arguments.options)));
  } else {
    check(arguments);
  }
}

}  // namespace nnzip
