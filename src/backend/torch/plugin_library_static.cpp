// SPDX-License-Identifier: Apache-2.0
// Instead of plugin_library.cpp in a static program: the C library loads nothing there.
#include "backend/torch/plugin_library.h"

namespace nnzip::torch_backend {
namespace {

constexpr char kWhyNot[] =
    "this nnzip is a static program, which cannot load the plugin; use one that is not "
    "(README.md, \"On a GPU\").";

}  // namespace

std::filesystem::path find_plugin(std::string& why_not) {
  why_not = kWhyNot;
  return {};
}

Plugin load_plugin(const std::filesystem::path&) { return {nullptr, kWhyNot}; }

const Plugin& plugin() {
  static const Plugin none = load_plugin({});
  return none;
}

}  // namespace nnzip::torch_backend
