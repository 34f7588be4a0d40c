// SPDX-License-Identifier: Apache-2.0
// Messages through spdlog; the only file of the command that prints.
#include "message.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "platform/files.h"
#include "platform/terminal.h"
#include "utf8.h"

namespace nnzip::message {
namespace {

Verbosity current_verbosity = Verbosity::kNormal;
int current_status = 0;
bool status_shown = false;
thread_local std::vector<Line>* kept = nullptr;  // of a thread that must not speak

spdlog::logger& logger() {
  static spdlog::logger instance = [] {
    spdlog::logger made("nnzip", std::make_shared<spdlog::sinks::stderr_sink_st>());
    made.set_pattern("nnzip: %v");
    made.set_level(spdlog::level::info);
    return made;
  }();
  return instance;
}

// Bytes of the printable character at the start of text; 0 if there is none.
std::size_t printable_length(std::string_view text) {
  const auto [length, code] = first_utf8_char(text);
  const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
  // Marks that turn the writing direction could make a name look like another.
  const bool turns = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  const bool line_break = code == 0x2028 || code == 0x2029;
  return control || turns || line_break ? 0 : length;
}

}  // namespace

void set_verbosity(Verbosity verbosity) { current_verbosity = verbosity; }

Verbosity verbosity() { return current_verbosity; }

void error(const std::string& text) {
  if (kept != nullptr) return kept->push_back({Line::Kind::kError, text});
  status("");
  current_status = 1;
  logger().error("error: {}", printable(text));
}

void warning(const std::string& text) {
  if (kept != nullptr) return kept->push_back({Line::Kind::kWarning, text});
  if (current_status == 0) current_status = 2;
  if (current_verbosity == Verbosity::kQuiet) return;
  status("");
  logger().warn("warning: {}", printable(text));
}

void note(const std::string& text) {
  if (current_verbosity != Verbosity::kVerbose) return;
  if (kept != nullptr) return kept->push_back({Line::Kind::kNote, text});
  status("");
  logger().info("{}", printable(text));
}

std::vector<Line> kept_from(const std::function<void()>& task) {
  std::vector<Line> lines;
  kept = &lines;
  try {
    task();
  } catch (...) {
    kept = nullptr;
    throw;
  }
  kept = nullptr;
  return lines;
}

void say(const std::vector<Line>& lines) {
  for (const Line& line : lines) {
    switch (line.kind) {
      case Line::Kind::kError:
        error(line.text);
        break;
      case Line::Kind::kWarning:
        warning(line.text);
        break;
      case Line::Kind::kNote:
        note(line.text);
        break;
    }
  }
}

int exit_status() { return current_status; }

void output(const std::string& text) {
  status("");
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written || std::fflush(stdout) != 0) {
    error(std::string("Cannot write standard output: ") + std::strerror(errno) + ".");
  }
}

void status(const std::string& text) {
  if (kept != nullptr || (text.empty() && !status_shown)) return;
  std::fprintf(stderr, "\r\033[K%s", printable(text).c_str());
  std::fflush(stderr);
  status_shown = !text.empty();
}

std::size_t status_columns() { return platform::terminal_columns().value_or(80); }

bool status_is_visible() {
  return kept == nullptr && current_verbosity != Verbosity::kQuiet &&
         platform::is_terminal(platform::kStandardError);
}

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = printable_length(text);
    result += length == 0 ? std::string_view("?") : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

}  // namespace nnzip::message
