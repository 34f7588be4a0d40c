// SPDX-License-Identifier: Apache-2.0
// Code is loaded by an absolute path alone: never from the working folder, nor by a name for which
// the system would search.
#include "backend/torch/plugin_library.h"

#include <dlfcn.h>

#include <system_error>
#include <vector>

#include "base/platform/environment.h"
#include "base/platform/own_folders.h"

namespace nnzip::torch_backend {
namespace {

namespace fs = std::filesystem;

constexpr char kFile[] = "libnnzip_torch.so";
constexpr char kRemedy[] =
    "install or build the plugin of this version of nnzip (README.md, \"On a GPU\").";

// In which the plugin may be.
std::vector<fs::path> library_folders() {
  std::vector<fs::path> folders;
  const fs::path program = program_folder(), library = library_folder();
  if (!program.empty()) {
    folders.push_back((program / NNZIP_LIBRARIES_FROM_PROGRAM).lexically_normal());
    folders.push_back(program / "lib");  // as in a build folder
  }
  if (!library.empty() && library != program) folders.push_back(library);
  folders.emplace_back(NNZIP_LIBRARY_DIR);
  return folders;
}

std::string last_error() {
  const char* error = dlerror();
  return error == nullptr ? "no reason is given" : error;
}

}  // namespace

fs::path find_plugin(std::string& why_not) {
  std::vector<fs::path> folders;
  const auto variable = trusted_variable("NNZIP_BACKEND_DIR");
  if (variable && !variable->empty()) {
    if (!fs::path(*variable).is_absolute()) {
      why_not = "NNZIP_BACKEND_DIR is " + *variable +
                ", but must be an absolute path: name the whole path.";
      return {};
    }
    folders = {*variable};
  } else {
    folders = library_folders();
  }
  for (const fs::path& folder : folders) {
    std::error_code unknown;
    if (fs::is_regular_file(folder / kFile, unknown)) return folder / kFile;
  }
  why_not =
      std::string("there is no ") + kFile + " in " + folders.front().string() + "; " + kRemedy;
  return {};
}

Plugin load_plugin(const fs::path& file) {
  void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return {nullptr, "the plugin cannot be loaded: " + last_error() +
                         "; install libtorch as README.md says, or " + kRemedy};
  }
  const auto entry = reinterpret_cast<nnzip_torch_entry>(dlsym(library, NNZIP_TORCH_ENTRY));
  const nnzip_torch_functions* functions = entry == nullptr ? nullptr : entry();
  if (functions == nullptr) {
    return {nullptr, file.string() + " is no plugin of nnzip: " + kRemedy};
  }
  if (functions->interface != NNZIP_TORCH_INTERFACE) {
    return {nullptr, file.string() + " is of another version (interface " +
                         std::to_string(functions->interface) + ", not " +
                         std::to_string(NNZIP_TORCH_INTERFACE) + "): " + kRemedy};
  }
  return {functions, {}};
}

const Plugin& plugin() {
  static const Plugin found = [] {
    std::string why_not;
    const fs::path file = find_plugin(why_not);
    return file.empty() ? Plugin{nullptr, why_not} : load_plugin(file);
  }();
  return found;
}

}  // namespace nnzip::torch_backend
