// SPDX-License-Identifier: Apache-2.0
// How exceptions become the codes and messages of nnzip.h.
#pragma once

#include <string_view>

#include "nnzip/error.hpp"

namespace nnzip {

// Of fixed size, so that telling of an error needs no memory and cannot fail.
struct Failure {
  int code = 0;
  char message[1024] = "";
};

Failure make_failure(ErrorCode code, std::string_view message) noexcept;

// Of the exception that is being handled.
Failure current_failure() noexcept;

// Makes it what nnzip_last_error() says in this thread. Returns the code.
int tell(const Failure& failure) noexcept;

// Runs a task that returns a status, and returns it, or the code of what the task throws.
template <typename Task>
int status_of(Task&& task) noexcept {
  try {
    return task();
  } catch (...) {
    return tell(current_failure());
  }
}

}  // namespace nnzip
