// SPDX-License-Identifier: Apache-2.0
// An installation may be moved as a whole, so its models are found from where its program or its
// shared library lies.
#include "api/model_folders.h"

#include <algorithm>
#include <utility>

#include "base/platform/environment.h"
#include "base/platform/own_folders.h"

namespace nnzip {
namespace {

namespace fs = std::filesystem;

// The given ones, those of NNZIP_MODEL_PATH, and where an installation has its models.
std::vector<fs::path> search_folders(std::vector<fs::path> first) {
  std::vector<fs::path> folders = std::move(first);
  const auto add = [&folders](const fs::path& folder) {
    if (std::find(folders.begin(), folders.end(), folder) == folders.end()) {
      folders.push_back(folder);
    }
  };
  // Not where a program has more rights than who runs it.
  if (const auto variable = trusted_variable("NNZIP_MODEL_PATH")) {
    for (const fs::path& folder : split_model_path(*variable)) add(folder);
  }
  const fs::path program = program_folder(), library = library_folder();
  if (!program.empty()) {
    add((program / NNZIP_MODELS_FROM_PROGRAM).lexically_normal());
    add(program / "models");  // as in a build folder
  }
  if (!library.empty() && library != program) {
    add((library / NNZIP_MODELS_FROM_LIBRARY).lexically_normal());
  }
#if defined(NNZIP_MODEL_DIR)
  add(NNZIP_MODEL_DIR);
#endif
  return folders;
}

}  // namespace

std::vector<fs::path> split_model_path(const std::string& path) {
  std::vector<fs::path> folders;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(kListSeparator, begin), path.size());
    if (end > begin) folders.push_back(path_of(path.substr(begin, end - begin)));
    begin = end + 1;
  }
  return folders;
}

std::shared_ptr<const ModelStore> model_store(const Options& options) {
  if (options.found_models) return options.found_models;
  return std::make_shared<const ModelStore>(search_folders(options.model_folders));
}

}  // namespace nnzip
