// SPDX-License-Identifier: Apache-2.0
// The command line as one plain struct.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "message.h"
#include "nnzip/nnzip.hpp"
#include "nnzip/sample.hpp"
#include "sizes.h"

namespace nnzip {

enum class Command {
  kCompress,
  kDecompress,
  kTest,
  kList,
  kEstimate,
  kExplain,
  kReport,
  kSample,
  kJoin,
  kModels,
  kBench,
  kPrint
};

struct Arguments {
  Command command = Command::kCompress;
  std::string text;  // kPrint: help or version, all that there is to do
  std::vector<std::string> files;
  Options options;
  message::Verbosity verbosity = message::Verbosity::kNormal;

  bool to_stdout = false;
  bool force = false;
  bool remove_input = false;
  bool recursive = false;
  bool sparse = true;              // content with zeros may become a file with holes
  std::string output;              // -o, empty if not given
  std::string suffix = ".nnz";     // with its dot
  std::optional<ByteRange> range;  // the content to decompress, all if not given
  std::optional<PartNumber> part;  // of the content, all if not given
  std::string reuse;               // an earlier file, empty if not given
  bool resume = false;
  double adapt = 0;        // seconds that compressing a file may take, 0 if the level is given
  Cut cut = Cut::kBlocks;  // where parts may end

  bool json = false;  // the list, estimate or explanation for programs
  bool times = true;  // whether a report tells how long levels take
  ByteRange shown;    // of the content, to be shown as text; as much as fits if its length is 0
  SampleOptions sample;
  std::string prompt;  // the file to go on from, empty for none
  bool verify_models = false;
  bool signature = false;
  bool speed = false;
  bool stages = false;
  std::string synthetic;  // the generated model to time, empty for a real one
  std::string check;      // "A,B": the backends to compare
};

// Reads the options of the variable NNZIP_OPT, then the command line. Throws
// Error(kInvalidArgument).
Arguments parse_arguments(int argc, const char* const* argv);

}  // namespace nnzip
