// SPDX-License-Identifier: Apache-2.0
// What compressing, decompressing and testing have in common: the walk over the files.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "args.h"
#include "file_io.h"

namespace nnzip {

struct Transfer {
  std::function<Summary(Reader&, Writer&, const Options&)> run;
  // The name that the output for an input gets. If there is none, it says so as a warning, and the
  // file is passed over.
  std::function<std::optional<std::string>(const std::string&)> output_name;
  bool reads_compressed = false;
  bool writes_compressed = false;
  bool writes = true;  // false: only reads, for test
};

// Runs the transfer for each file of arguments, or from standard input to standard output. An error
// with one file does not keep the others from their turn.
void transfer_files(const Arguments& arguments, const Transfer& transfer);

}  // namespace nnzip
