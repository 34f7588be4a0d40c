// SPDX-License-Identifier: Apache-2.0
// Finds and loads libnnzip_torch.so.
#pragma once

#include <filesystem>
#include <string>

#include "backend/torch/plugin_interface.h"

namespace nnzip::torch_backend {

// Where the plugin is: in the folder that NNZIP_BACKEND_DIR names, which must be an absolute path
// and does not count where a program has more rights than who runs it, or else in the library
// folder of this installation. Empty, with the reason, if it is in none of them. Looks at names of
// files alone.
std::filesystem::path find_plugin(std::string& why_not);

// What a plugin offers, or why it cannot be used.
struct Plugin {
  const nnzip_torch_functions* functions = nullptr;
  std::string why_not;  // a sentence with the remedy; empty if there are functions
};

// Loads the file, which stays loaded as long as the process lives.
Plugin load_plugin(const std::filesystem::path& file);

// The one of find_plugin(), loaded when it is first asked for.
const Plugin& plugin();

}  // namespace nnzip::torch_backend
