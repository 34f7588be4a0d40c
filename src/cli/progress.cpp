// SPDX-License-Identifier: Apache-2.0
// The text of the progress line: percent, rate and time left.
#include "progress.h"

#include <spdlog/fmt/fmt.h>

#include "message.h"

namespace nnzip {
namespace {

constexpr double kQuietSeconds = 1.0;  // most files are done before anyone would look
constexpr double kSecondsBetween = 0.2;
constexpr std::size_t kMaxNameShown = 40;  // so that the line stays one line

std::string duration(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace

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
  const double rate = static_cast<double>(done) / now;
  std::string text = name_.substr(0, kMaxNameShown) + ": ";
  if (total_ > 0) {
    text +=
        fmt::format("{:.1f} %, ", 100.0 * static_cast<double>(done) / static_cast<double>(total_));
  } else {
    text += fmt::format("{:.1f} MB, ", static_cast<double>(done) / 1e6);
  }
  text += fmt::format("{:.1f} kB/s", rate / 1e3);
  if (total_ > done && done > 0) {
    text += fmt::format(", {} left", duration(static_cast<double>(total_ - done) / rate));
  }
  message::status(text);
}

}  // namespace nnzip
