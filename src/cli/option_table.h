// SPDX-License-Identifier: Apache-2.0
// Which options each command has, and what -h says of them.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "args.h"

namespace nnzip {

// What the options say before they are weighed against each other.
struct RawOptions {
  bool decompress = false, compress = false, test = false, list = false, keep = false;
  bool quiet = false, verbose = false, version = false;
  std::string level = "5";  // a string, because CLI11 would add up numbers of several flags
  std::string device = "auto", model = "auto";
  std::string memory, range;
};

// Makes the parser of a command, or, if command is null, of the command line without such a word.
// Parsing writes to arguments and raw, but only what the line says.
void build_parser(CLI::App& app, const Command* command, Arguments& arguments, RawOptions& raw);

}  // namespace nnzip
