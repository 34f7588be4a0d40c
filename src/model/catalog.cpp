// SPDX-License-Identifier: Apache-2.0
// Level -> model. A model that frames may name stays in models/ for ever; only this choice changes.
#include "model/catalog.h"

#include <algorithm>
#include <array>

namespace nnzip {
namespace {

constexpr const char* kNone = "none";  // contexts alone

constexpr std::array<const char*, 9> kModelOfLevel = {
    kNone, kNone, kNone, "text", "text", "text", "text", "text", "text",
};

}  // namespace

std::string catalog_model(int level) {
  return kModelOfLevel[static_cast<std::size_t>(std::clamp(level, 1, 9) - 1)];
}

}  // namespace nnzip
