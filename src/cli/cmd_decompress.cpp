// SPDX-License-Identifier: Apache-2.0
// nnzip decompress and nnzip test.
#include "commands.h"
#include "transfer.h"

namespace nnzip {

void run_decompress(const Arguments& arguments) {
  Transfer transfer;
  transfer.reads_compressed = true;
  transfer.writes = arguments.command != Command::kTest;
  transfer.run = [](Reader& reader, Writer& writer, const Options& options) {
    return decompress(reader, writer, options);
  };
  transfer.output_name = [&](const std::string& path) -> std::optional<std::string> {
    const std::string& suffix = arguments.suffix;
    const std::size_t slash = path.rfind('/');
    const std::size_t name = path.size() - (slash == std::string::npos ? 0 : slash + 1);
    if (name <= suffix.size() || !path.ends_with(suffix)) {
      message::warning(path + " does not end in " + suffix +
                       " and is passed over; -o or -c says where its content goes.");
      return std::nullopt;
    }
    return path.substr(0, path.size() - suffix.size());
  };
  transfer_files(arguments, transfer);
}

}  // namespace nnzip
