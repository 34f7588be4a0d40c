// SPDX-License-Identifier: Apache-2.0
// Threads live for one call: tasks here take milliseconds or more.
#include "codec/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace nnzip {
namespace {

constexpr int kMaxThreads = 1024;

struct Work {
  Work(std::size_t tasks, const std::function<void(std::size_t)>& each)
      : count(tasks), task(each) {}

  std::size_t count;
  const std::function<void(std::size_t)>& task;
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::size_t failed = 0;  // the task whose exception is kept
  std::exception_ptr error;

  void run() {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        task(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!error || i < failed) {
          failed = i;
          error = std::current_exception();
        }
        next = count;
      }
    }
  }
};

}  // namespace

int thread_count(const Options& options) {
  if (options.threads < 0 || options.threads > kMaxThreads) {
    throw Error(ErrorCode::kInvalidArgument,
                "the number of threads " + std::to_string(options.threads) +
                    " is not within 0 to " + std::to_string(kMaxThreads) + ".");
  }
  if (options.threads != 0) return options.threads;
  return static_cast<int>(
      std::clamp(std::thread::hardware_concurrency(), 1U, unsigned{kMaxThreads}));
}

void parallel_for(int threads, std::size_t count, const std::function<void(std::size_t)>& task) {
  Work work(count, task);
  std::vector<std::thread> helpers;
  const auto wanted = std::min(static_cast<std::size_t>(std::max(threads, 1)), count);
  try {
    helpers.reserve(wanted);
    while (helpers.size() + 1 < wanted) helpers.emplace_back([&work] { work.run(); });
  } catch (const std::system_error&) {
    // Fewer threads than wanted are slower, no error.
  }
  work.run();
  for (std::thread& helper : helpers) helper.join();
  if (work.error) std::rethrow_exception(work.error);
}

}  // namespace nnzip
