// SPDX-License-Identifier: Apache-2.0
// One row a backend; nothing registers itself.
#include "backend/registry.h"

#include <array>

#include "backend/cpu/cpu_backend.h"
#include "backend/reference/reference_backend.h"
#include "nnzip/error.hpp"

namespace nnzip {

std::span<const Backend* const> backend_list() {
  static const cpu::CpuBackend cpu_backend;
  static const reference::ReferenceBackend reference_backend;
  static const std::array<const Backend*, 2> all{&cpu_backend, &reference_backend};
  return all;
}

const Backend& find_backend(const std::string& name) {
  std::string names;
  for (const Backend* backend : backend_list()) {
    const std::string reason = backend->unavailable();
    if (name == "auto" && reason.empty()) return *backend;
    if (name == backend->name()) {
      if (reason.empty()) return *backend;
      throw Error(ErrorCode::kBackendUnavailable,
                  "the device " + name + " cannot be used: " + reason);
    }
    names += " " + backend->name();
  }
  throw Error(ErrorCode::kBackendUnavailable,
              "there is no device " + name + "; this build has: auto" + names + ".");
}

}  // namespace nnzip
