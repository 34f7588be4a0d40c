// SPDX-License-Identifier: Apache-2.0
// The command line as one plain struct.
#pragma once

#include <string>
#include <vector>

#include "message.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

enum class Command { kCompress, kDecompress, kTest, kModels, kBench, kPrint };

struct Arguments {
  Command command = Command::kCompress;
  std::string text;  // kPrint: help or version, all that there is to do
  std::vector<std::string> files;
  Options options;
  message::Verbosity verbosity = message::Verbosity::kNormal;

  bool to_stdout = false;
  bool force = false;
  bool remove_input = false;
  std::string output;           // -o, empty if not given
  std::string suffix = ".nnz";  // with its dot

  bool verify_models = false;
  bool signature = false;
  std::string check;  // "A,B": the backends to compare
};

// Throws Error(kInvalidArgument).
Arguments parse_arguments(int argc, const char* const* argv);

}  // namespace nnzip
