// SPDX-License-Identifier: Apache-2.0
// The folders in which models are looked for.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "model/model_store.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

// "a:b" as {a, b}; empty parts are passed over.
std::vector<std::filesystem::path> split_model_path(const std::string& path);

// The models that the options bring along, or else what their folders, those of NNZIP_MODEL_PATH
// and where an installation has its models hold. Throws what ModelStore does.
std::shared_ptr<const ModelStore> model_store(const Options& options);

}  // namespace nnzip
