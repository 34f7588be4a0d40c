// SPDX-License-Identifier: Apache-2.0
// nnzip decompress and nnzip test.
#include <algorithm>

#include "commands.h"
#include "platform/files.h"
#include "platform/sandbox.h"
#include "transfer.h"

namespace nnzip {
namespace {

std::string folder_of(const std::string& path) {
  const std::size_t name = platform::start_of_name(path);
  return name == 0 ? "." : path.substr(0, name);
}

// Where outputs go and inputs may be removed.
std::vector<std::string> folders_to_write(const Arguments& arguments) {
  if (arguments.command == Command::kTest) return {};
  if (!arguments.output.empty()) return {folder_of(arguments.output)};
  std::vector<std::string> folders;
  for (const std::string& path : arguments.files) {
    if (path == kStandardStream || arguments.to_stdout) continue;
    folders.push_back(folder_of(path));
    if (arguments.recursive) folders.push_back(path);
  }
  return folders;
}

// CUDA does not begin in a process that is confined.
bool may_use_gpu(const std::string& device) {
  if ((device != "auto" && device != "cuda") || !platform::has_gpu()) return false;
  const auto all = backends();
  return std::any_of(all.begin(), all.end(), [](const BackendInfo& backend) {
    return backend.name == "cuda" && backend.unavailable.empty();
  });
}

}  // namespace

void run_decompress(const Arguments& arguments) {
  if (!may_use_gpu(arguments.options.device)) {
    platform::confine_writing(folders_to_write(arguments));
  }
  if (arguments.part) return run_decompress_part(arguments);
  Transfer transfer;
  transfer.reads_compressed = true;
  transfer.writes = arguments.command != Command::kTest;
  transfer.run = [&](Reader& reader, Writer& writer, Options options) {
    // What needs more than there is is told so, and not killed when it has half of it.
    if (options.memory_limit == 0) options.memory_limit = 2 * options.memory_at_once;
    if (!arguments.range) return decompress(reader, writer, options);
    return decompress_range(reader, writer, arguments.range->offset, arguments.range->length,
                            options);
  };
  transfer.output_name = [&](const std::string& path,
                             std::string& problem) -> std::optional<std::string> {
    if (!has_suffix(path, arguments.suffix)) {
      problem = path + " does not end in " + arguments.suffix +
                " and is passed over; -o or -c says where its content goes.";
      return std::nullopt;
    }
    return path.substr(0, path.size() - arguments.suffix.size());
  };
  transfer_files(arguments, transfer);
}

}  // namespace nnzip
