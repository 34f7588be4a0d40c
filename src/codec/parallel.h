// SPDX-License-Identifier: Apache-2.0
// Runs independent tasks on some threads.
#pragma once

#include <cstddef>
#include <functional>

#include "nnzip/nnzip.hpp"

namespace nnzip {

// The options' number of threads, with 0 resolved. Throws Error(kInvalidArgument).
int thread_count(const Options& options);

// Calls task(0) .. task(count - 1), each once, on at most `threads` threads, the calling one
// included, and returns when all have ended. If tasks throw, the exception of the first of them is
// thrown on and tasks not yet begun are left out.
void parallel_for(int threads, std::size_t count, const std::function<void(std::size_t)>& task);

}  // namespace nnzip
