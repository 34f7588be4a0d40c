// SPDX-License-Identifier: Apache-2.0
// nnzip compress.
#include "commands.h"
#include "transfer.h"

namespace nnzip {

void run_compress(const Arguments& arguments) {
  Transfer transfer;
  transfer.writes_compressed = true;
  transfer.run = [](Reader& reader, Writer& writer, const Options& options) {
    return compress(reader, writer, options);
  };
  transfer.output_name = [&](const std::string& path) -> std::optional<std::string> {
    const std::string& suffix = arguments.suffix;
    if (!arguments.force && path.size() > suffix.size() && path.ends_with(suffix)) {
      message::warning(path + " ends in " + suffix + " already and is passed over; -f takes it.");
      return std::nullopt;
    }
    return path + suffix;
  };
  transfer_files(arguments, transfer);
}

}  // namespace nnzip
