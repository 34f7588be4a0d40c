// SPDX-License-Identifier: Apache-2.0
// nnzip decompress and nnzip test.
#include "commands.h"
#include "transfer.h"

namespace nnzip {

void run_decompress(const Arguments& arguments) {
  if (arguments.part) return run_decompress_part(arguments);
  Transfer transfer;
  transfer.reads_compressed = true;
  transfer.writes = arguments.command != Command::kTest;
  transfer.run = [&](Reader& reader, Writer& writer, const Options& options) {
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
