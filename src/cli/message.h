// SPDX-License-Identifier: Apache-2.0
// All that the command says to people. Nothing else in the command prints.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace nnzip::message {

enum class Verbosity { kQuiet, kNormal, kVerbose };  // quiet: errors only

void set_verbosity(Verbosity verbosity);
Verbosity verbosity();

// One line each on standard error. Characters that a terminal might obey are masked, so names and
// library messages may be passed as they are. An error makes the exit status 1; a warning makes it
// 2 unless there was an error.
void error(const std::string& text);
void warning(const std::string& text);
void note(const std::string& text);  // only when verbose

// What a thread would say while it runs the task, in place of saying it; for say(), on a thread
// that may speak.
struct Line {
  enum class Kind { kError, kWarning, kNote } kind;
  std::string text;
};
std::vector<Line> kept_from(const std::function<void()>& task);
void say(const std::vector<Line>& lines);

// 0, 1 or 2 by what has been said so far.
int exit_status();

// Results asked for (help, tables, numbers), on standard output as they are. A failure to write
// them is an error.
void output(const std::string& text);

// Shows text on the terminal's current line in place of the text shown before; "" clears it. Any
// message clears it first. Only for when status_is_visible(), which it is not in kept_from().
void status(const std::string& text);
std::size_t status_columns();  // of the terminal
bool status_is_visible();      // standard error is a terminal and the command is not quiet

// The text with control characters and bytes that are not UTF-8 replaced by '?'.
std::string printable(std::string_view text);

}  // namespace nnzip::message
