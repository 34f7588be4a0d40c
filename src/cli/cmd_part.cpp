// SPDX-License-Identifier: Apache-2.0
// nnzip -d --part: one share of a file's content, to its place in a file that others fill as well.
#include <spdlog/fmt/fmt.h>

#include "commands.h"
#include "platform/files.h"
#include "progress.h"
#include "shared_file.h"
#include "transfer.h"

namespace nnzip {
namespace {

void refuse_output_over(const InputFile& input, const std::string& path) {
  const auto status = platform::file_status(path);
  if (!status || !status->is_same_file(input.status())) return;
  throw Error(ErrorCode::kWriteFailed, input.label() + " is input and output at once.");
}

Summary decompress_to(const ContentPart& part, InputFile& input, const Arguments& arguments,
                      Writer& writer) {
  Progress progress(input.label(), part.length);
  Options options = arguments.options;
  options.progress = [&progress](std::uint64_t done) { progress.update(done); };
  SeekableReader& file = *input.seekable();
  file.seek(0);
  const Summary summary = decompress_range(file, writer, part.offset, part.length, options);
  if (summary.content_bytes == part.length) return summary;
  throw Error(ErrorCode::kCorrupt, "the content is shorter than its directory or index states.");
}

void run_part(const Arguments& arguments) {
  InputFile input(arguments.files.front());
  const ContentPart part = find_compressed_part(demand_seekable(input.reader(), "--part"),
                                                arguments.part->number, arguments.part->count);
  Summary summary;
  if (arguments.to_stdout) {
    OutputFile output(kStandardStream, arguments.force, false);
    summary = decompress_to(part, input, arguments, output);
    output.commit(nullptr);
  } else {
    refuse_output_over(input, arguments.output);
    SharedFile output(arguments.output, part.whole_bytes, part.offset, arguments.force);
    summary = decompress_to(part, input, arguments, output);
    output.close();
  }
  message::note(fmt::format("{}: bytes {} to {} of {}, {}", input.label(), part.offset,
                            part.offset + part.length, part.whole_bytes, describe(summary)));
  if (!summary.warning.empty()) message::warning(input.label() + ": " + summary.warning);
}

}  // namespace

void run_decompress_part(const Arguments& arguments) {
  try {
    run_part(arguments);
  } catch (const Error& error) {
    tell_error(error, arguments.files.front());
  }
}

}  // namespace nnzip
