// SPDX-License-Identifier: Apache-2.0
// nnzip models: which models there are, and whether they are what they say.
#include <spdlog/fmt/fmt.h>

#include "commands.h"

namespace nnzip {
namespace {

void list(const std::vector<ModelInfo>& models, bool verbose) {
  std::string table =
      fmt::format("{:<28} {:>11} {:>11}  {}\n", "model", "file bytes", "MACs/byte", "network");
  for (const ModelInfo& model : models) {
    table += fmt::format("{:<28} {:>11} {:>11}  {}\n", model.name, model.file_bytes,
                         model.macs_per_byte, model.architecture);
    if (verbose) {
      table += fmt::format(
          "  sha256 {}\n  file   {}\n", model.sha256,
          model.file.empty() ? "a part of the program" : message::printable(model.file.string()));
    }
  }
  message::output(table);
}

void verify(const std::vector<ModelInfo>& models) {
  for (const ModelInfo& model : models) {
    try {
      verify_model(model);
      message::output(model.name + ": OK\n");
    } catch (const Error& error) {
      message::error(error.what());
    }
  }
}

}  // namespace

void run_models(const Arguments& arguments) {
  const std::vector<ModelInfo> found = models(arguments.options);
  if (found.empty()) {
    message::warning("There is no model; NNZIP_MODEL_PATH can name a folder that holds some.");
  } else if (arguments.verify_models) {
    verify(found);
  } else {
    list(found, arguments.verbosity == message::Verbosity::kVerbose);
  }
}

}  // namespace nnzip
