// SPDX-License-Identifier: Apache-2.0
// Names, terminals, progress, removal.
#include "transfer.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <exception>

#include "file_walk.h"
#include "files_in_flight.h"
#include "nnzip/diagnostics.hpp"
#include "progress.h"

namespace nnzip {
namespace {

bool goes_to_stdout(const Arguments& arguments, const std::string& path) {
  return arguments.output.empty() && (arguments.to_stdout || path == kStandardStream);
}

// Whether --rm would remove it.
bool removes_input(const Arguments& arguments, const Transfer& transfer, const std::string& path) {
  return arguments.remove_input && transfer.writes && !goes_to_stdout(arguments, path) &&
         path != kStandardStream;
}

// Why a file is not even opened; empty if nothing speaks against it.
std::string find_obstacle(const Arguments& arguments, const Transfer& transfer,
                          const std::string& path) {
  const bool needs_name =
      transfer.writes && arguments.output.empty() && !goes_to_stdout(arguments, path);
  if (path == kStandardStream) return {};
  auto status = platform::link_status(path);
  const bool is_link = status && status->type == platform::FileStatus::Type::kLink;
  if (is_link) status = platform::file_status(path);
  if (!status) return {};
  // Opening a named pipe would wait for somebody to write.
  if (needs_name && !status->is_regular()) {
    return path + " is no regular file and is passed over; -c reads it.";
  }
  if (is_link && arguments.remove_input && !arguments.force) {
    return path + " is a symbolic link and is passed over; -f removes it and keeps its file.";
  }
  // Whoever knows the file by its other name would go on with the content, but not with this file.
  if (removes_input(arguments, transfer, path) && status->is_regular() && status->names > 1 &&
      !arguments.force) {
    return path + " has more than one hard link and is passed over; -f removes this one.";
  }
  return {};
}

// Where the output goes: a name, "-" for standard output, "" for nowhere; nothing: pass over.
std::optional<std::string> find_target(const Arguments& arguments, const Transfer& transfer,
                                       const std::string& path, bool found) {
  std::string problem;
  // Of the files in a folder those count alone that the command line could mean.
  if (found && transfer.reads_compressed && !has_suffix(path, arguments.suffix)) {
    message::note(path + " does not end in " + arguments.suffix + " and is passed over.");
    return std::nullopt;
  }
  if (found && transfer.writes_compressed && !transfer.output_name(path, problem)) {
    message::note(problem);
    return std::nullopt;
  }
  if (!transfer.writes) return "";
  if (!arguments.output.empty()) return arguments.output;
  if (goes_to_stdout(arguments, path)) return kStandardStream;
  const auto name = transfer.output_name(path, problem);
  if (!name) message::warning(problem);
  return name;
}

}  // namespace

std::string describe(const BlockCounts& counts) {
  const std::string sorted =
      counts.bwt_blocks == 0 ? "" : fmt::format(", bwt {}", counts.bwt_blocks);
  const std::string lean =
      counts.lean_blocks == 0 ? "" : fmt::format(", lean {}", counts.lean_blocks);
  const std::string groups =
      counts.group_blocks == 0 ? "" : fmt::format(", groups {}", counts.group_blocks);
  const std::string copies =
      counts.copy_blocks == 0 ? "" : fmt::format(", copies {}", counts.copy_blocks);
  return fmt::format("{} blocks (mixed {}, network {}, contexts {}{}{}, zstd {}, stored {}{}{})",
                     counts.blocks, counts.mixed_blocks, counts.network_blocks,
                     counts.context_blocks, lean, sorted, counts.zstd_blocks, counts.stored_blocks,
                     groups, copies);
}

SeekableReader& demand_seekable(Reader& reader, const std::string& option) {
  if (auto* const file = dynamic_cast<SeekableReader*>(&reader)) return *file;
  throw Error(ErrorCode::kInvalidArgument,
              option + " takes a regular file: what it needs to know stands all over it.");
}

void refuse_same_file(const InputFile& input, const OutputFile& output) {
  if (!output.is_same_file(input)) return;
  throw Error(ErrorCode::kWriteFailed, input.label() + " is input and output at once.");
}

void refuse_terminal(const OutputFile& output) {
  if (!output.is_terminal()) return;
  throw Error(ErrorCode::kInvalidArgument,
              "Compressed data is not written to a terminal; -f does it, -h tells the options.");
}

namespace {

void refuse_terminals(const Arguments& arguments, const Transfer& transfer, const InputFile& input,
                      const OutputFile& output) {
  refuse_same_file(input, output);
  if (arguments.force) return;
  if (transfer.reads_compressed && input.is_terminal()) {
    throw Error(ErrorCode::kInvalidArgument,
                "Compressed data is not read from a terminal; -f does it, -h tells the options.");
  }
  if (transfer.writes_compressed) refuse_terminal(output);
}

std::string percentage(const Summary& summary) {
  if (summary.content_bytes == 0) return {};
  return fmt::format(" ({:.2f} %)", 100.0 * static_cast<double>(summary.coded_bytes) /
                                        static_cast<double>(summary.content_bytes));
}

std::string reused(const Summary& summary) {
  if (summary.reused_blocks == 0) return {};
  return fmt::format("{} blocks taken over, ", summary.reused_blocks);
}

void tell(const std::string& label, const Arguments& arguments, const Summary& summary,
          double seconds) {
  const bool forwards = arguments.command == Command::kCompress;
  message::note(fmt::format("{}: {} -> {} bytes{}, {}{}{}{}{:.1f} MiB of memory, {:.2f} s", label,
                            forwards ? summary.content_bytes : summary.coded_bytes,
                            forwards ? summary.coded_bytes : summary.content_bytes,
                            arguments.range ? "" : percentage(summary), describe(summary),
                            summary.model.empty() ? "" : ", " + summary.model,
                            summary.device.empty() ? ", " : ", " + summary.device + ", ",
                            reused(summary), static_cast<double>(summary.memory_bytes) / (1 << 20),
                            seconds));
  if (summary.device.empty()) return;
  message::note(fmt::format(
      "{}: model {}: {}; device {}: {}", label, summary.model, summary.reason, summary.device,
      arguments.options.device == "auto" ? "the fastest that works here" : "the one asked for"));
}

// Content bytes are what progress counts. A compressed file that can be read twice tells them; what
// is wrong with it is said when it is read in earnest.
std::uint64_t content_total(const Transfer& transfer, InputFile& input, const Options& options) {
  if (!message::status_is_visible()) return 0;
  if (!transfer.reads_compressed) return input.size();
  if (!input.is_regular()) return 0;
  std::uint64_t total = 0;
  try {
    for (const FrameInfo& frame : list_frames(input.reader(), options)) {
      total += frame.content_bytes;
    }
  } catch (const Error&) {
    total = 0;
  }
  input.rewind();
  return total;
}

// By its first bytes. What is too short for them is none.
bool is_compressed(InputFile& input) {
  constexpr std::size_t kBytesThatTell = 4;
  const std::vector<std::uint8_t> begin = input.peek(kBytesThatTell);
  if (begin.size() < kBytesThatTell) return false;
  try {
    static_cast<void>(decompress(begin));
  } catch (const Error& error) {
    return error.code() != ErrorCode::kNotAFrame;
  }
  return true;
}

Summary copy(Reader& reader, Writer& writer, const Options& options) {
  Summary summary;
  std::vector<std::uint8_t> buffer(std::size_t{1} << 17);
  while (const std::size_t size = reader.read(buffer)) {
    writer.write(std::span(buffer).first(size));
    summary.content_bytes = summary.coded_bytes += size;
    if (options.progress) options.progress(summary.content_bytes);
  }
  return summary;
}

// A file that has changed since is another one: its key is of the file, its size and its time.
std::string resume_key(const Arguments& arguments, const InputFile& input) {
  if (!arguments.resume) return {};
  if (!input.is_regular()) {
    throw Error(ErrorCode::kInvalidArgument, "--resume takes regular files.");
  }
  const platform::FileStatus& status = input.status();
  const Options& options = arguments.options;
  const std::size_t how = std::hash<std::string>()(
      fmt::format("{} {} {} {} {} {} {} {} {}", version(), options.level, options.model,
                  options.layout, options.unwrap, options.fast_decode, options.log2_window,
                  options.log2_block, options.memory_limit));
  return fmt::format("resume-{:x}-{:x}-{:x}-{:x}", status.bytes, status.changed.seconds,
                     status.changed.nanoseconds, how);
}

void transfer_file(const Arguments& arguments, const Transfer& transfer, const std::string& path,
                   bool found) {
  if (const std::string obstacle = find_obstacle(arguments, transfer, path); !obstacle.empty()) {
    message::warning(obstacle);
    return;
  }
  InputFile input(path);
  const std::optional<std::string> target = find_target(arguments, transfer, path, found);
  if (!target) return;
  OutputFile output(*target, arguments.force, transfer.reads_compressed && arguments.sparse,
                    resume_key(arguments, input));
  refuse_terminals(arguments, transfer, input, output);

  Options options = arguments.options;
  std::optional<InputFile> unfinished;
  if (arguments.resume && !output.unfinished().empty()) {
    unfinished.emplace(output.unfinished());
    options.resume = unfinished->seekable();
  }
  const std::uint64_t total =
      arguments.range || arguments.part ? 0 : content_total(transfer, input, arguments.options);
  Progress progress(input.label(), total);
  if (!output.is_terminal()) {
    options.progress = [&progress](std::uint64_t done) { progress.update(done); };
  }
  // As zcat -f: whoever reads a folder of logs need not know which of them are compressed.
  const bool as_it_is = arguments.force && transfer.reads_compressed && transfer.writes &&
                        output.is_standard() && !arguments.range && !is_compressed(input);
  const Summary summary = as_it_is ? copy(input.reader(), output, options)
                                   : transfer.run(input.reader(), output, options);
  output.commit(&input);
  if (!summary.warning.empty()) message::warning(input.label() + ": " + summary.warning);
  tell(input.label(), arguments, summary, progress.seconds());
  // As late as can be: what is written after this look and before the removal is lost.
  if (input.has_changed()) {
    message::warning(input.label() + " has changed while it was read" +
                     (removes_input(arguments, transfer, path) ? " and is not removed." : "."));
  } else if (removes_input(arguments, transfer, path) && input.is_regular()) {
    input.remove();
  }
}

// More than one where each file has an output of its own and nothing in common with others.
std::size_t files_at_once(const Arguments& arguments, const Transfer& transfer) {
  const bool apart = (arguments.files.size() > 1 || arguments.recursive) &&
                     (!transfer.writes || (arguments.output.empty() && !arguments.to_stdout)) &&
                     std::ranges::find(arguments.files, kStandardStream) == arguments.files.end() &&
                     arguments.reuse.empty() && arguments.options.memory_limit == 0;
  return apart ? contents_at_once(arguments.options) : 1;
}

}  // namespace

bool has_suffix(const std::string& path, const std::string& suffix) {
  const std::size_t name = path.size() - platform::start_of_name(path);
  return name > suffix.size() && path.ends_with(suffix);
}

bool tell_error(const Error& error, const std::string& path) {
  const bool hopeless = error.code() == ErrorCode::kBackendUnavailable;
  // The library does not know the file's name; what cannot be read or written names itself.
  const bool nameless = !hopeless && error.code() != ErrorCode::kInvalidArgument &&
                        error.code() != ErrorCode::kReadFailed &&
                        error.code() != ErrorCode::kWriteFailed;
  message::error((nameless ? input_label(path) + ": " : "") + error.what());
  return !hopeless;
}

void transfer_files(const Arguments& arguments, const Transfer& transfer) {
  const Options& options = arguments.options;
  if (options.memory_limit == 0) {
    message::note(fmt::format("at most {} MiB for blocks side by side, half of the memory there is",
                              options.memory_at_once >> 20));
  }
  const FileVisitor visit = [&](const std::string& path, bool found) {
    try {
      transfer_file(arguments, transfer, path, found);
    } catch (const Error& error) {
      // On standard output nobody reads on, or there is no room: the next file fares no better.
      const bool ended = goes_to_stdout(arguments, path) && error.code() == ErrorCode::kWriteFailed;
      return tell_error(error, path) && !ended;
    } catch (const std::bad_alloc&) {
      message::error(input_label(path) +
                     ": There is not enough memory; fewer threads (-T 1) need less.");
    }
    return true;
  };
  const std::size_t at_once = files_at_once(arguments, transfer);
  if (at_once == 1) return walk_files(arguments.files, arguments.recursive, visit);
  visit_in_flight(arguments.files, arguments.recursive, at_once, visit);
}

}  // namespace nnzip
