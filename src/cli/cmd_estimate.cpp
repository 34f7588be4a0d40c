// SPDX-License-Identifier: Apache-2.0
// nnzip estimate: size, time and memory of all levels, told from samples.
#include <spdlog/fmt/fmt.h>

#include "commands.h"
#include "file_io.h"
#include "file_walk.h"
#include "json.h"
#include "platform/files.h"
#include "transfer.h"

namespace nnzip {
namespace {

Estimate read_estimate(const std::string& path, const Options& options) {
  // A pipe that has a name would be waited for.
  const auto status = path == "-" ? std::nullopt : platform::file_status(path);
  if (!status || status->is_regular()) {
    InputFile input(path);
    if (input.seekable() != nullptr) return estimate(*input.seekable(), options);
  }
  throw Error(ErrorCode::kInvalidArgument,
              input_label(path) + " cannot be estimated: samples are taken from all over a file.");
}

double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 100.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

std::string table(const std::string& path, const Estimate& estimate) {
  std::string text = fmt::format("{}, {} bytes\n{:>5} {:>13} {:>10} {:>10} {:>8}\n",
                                 message::printable(input_label(path)), estimate.content_bytes,
                                 "level", "file", "ratio", "seconds", "MiB");
  for (std::size_t i = 0; i < estimate.levels.size(); ++i) {
    const LevelEstimate& level = estimate.levels[i];
    text += fmt::format("{:>5} {:>13} {:>8.2f} % {:>10.1f} {:>8}\n", i + 1, level.coded_bytes,
                        percent(level.coded_bytes, estimate.content_bytes), level.seconds,
                        level.memory_bytes >> 20);
  }
  return text;
}

// Names that programs rely on, as those of list.
Json json(const std::string& path, const Estimate& estimate) {
  Json levels = Json::array();
  for (std::size_t i = 0; i < estimate.levels.size(); ++i) {
    const LevelEstimate& level = estimate.levels[i];
    levels.push_back({{"level", i + 1},
                      {"coded_bytes", level.coded_bytes},
                      {"seconds", rounded(level.seconds, 1e3)},
                      {"memory_bytes", level.memory_bytes}});
  }
  return {{"name", path}, {"content_bytes", estimate.content_bytes}, {"levels", levels}};
}

}  // namespace

void run_estimate(const Arguments& arguments) {
  Json all = Json::array();
  walk_files(arguments.files, arguments.recursive, [&](const std::string& path, bool) {
    try {
      const Estimate estimate = read_estimate(path, arguments.options);
      if (!arguments.json) {
        message::output(table(path, estimate));
      } else {
        all.push_back(json(path, estimate));
      }
    } catch (const Error& error) {
      return tell_error(error, path);
    }
    return true;
  });
  if (arguments.json) message::output(json_text(all));
}

int level_within(double seconds, SeekableReader& content, const Options& options) {
  const Estimate all = estimate(content, options);
  content.seek(0);
  int level = 1;
  for (int i = 2; i <= 9; ++i) {
    const LevelEstimate& each = all.levels[static_cast<std::size_t>(i - 1)];
    const bool fits = options.memory_limit == 0 || each.memory_bytes <= options.memory_limit;
    if (fits && each.seconds <= seconds) level = i;
  }
  return level;
}

}  // namespace nnzip
