// SPDX-License-Identifier: Apache-2.0
// What compressing, decompressing and testing have in common: the way of one file.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "args.h"
#include "file_io.h"

namespace nnzip {

struct Transfer {
  std::function<Summary(Reader&, Writer&, const Options&)> run;
  // The name that the output for an input gets. If there is none, problem says why, and the file
  // is passed over.
  std::function<std::optional<std::string>(const std::string& path, std::string& problem)>
      output_name;
  bool reads_compressed = false;
  bool writes_compressed = false;
  bool writes = true;  // false: only reads, for test
};

// For people: "2 blocks (mixed 1, ...)".
std::string describe(const BlockCounts& counts);

// Runs the transfer for each file of arguments, or from standard input to standard output. An error
// with one file does not keep the others from their turn.
void transfer_files(const Arguments& arguments, const Transfer& transfer);

// What that option reads. Throws Error(kInvalidArgument) for a pipe.
SeekableReader& demand_seekable(Reader& reader, const std::string& option);

// Throw Error if the output would go into its own input, or compressed data to a terminal.
void refuse_same_file(const InputFile& input, const OutputFile& output);
void refuse_terminal(const OutputFile& output);

// Whether path ends in the suffix and has a name before it.
bool has_suffix(const std::string& path, const std::string& suffix);

// Says error, with the file's name if the error is about it and does not tell it. Returns whether
// other files may fare better.
bool tell_error(const Error& error, const std::string& path);

}  // namespace nnzip
