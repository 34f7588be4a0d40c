// SPDX-License-Identifier: Apache-2.0
// nnzip explain: where the bytes of a compressed file go, for people or as JSON.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>

#include "commands.h"
#include "content_file.h"
#include "file_walk.h"
#include "json.h"
#include "look/file_costs.h"
#include "look/report_data.h"
#include "platform/process.h"
#include "transfer.h"

namespace nnzip {
namespace {

constexpr std::size_t kBarColumns = 64, kMostRows = 40, kExtremes = 3;

double bytes_of(std::uint64_t cost) { return look::bits_of(cost) / 8; }

std::string table_row(const look::Section& section) {
  const std::string model = section.model.empty() ? "" : " (" + section.model + ")";
  return fmt::format("{:>12} {:>12} {:>12.0f} {:>6.3f}  {:<34} {}\n", section.offset, section.bytes,
                     bytes_of(section.cost), look::bits_per_byte(section.cost, section.bytes),
                     section.kind, section.predictor + model);
}

std::string table(const look::FileCosts& file, bool all) {
  std::string text = fmt::format("{:>12} {:>12} {:>12} {:>6}  {:<34} {}\n", "offset", "bytes",
                                 "coded", "bits", "what it is", "what predicts it");
  std::size_t rows = 0;
  for (const look::Section& section : file.sections) {
    if (rows++ == kMostRows && !all) break;
    text += table_row(section);
  }
  if (rows > kMostRows && !all) {
    text += fmt::format("{:>12} {} more; -v shows them\n", "...", file.sections.size() - kMostRows);
  }
  return text;
}

bool shows_unicode() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = platform::variable(name).value_or("");
    if (value.empty()) continue;
    return value.find("UTF-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

// A character for each part, from 0 to 8 bits and more a byte.
std::string bar(const std::vector<double>& profile, bool unicode) {
  static constexpr const char* kBlocks[] = {" ",      "\u2581", "\u2582", "\u2583", "\u2584",
                                            "\u2585", "\u2586", "\u2587", "\u2588"};
  static constexpr const char* kAscii[] = {" ", ".", ":", "-", "=", "+", "*", "#", "@"};
  std::string text;
  for (const double bits : profile) {
    // What costs anything is seen.
    const auto height = static_cast<std::size_t>(std::clamp(std::ceil(bits), 0.0, 8.0));
    text += unicode ? kBlocks[height] : kAscii[height];
  }
  return text;
}

// As it may stand on a terminal.
std::string excerpt(std::span<const std::uint8_t> content, const look::Stretch& stretch) {
  std::string text;
  for (const std::uint8_t byte :
       content.subspan(stretch.offset, std::min<std::uint64_t>(stretch.bytes, 40))) {
    text += byte >= 32 && byte < 127 ? static_cast<char>(byte) : '.';
  }
  return text;
}

std::string stretch_lines(const char* head, std::span<const std::uint8_t> content,
                          const std::vector<look::Stretch>& stretches) {
  std::string text;
  for (const look::Stretch& stretch : stretches) {
    text += fmt::format("{:<7} {:>7.3f} bits a byte at {:<11} {}\n", text.empty() ? head : "",
                        look::bits_per_byte(stretch.cost, stretch.bytes), stretch.offset,
                        excerpt(content, stretch));
  }
  return text;
}

std::string explanation(const look::FileCosts& file, std::span<const std::uint8_t> content,
                        bool all) {
  const Summary& frame = file.frame;
  std::string text = fmt::format(
      "{}: {} bytes -> {} bytes, {:.3f} bits a byte, level {}\n",
      message::printable(input_label(file.name)), frame.content_bytes, frame.coded_bytes,
      look::bits_per_byte(frame.coded_bytes * 8 * kCostsPerBit, frame.content_bytes), file.level);
  if (content.empty()) return text;
  text += table(file, all);
  text += fmt::format("{:>12} {:>12} {:>12}         the frame itself\n", "", "", file.frame_bytes);
  const auto profile = look::profile(file.costs, kBarColumns);
  text += fmt::format("costs   |{}| {} bytes a column, full at 8 bits\n",
                      bar(profile, shows_unicode()), content.size() / profile.size());
  const look::Extremes found = look::extremes(file.costs, kExtremes);
  text += stretch_lines("most", content, found.costly);
  text += stretch_lines("least", content, found.cheap);
  if (file.copies.count != 0) {
    text += fmt::format(
        "copies  {} of earlier content, {} bytes for {:.0f}; like the rest they would be {:.0f} "
        "more\n",
        file.copies.count, file.copies.bytes, bytes_of(file.copies.cost),
        bytes_of(file.copies.saved));
  }
  return text;
}

}  // namespace

void run_explain(const Arguments& arguments) {
  Json all = Json::array();
  walk_files(arguments.files, false, [&](const std::string& path, bool) {
    try {
      const auto content =
          read_content(path, arguments.range, look::kMostContent, "--range picks a part of it.");
      const look::FileCosts file = look::measure_file(path, content, arguments.options);
      if (arguments.json) {
        all.push_back(look::json_of(file));
      } else {
        const bool verbose = arguments.verbosity == message::Verbosity::kVerbose;
        message::output(explanation(file, content, verbose));
      }
    } catch (const Error& error) {
      return tell_error(error, path);
    }
    return true;
  });
  if (arguments.json) message::output(json_text(all));
}

}  // namespace nnzip
