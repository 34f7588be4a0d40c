// SPDX-License-Identifier: Apache-2.0
// The list of backends and the choice `auto`.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "backend/backend.h"

namespace nnzip {

// All backends, best first.
std::span<const Backend* const> backend_list();

// The backend of that name, or for "auto" the first that works here. Throws
// Error(kBackendUnavailable) with the reason and the names that there are.
const Backend& find_backend(const std::string& name);

// The model on that backend and, where that is a device that may fail, with the CPU to go on in its
// place: see FallbackEngine. Throws Error.
std::shared_ptr<const Engine> load_with_fallback(const Backend& backend,
                                                 std::shared_ptr<const Model> model);

}  // namespace nnzip
