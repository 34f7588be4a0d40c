// SPDX-License-Identifier: Apache-2.0
// The C library's, which knows of programs with more rights.
#include "base/platform/environment.h"

#include <unistd.h>

#include <cstdlib>

namespace nnzip {

std::optional<std::string> trusted_variable(const char* name) {
#if defined(__APPLE__)
  const char* const value = issetugid() != 0 ? nullptr : std::getenv(name);
#else
  const char* const value = secure_getenv(name);
#endif
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace nnzip
