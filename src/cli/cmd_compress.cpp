// SPDX-License-Identifier: Apache-2.0
// nnzip compress.
#include "commands.h"
#include "transfer.h"

namespace nnzip {

void run_compress(const Arguments& arguments) {
  Transfer transfer;
  transfer.writes_compressed = true;
  transfer.run = [&](Reader& reader, Writer& writer, const Options& options) {
    if (!arguments.part) return compress(reader, writer, options);
    SeekableReader& content = demand_seekable(reader);
    const ContentPart part =
        find_part(content, arguments.part->number, arguments.part->count, arguments.cut);
    return compress_part(content, part, writer, options);
  };
  transfer.output_name = [&](const std::string& path,
                             std::string& problem) -> std::optional<std::string> {
    if (!arguments.force && has_suffix(path, arguments.suffix)) {
      problem = path + " ends in " + arguments.suffix + " already and is passed over; -f takes it.";
      return std::nullopt;
    }
    return path + arguments.suffix;
  };
  transfer_files(arguments, transfer);
}

}  // namespace nnzip
