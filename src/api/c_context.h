// SPDX-License-Identifier: Apache-2.0
// What a context of nnzip.h holds.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "nnzip/nnzip.h"
#include "nnzip/nnzip.hpp"

struct nnzip_context {
  std::shared_ptr<const nnzip::ModelStore> models;
  std::string device;
  // For nnzip_context_model(), which reads the models when it is first called.
  mutable std::once_flag told;
  mutable std::vector<nnzip::ModelInfo> infos;
  mutable std::vector<std::string> files;
};
