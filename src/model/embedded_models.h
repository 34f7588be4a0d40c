// SPDX-License-Identifier: Apache-2.0
// The model files that are part of the program: those of models/, if it was built with
// NNZIP_EMBED_MODELS, else none.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace nnzip {

struct EmbeddedModel {
  const char* name;  // file name without .nnzm
  std::span<const std::uint8_t> file;
};

std::span<const EmbeddedModel> embedded_models();

// An empty span if there is no model of that name.
std::span<const std::uint8_t> embedded_model(const std::string& name);

}  // namespace nnzip
