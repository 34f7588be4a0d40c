// SPDX-License-Identifier: Apache-2.0
// The text of the progress line.
#include "progress.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "message.h"
#include "utf8.h"

namespace nnzip {
namespace {

constexpr double kQuietSeconds = 1.0;  // most files are done before anyone would look
constexpr double kSecondsBetween = 0.2;
constexpr std::size_t kMaxNameColumns = 32;
constexpr std::size_t kMaxBarColumns = 24;
constexpr std::size_t kMinBarColumns = 8;

std::string duration(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string amount(double bytes) {
  return bytes < 1e6 ? fmt::format("{:.1f} kB", bytes / 1e3)
                     : fmt::format("{:.1f} MB", bytes / 1e6);
}

// As many whole characters from the start as columns hold, each counted as one.
std::string shortened(const std::string& text, std::size_t columns) {
  std::string_view rest = text;
  std::size_t used = 0;
  for (; !rest.empty() && used < columns; ++used) {
    rest.remove_prefix(std::max<std::size_t>(first_utf8_char(rest).length, 1));
  }
  return text.substr(0, text.size() - rest.size());
}

std::string bar(double part, std::size_t columns) {
  const std::size_t inside = columns - 2;
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(inside));
  return '[' + std::string(filled, '=') + std::string(inside - filled, ' ') + ']';
}

}  // namespace

std::string progress_line(const std::string& name, std::uint64_t done, std::uint64_t total,
                          double seconds, std::size_t columns) {
  const double rate = static_cast<double>(done) / std::max(seconds, 1e-3);
  const std::string label = shortened(name, kMaxNameColumns) + ": ";
  std::string numbers;
  std::string drawing;
  if (total > 0) {
    // A file may grow while it is read.
    const double part = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    numbers = fmt::format("{:5.1f} %", 100.0 * part);
    // The time left takes up to 16 columns, the rate 12.
    const std::size_t taken = std::min(name.size(), kMaxNameColumns) + 2 + numbers.size() + 32;
    if (columns > taken + kMinBarColumns) {
      drawing = bar(part, std::min(columns - taken - 1, kMaxBarColumns)) + ' ';
    }
  } else {
    numbers = amount(static_cast<double>(done));
  }
  numbers += ", " + amount(rate) + "/s";
  if (total > done && done > 0) {
    numbers += ", " + duration(static_cast<double>(total - done) / rate) + " left";
  }
  // The last column stays free: writing there would begin a new line on some terminals.
  return shortened(label + drawing + numbers, columns - std::min<std::size_t>(columns, 1));
}

Progress::~Progress() { message::status(""); }

double Progress::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void Progress::update(std::uint64_t done) {
  const double now = seconds();
  if (now < kQuietSeconds || now - shown_at_ < kSecondsBetween || !message::status_is_visible()) {
    return;
  }
  shown_at_ = now;
  message::status(progress_line(name_, done, total_, now, message::status_columns()));
}

}  // namespace nnzip
