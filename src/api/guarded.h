// SPDX-License-Identifier: Apache-2.0
// Around each public function that works: foreign exceptions become Error.
#pragma once

#include <filesystem>
#include <new>
#include <string>

#include "nnzip/nnzip.hpp"

namespace nnzip {

// What Reader, Writer and progress throw passes through.
template <typename Task>
auto guarded(Task&& task) {
  try {
    return task();
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::kOutOfMemory,
                "there is not enough memory; fewer threads or a smaller model need less.");
  } catch (const std::filesystem::filesystem_error& error) {
    throw Error(ErrorCode::kReadFailed, std::string(error.what()) + ".");
  }
}

}  // namespace nnzip
