// SPDX-License-Identifier: Apache-2.0
// Which options each command has, and what -h says of them. CLI11 is known to option_table.cpp
// alone: its headers take longer to compile than the rest of the command.
#pragma once

#include <string>
#include <vector>

#include "args.h"

namespace nnzip {

// What the options say before they are weighed against each other.
struct RawOptions {
  bool decompress = false, compress = false, test = false, list = false, keep = false;
  bool quiet = false, verbose = false, version = false, no_sparse = false;
  bool directory = false, no_unwrap = false, fast_decode = false;
  bool name = false, no_name = false;  // gzip's; nothing is stored that they could be about
  std::string level = "5";  // a string, because CLI11 would add up numbers of several flags
  std::string device = "auto", model = "auto";
  std::string memory, range, layout;
  bool resume = false;
  std::string part, cut = "blocks";
  std::string text, sample_bytes, by = "auto";
  bool no_times = false;
};

// Throws Error(kInvalidArgument) that says where the options are told.
[[noreturn]] void fail(const std::string& problem);

// Reads the words of a command, or, if command is null, of the command line without such a word.
// Writes to arguments and raw, but only what the words say. Returns the help if it was asked for,
// else an empty text.
std::string parse_options(std::vector<std::string> words, const std::string& name,
                          const Command* command, Arguments& arguments, RawOptions& raw);

}  // namespace nnzip
