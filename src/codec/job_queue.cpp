// SPDX-License-Identifier: Apache-2.0
// One lock for all: a task takes milliseconds or more.
#include "codec/job_queue.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <system_error>

namespace nnzip {
namespace {

constexpr auto kBetweenReports = std::chrono::milliseconds(50);
// Blocks may be of a byte each: what is looked through for each of them, and what they take beside
// their content, has an end.
constexpr std::size_t kMostJobs = 4096;

}  // namespace

JobQueue::JobQueue(int threads, std::function<void(std::size_t)> tell)
    : threads_(std::max(threads, 1)),
      tell_(std::move(tell)),
      most_(static_cast<std::size_t>(threads_)) {}

JobQueue::~JobQueue() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void JobQueue::set_most(std::size_t tasks) {
  const std::lock_guard lock(mutex_);
  most_ = std::max<std::size_t>(tasks, 1);
}

void JobQueue::set_memory(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  memory_ = bytes;
}

void JobQueue::set_beside(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  beside_ = bytes;
  note_peak();
}

bool JobQueue::has_room(const Job::Size& size) const {
  const std::lock_guard lock(mutex_);
  return has_room_now(size);
}

bool JobQueue::reserve(const Job::Size& size) {
  const std::lock_guard lock(mutex_);
  if (!has_room_now(size)) return false;
  reserved_ = size.held;
  return true;
}

bool JobQueue::has_memory(const Job::Size& size) const {
  const std::lock_guard lock(mutex_);
  return has_memory_now(size);
}

bool JobQueue::has_room_now(const Job::Size& size) const {
  return jobs_.empty() ||
         (jobs_.size() < kMostJobs && has_memory_now(size) && bytes_ + size.bytes <= ahead_);
}

// Whatever job runs then, it has memory.
bool JobQueue::has_memory_now(const Job::Size& size) const {
  std::uint64_t working = std::max(size.working, working_);
  for (const auto& job : jobs_) {
    if (!job->ended_) working = std::max(working, job->size.working);
  }
  return beside_ + held_ + size.held + working <= memory_;
}

void JobQueue::add(std::unique_ptr<Job> job) {
  std::unique_lock lock(mutex_);
  reserved_ = 0;
  held_ += job->size.held;
  bytes_ += job->size.bytes;
  job->ended_ = job->size.tasks == 0;
  jobs_.push_back(std::move(job));
  note_peak();
  // Threads are shared out by what is known to be left, so that is gathered first.
  const bool enough = tasks_left() >= most_;
  lock.unlock();
  if (enough && threads_ > 1) start_helpers(most_);
  changed_.notify_one();
}

// A caller who works is late for what is to be read.
void JobQueue::wait(bool more) {
  const bool works = threads_ == 1 || !more;
  std::unique_lock lock(mutex_);
  start_helpers_for_tasks(works, lock);
  const std::uint64_t before = ended_;
  while (!jobs_.front()->ended_ && ended_ == before) help(works, lock);
}

void JobQueue::wait_for_all() {
  std::unique_lock lock(mutex_);
  start_helpers_for_tasks(/*works=*/true, lock);
  const auto runs = [](const auto& job) { return !job->ended_; };
  while (std::ranges::any_of(jobs_, runs)) help(/*works=*/true, lock);
}

void JobQueue::start_helpers_for_tasks(bool works, std::unique_lock<std::mutex>& lock) {
  const std::size_t wanted = std::min(most_, tasks_left()), own = works ? 1 : 0;
  if (threads_ == 1 || wanted <= own) return;
  lock.unlock();
  start_helpers(wanted - own);
  lock.lock();
}

// Does a task or waits a little.
void JobQueue::help(bool works, std::unique_lock<std::mutex>& lock) {
  if (works || helpers_.empty()) {
    if (const auto task = next_task()) {
      run(*task, lock);
      if (cancelled_) std::rethrow_exception(cancelled_);
      return;
    }
  }
  changed_.wait_for(lock, kBetweenReports);
  lock.unlock();
  tell();
  lock.lock();
}

bool JobQueue::first_has_ended() const {
  const std::lock_guard lock(mutex_);
  return jobs_.front()->ended_;
}

std::unique_ptr<Job> JobQueue::take() {
  std::unique_ptr<Job> job;
  {
    const std::lock_guard lock(mutex_);
    job = std::move(jobs_.front());
    jobs_.pop_front();
    held_ -= job->size.held;
    bytes_ -= job->size.bytes;
    done_ -= job->done_;
  }
  changed_.notify_all();  // to those that wait for memory
  if (job->error_) std::rethrow_exception(job->error_);
  return job;
}

std::uint64_t JobQueue::memory_bytes() const {
  const std::lock_guard lock(mutex_);
  return held_ + working_;
}

std::uint64_t JobQueue::peak_bytes() const {
  const std::lock_guard lock(mutex_);
  return peak_;
}

void JobQueue::note_peak() { peak_ = std::max(peak_, beside_ + held_ + working_); }

// In order: a job that needs much memory is not overtaken.
std::optional<JobQueue::Task> JobQueue::next_task() {
  if (running_ >= most_) return {};
  for (const auto& job : jobs_) {
    if (job->ended_ || job->next_ == job->size.tasks) continue;
    if (!job->started_) {
      const std::uint64_t memory = beside_ + reserved_ + held_ + working_ + job->size.working;
      if (running_ > 0 && memory > memory_) return {};
      job->started_ = true;
      working_ += job->size.working;
      note_peak();
    }
    if (job->active_ < job->size.at_once) return Task{job.get(), job->next_, threads_for(*job)};
  }
  return {};
}

// Of the threads its part of the content that is left, so that the last jobs keep all of them busy.
int JobQueue::threads_for(const Job& job) const {
  double left = 0;
  for (const auto& each : jobs_) {
    if (!each->ended_)
      left += static_cast<double>(each->size.bytes) - static_cast<double>(each->done_);
  }
  const double own = static_cast<double>(job.size.bytes) / static_cast<double>(job.size.tasks);
  if (left <= own) return threads_;
  return std::clamp(static_cast<int>(std::lround(threads_ * own / left)), 1, threads_);
}

void JobQueue::run(const Task& task, std::unique_lock<std::mutex>& lock) {
  Job& job = *task.job;
  ++job.next_;
  ++job.active_;
  ++running_;
  lock.unlock();
  std::exception_ptr error;
  try {
    job.run(task.number, task.threads, [&, before = std::size_t{0}](std::size_t done) mutable {
      job.done_ += done - before;
      done_ += done - before;
      before = done;
      if (stop_) throw Stopped();
      if (std::this_thread::get_id() == caller_) tell_within_task();
    });
  } catch (...) {
    error = std::current_exception();
  }
  lock.lock();
  if (error) {
    if (!job.error_) job.error_ = error;
    job.next_ = job.size.tasks;
  }
  if (job.active_ == 1 && job.next_ == job.size.tasks && !job.error_) {
    const int threads = threads_for(job);
    lock.unlock();
    std::uint64_t held = job.size.held;
    try {
      held = job.finish(threads);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    job.error_ = error;
    held_ = held_ - job.size.held + held;
    job.size.held = held;
  }
  --running_;
  if (--job.active_ == 0 && job.next_ == job.size.tasks) end(job);
  changed_.notify_all();
}

void JobQueue::end(Job& job) {
  job.ended_ = true;
  ++ended_;
  working_ -= job.size.working;
}

std::size_t JobQueue::tasks_left() const {
  std::size_t left = 0;
  for (const auto& job : jobs_) {
    if (!job->ended_)
      left += std::min(job->size.tasks - job->next_ + job->active_, job->size.at_once);
  }
  return left;
}

void JobQueue::start_helpers(std::size_t wanted) {
  try {
    while (helpers_.size() < wanted) helpers_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    // Fewer threads than wanted are slower, no error.
  }
}

void JobQueue::work() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    if (const auto task = next_task()) {
      run(*task, lock);
    } else {
      changed_.wait(lock);
    }
  }
}

void JobQueue::tell_within_task() {
  try {
    tell();
  } catch (...) {
    cancelled_ = std::current_exception();
    throw;
  }
}

void JobQueue::tell() const { tell_(done_); }

}  // namespace nnzip
