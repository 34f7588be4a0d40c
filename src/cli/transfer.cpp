// SPDX-License-Identifier: Apache-2.0
// The walk over the files: names, terminals, progress, removal.
#include "transfer.h"

#include <spdlog/fmt/fmt.h>

#include <exception>

#include "progress.h"

namespace nnzip {
namespace {

// Where the output goes: a name, "-" for standard output, "" for nowhere; nothing: pass over.
std::optional<std::string> find_target(const Arguments& arguments, const Transfer& transfer,
                                       const InputFile& input, const std::string& path) {
  if (input.is_folder()) {
    message::warning(input.label() + " is a folder and is passed over.");
    return std::nullopt;
  }
  if (!transfer.writes) return "";
  if (!arguments.output.empty()) return arguments.output;
  if (arguments.to_stdout || input.is_standard()) return kStandardStream;
  if (!input.is_regular()) {
    message::warning(input.label() + " is no regular file and is passed over; -c reads it.");
    return std::nullopt;
  }
  return transfer.output_name(path);
}

void refuse_terminals(const Arguments& arguments, const Transfer& transfer, const InputFile& input,
                      const OutputFile& output) {
  if (arguments.force) return;
  if (transfer.reads_compressed && input.is_terminal()) {
    throw Error(ErrorCode::kInvalidArgument,
                "Compressed data is not read from a terminal; -f does it, -h tells the options.");
  }
  if (transfer.writes_compressed && output.is_terminal()) {
    throw Error(ErrorCode::kInvalidArgument,
                "Compressed data is not written to a terminal; -f does it, -h tells the options.");
  }
}

void tell(const std::string& label, const Transfer& transfer, const Summary& summary,
          double seconds) {
  const auto content = static_cast<double>(summary.content_bytes);
  const double percent = summary.content_bytes > 0
                             ? 100.0 * static_cast<double>(summary.coded_bytes) / content
                             : 100.0;
  const bool forwards = transfer.writes_compressed;
  message::note(
      fmt::format("{}: {} -> {} bytes ({:.2f} %), {} blocks (model {}, zstd {}, stored {})"
                  "{}{}{}{}, {:.2f} s",
                  label, forwards ? summary.content_bytes : summary.coded_bytes,
                  forwards ? summary.coded_bytes : summary.content_bytes, percent, summary.blocks,
                  summary.model_blocks, summary.zstd_blocks, summary.stored_blocks,
                  summary.model.empty() ? "" : ", ", summary.model,
                  summary.device.empty() ? "" : ", ", summary.device, seconds));
}

void transfer_file(const Arguments& arguments, const Transfer& transfer, const std::string& path) {
  InputFile input(path);
  const std::optional<std::string> target = find_target(arguments, transfer, input, path);
  if (!target) return;
  OutputFile output(*target, arguments.force);
  refuse_terminals(arguments, transfer, input, output);

  Options options = arguments.options;
  // Content bytes are what progress counts; a compressed file does not tell how many it holds.
  Progress progress(input.label(), transfer.reads_compressed ? 0 : input.size());
  if (!output.is_terminal()) {
    options.progress = [&progress](std::uint64_t done) { progress.update(done); };
  }
  const Summary summary = transfer.run(input, output, options);
  output.commit(input);
  tell(input.label(), transfer, summary, progress.seconds());
  if (arguments.remove_input && transfer.writes && !output.is_standard() && input.is_regular() &&
      !input.is_standard()) {
    input.remove();
  }
}

}  // namespace

void transfer_files(const Arguments& arguments, const Transfer& transfer) {
  const std::vector<std::string> standard = {kStandardStream};
  const bool to_stdout = arguments.to_stdout;
  for (const std::string& path : arguments.files.empty() ? standard : arguments.files) {
    const std::string name = path == kStandardStream ? "standard input" : path;
    try {
      transfer_file(arguments, transfer, path);
    } catch (const Error& error) {
      // The library does not know the name; files and streams name themselves.
      const bool named = std::string_view(error.what()).find(name) != std::string_view::npos;
      const bool about_file =
          error.code() != ErrorCode::kInvalidArgument && error.code() != ErrorCode::kWriteFailed;
      message::error(about_file && !named ? name + ": " + error.what() : error.what());
      // Nobody reads on, or there is no room: the next file would fare no better.
      if (to_stdout && error.code() == ErrorCode::kWriteFailed) return;
    } catch (const std::bad_alloc&) {
      message::error(name + ": There is not enough memory; fewer threads (-T 1) need less.");
    }
  }
}

}  // namespace nnzip
