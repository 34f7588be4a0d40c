// SPDX-License-Identifier: Apache-2.0
// nnzip compress.
#include <spdlog/fmt/fmt.h>

#include "commands.h"
#include "transfer.h"

namespace nnzip {

namespace {

void run_compress(const Arguments& arguments, SeekableReader* earlier) {
  Transfer transfer;
  transfer.writes_compressed = true;
  transfer.run = [&](Reader& reader, Writer& writer, Options options) {
    options.reuse = earlier;
    if (arguments.adapt != 0) {
      options.level = level_within(arguments.adapt, demand_seekable(reader, "--adapt"), options);
      message::note(fmt::format("level {} is the highest that fits the time", options.level));
    }
    if (!arguments.part) return compress(reader, writer, options);
    SeekableReader& content = demand_seekable(reader, "--part");
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

}  // namespace

void run_compress(const Arguments& arguments) {
  if (arguments.reuse.empty()) return run_compress(arguments, nullptr);
  InputFile earlier(arguments.reuse);
  if (earlier.seekable() == nullptr) {
    throw Error(ErrorCode::kInvalidArgument, "--reuse takes a regular file.");
  }
  run_compress(arguments, earlier.seekable());
}
}  // namespace nnzip
