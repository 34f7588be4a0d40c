// SPDX-License-Identifier: Apache-2.0
// The float weights of a run in a small file, to be quantised elsewhere.
#pragma once

#include <torch/torch.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "net.h"

namespace nnzip::train {

// Writes the named tensors as bf16, in place of the file that was there.
void save_weights(const std::filesystem::path& path,
                  const std::vector<std::pair<std::string, torch::Tensor>>& tensors);

// Fills the parameters of `net`, from a model file (*.nnzm) its scales as well, else not the
// activation scales, which calibration sets. Throws std::runtime_error if a tensor has another
// shape, c10::Error if one is missing, Error if it is no model file.
void load_weights(const std::filesystem::path& path, Net& net);

}  // namespace nnzip::train
