// SPDX-License-Identifier: Apache-2.0
// The folders in which models are looked for.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace nnzip {

// "a:b" as {a, b}; empty parts are passed over.
std::vector<std::filesystem::path> split_model_path(const std::string& path);

// The given ones, those of NNZIP_MODEL_PATH, and where an installation has its models.
std::vector<std::filesystem::path> search_folders(std::vector<std::filesystem::path> first);

}  // namespace nnzip
