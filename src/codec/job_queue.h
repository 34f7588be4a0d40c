// SPDX-License-Identifier: Apache-2.0
// Jobs that end in any order and are taken in that of their adding: no thread waits for the block
// of another one.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "codec/progress.h"

namespace nnzip {

// What becomes one piece of the output, in tasks that may run side by side.
class Job {
 public:
  struct Size {
    std::size_t tasks = 1;      // none: the job has ended as it is added
    std::size_t at_once = 1;    // so many of its tasks at most
    std::size_t bytes = 0;      // of content
    std::uint64_t held = 0;     // bytes of memory until it is taken, and
    std::uint64_t working = 0;  // those more while it runs
  };

  virtual ~Job() = default;

  // Each task once, on any thread. threads: to compute with. progress: takes bytes of the content
  // that this task has done.
  virtual void run(std::size_t task, int threads, const BlockProgress& progress) = 0;
  // After all tasks. Returns the bytes of memory that are held from now on.
  virtual std::uint64_t finish(int threads) = 0;

  Size size;

 private:
  friend class JobQueue;
  std::size_t next_ = 0, active_ = 0;  // tasks
  bool started_ = false, ended_ = false;
  std::atomic<std::size_t> done_{0};  // of size.bytes
  std::exception_ptr error_;
};

// All functions are for the thread that makes it, which is one of the threads where it has nothing
// else to do.
class JobQueue {
 public:
  // tell: called now and then by waiting with the bytes done of all jobs in the queue; what it
  // throws that throws.
  JobQueue(int threads, std::function<void(std::size_t)> tell);
  // Drops what is in it. What runs ends where it tells of progress.
  ~JobQueue();
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  // So many tasks at once at most, and bytes of memory for the jobs and what is held `beside` them.
  void set_most(std::size_t tasks);
  void set_memory(std::uint64_t bytes);
  void set_beside(std::uint64_t bytes);
  // Bytes of content of jobs in the queue that are enough.
  void set_ahead(std::uint64_t bytes) { ahead_ = bytes; }

  bool is_empty() const { return jobs_.empty(); }
  // Whether a job may be added. To an empty queue it always may.
  bool has_room(const Job::Size& size) const;
  // The same; if so, no task that begins before the next add() takes what it will hold.
  bool reserve(const Job::Size& size);
  // Whether there is memory for it, whichever job runs then.
  bool has_memory(const Job::Size& size) const;
  void add(std::unique_ptr<Job> job);

  // Until another job than those that had has ended, or one of them is the first one. more: whether
  // jobs are to come, so that this thread is soon needed elsewhere.
  void wait(bool more);
  // Until all have ended, so that no memory is worked with.
  void wait_for_all();

  // Precondition: not empty.
  bool first_has_ended() const;
  // The first one, which has ended. Throws what it threw.
  std::unique_ptr<Job> take();

  std::uint64_t memory_bytes() const;  // of the jobs, now
  std::uint64_t peak_bytes() const;    // at most so far, with what was beside them

 private:
  struct Task {
    Job* job;
    std::size_t number;
    int threads;
  };
  struct Stopped {};

  bool has_room_now(const Job::Size& size) const;
  bool has_memory_now(const Job::Size& size) const;
  std::optional<Task> next_task();
  int threads_for(const Job& job) const;
  void run(const Task& task, std::unique_lock<std::mutex>& lock);
  void end(Job& job);
  std::size_t tasks_left() const;
  void start_helpers_for_tasks(bool works, std::unique_lock<std::mutex>& lock);
  void help(bool works, std::unique_lock<std::mutex>& lock);
  void start_helpers(std::size_t wanted);
  void work();
  void tell() const;
  void tell_within_task();
  void note_peak();

  const int threads_;
  const std::function<void(std::size_t)> tell_;
  const std::thread::id caller_ = std::this_thread::get_id();
  std::deque<std::unique_ptr<Job>> jobs_;  // changed by the caller alone
  std::vector<std::thread> helpers_;
  mutable std::mutex mutex_;  // of what is below, and the jobs' states
  std::condition_variable changed_;
  std::atomic<bool> stop_{false};
  std::atomic<std::size_t> done_{0};  // bytes, of all jobs
  std::size_t most_, running_ = 0;
  std::uint64_t ended_ = 0;  // jobs
  std::uint64_t memory_ = ~std::uint64_t{0}, ahead_ = ~std::uint64_t{0};
  std::uint64_t beside_ = 0, reserved_ = 0, held_ = 0, working_ = 0, bytes_ = 0, peak_ = 0;
  std::exception_ptr cancelled_;  // what tell_ threw within a task
};

}  // namespace nnzip
