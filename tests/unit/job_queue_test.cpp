// SPDX-License-Identifier: Apache-2.0
// Jobs on threads: in order, without barriers, within memory, and ended by errors and callers.
#include "codec/job_queue.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <stdexcept>
#include <vector>

namespace nnzip {
namespace {

using Run = std::function<void(std::size_t task, int threads, const BlockProgress& progress)>;

class TestJob : public Job {
 public:
  TestJob(int number, const Size& of, Run run) : number_(number), run_(std::move(run)) {
    size = of;
  }
  void run(std::size_t task, int threads, const BlockProgress& progress) override {
    run_(task, threads, progress);
    ++runs_;
  }
  std::uint64_t finish(int) override {
    finished_after = runs_;
    return size.held;
  }

  int number() const { return number_; }
  std::size_t finished_after = 0;

 private:
  int number_;
  Run run_;
  std::atomic<std::size_t> runs_{0};
};

// Takes all jobs, which are to come in their order.
void take_all(JobQueue& queue, std::vector<int>& taken) {
  while (!queue.is_empty()) {
    while (!queue.first_has_ended()) queue.wait(false);
    taken.push_back(static_cast<TestJob&>(*queue.take()).number());
  }
}

void no_report(std::size_t) {}

void pause() { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }

}  // namespace

TEST_CASE("JobQueue.GivesJobsBackInOrder") {
  for (const int threads : {1, 2, 5}) {
    JobQueue queue(threads, no_report);
    std::atomic<int> runs = 0;
    for (int i = 0; i < 30; ++i) {
      const Job::Size size{.tasks = static_cast<std::size_t>(i % 4), .at_once = 2, .bytes = 1};
      queue.add(std::make_unique<TestJob>(i, size, [&](std::size_t, int, const BlockProgress&) {
        if (runs++ % 3 == 0) pause();
      }));
    }
    std::vector<int> taken;
    take_all(queue, taken);
    CHECK(taken.size() == 30);
    CHECK(std::is_sorted(taken.begin(), taken.end()));
    CHECK(runs == 7 * 6 + 1);
  }
}

TEST_CASE("JobQueue.AJobEndsAfterAllOfItsTasks") {
  JobQueue queue(4, no_report);
  std::atomic<int> at_once = 0, most = 0;
  queue.add(std::make_unique<TestJob>(0, Job::Size{.tasks = 12, .at_once = 3, .bytes = 12},
                                      [&](std::size_t, int, const BlockProgress&) {
                                        const int now = ++at_once;
                                        int before = most;
                                        while (before < now &&
                                               !most.compare_exchange_weak(before, now)) {
                                        }
                                        pause();
                                        --at_once;
                                      }));
  while (!queue.first_has_ended()) queue.wait(false);
  const auto job = queue.take();
  CHECK(static_cast<TestJob&>(*job).finished_after == 12);
  CHECK(most <= 3);
}

// The first job ends only when the last one has run.
TEST_CASE("JobQueue.NoThreadWaitsForAnothersJob") {
  JobQueue queue(2, no_report);
  std::atomic<int> ended = 0;
  constexpr int kJobs = 20;
  for (int i = 0; i < kJobs; ++i) {
    queue.add(std::make_unique<TestJob>(i, Job::Size{.bytes = 1},
                                        [&, i](std::size_t, int, const BlockProgress&) {
                                          while (i == 0 && ended < kJobs - 1) pause();
                                          ++ended;
                                        }));
  }
  std::vector<int> taken;
  take_all(queue, taken);
  CHECK(taken.size() == kJobs);
  CHECK(std::is_sorted(taken.begin(), taken.end()));
}

TEST_CASE("JobQueue.KeepsToItsMemory") {
  JobQueue queue(4, no_report);
  queue.set_memory(100);
  std::atomic<int> at_once = 0, most = 0;
  const Job::Size size{.bytes = 1, .held = 5, .working = 30};
  int added = 0;
  std::vector<int> taken;
  while (added < 20 || !queue.is_empty()) {
    if (added < 20 && queue.has_room(size)) {
      queue.add(
          std::make_unique<TestJob>(added++, size, [&](std::size_t, int, const BlockProgress&) {
            const int now = ++at_once;
            if (now > most) most = now;
            pause();
            --at_once;
          }));
    } else if (!queue.first_has_ended()) {
      queue.wait(added < 20);
    } else {
      taken.push_back(static_cast<TestJob&>(*queue.take()).number());
    }
  }
  CHECK(taken.size() == 20);
  CHECK(queue.peak_bytes() <= 100);
  CHECK(most <= 3);
  CHECK(queue.memory_bytes() == 0);
  // One alone always has room.
  const Job::Size large{.bytes = 1, .held = 500};
  CHECK(queue.has_room(large));
  queue.add(std::make_unique<TestJob>(0, large, [](std::size_t, int, const BlockProgress&) {}));
  CHECK_FALSE(queue.has_room(size));
  take_all(queue, taken);
}

TEST_CASE("JobQueue.HasAnErrorWhereItsJobStands") {
  for (const int threads : {1, 3}) {
    JobQueue queue(threads, no_report);
    for (int i = 0; i < 6; ++i) {
      queue.add(std::make_unique<TestJob>(i, Job::Size{.tasks = 2, .bytes = 1},
                                          [i](std::size_t, int, const BlockProgress&) {
                                            if (i == 3) throw std::runtime_error("three");
                                          }));
    }
    std::vector<int> taken;
    CHECK_THROWS_AS(take_all(queue, taken), std::runtime_error);
    CHECK(taken == std::vector<int>{0, 1, 2});
  }
}

TEST_CASE("JobQueue.EndsWhatRunsWhenTheCallerGoes") {
  for (const int threads : {1, 3}) {
    std::atomic<int> begun = 0;
    const auto cancel = [](std::size_t) { throw std::runtime_error("cancelled"); };
    const auto endless = [&](std::size_t, int, const BlockProgress& progress) {
      ++begun;
      for (std::size_t i = 0;; ++i) {
        progress(i);
        pause();
      }
    };
    {
      JobQueue queue(threads, cancel);
      for (int i = 0; i < 5; ++i) {
        queue.add(std::make_unique<TestJob>(i, Job::Size{.bytes = 1000}, endless));
      }
      CHECK_THROWS_AS(queue.wait(false), std::runtime_error);
    }
    CHECK(begun >= 1);
    CHECK(begun <= threads);
  }
}

TEST_CASE("JobQueue.EndsAllBeforeAnyIsTaken") {
  for (const int threads : {1, 3}) {
    JobQueue queue(threads, no_report);
    std::atomic<int> ended = 0;
    for (int i = 0; i < 20; ++i) {
      queue.add(std::make_unique<TestJob>(
          i, Job::Size{.bytes = 1}, [&](std::size_t, int, const BlockProgress&) { ++ended; }));
    }
    queue.wait_for_all();
    CHECK(ended == 20);
    std::vector<int> taken;
    take_all(queue, taken);
    CHECK(taken.size() == 20);
    queue.wait_for_all();
  }
}

TEST_CASE("JobQueue.HasNoRoomForJobsWithoutEnd") {
  JobQueue queue(1, no_report);
  const Job::Size empty{.bytes = 0};
  std::size_t jobs = 0;
  for (; jobs < 100000 && queue.has_room(empty); ++jobs) {
    queue.add(std::make_unique<TestJob>(0, empty, [](std::size_t, int, const BlockProgress&) {}));
  }
  CHECK(jobs < 100000);
}

TEST_CASE("JobQueue.LeavesRoomForWhatIsReserved") {
  std::atomic<bool> first_runs = false, go = false;
  std::atomic<int> others = 0;
  int told = 0;
  JobQueue queue(3, [&](std::size_t) {
    if (++told == 3) go = true;
  });
  queue.set_memory(100);
  queue.set_most(1);
  const Job::Size size{.bytes = 1, .held = 10, .working = 30};
  queue.add(std::make_unique<TestJob>(0, size, [&](std::size_t, int, const BlockProgress&) {
    first_runs = true;
    while (!go) pause();
  }));
  while (!first_runs) pause();
  for (const int number : {1, 2}) {
    queue.add(std::make_unique<TestJob>(number, size,
                                        [&](std::size_t, int, const BlockProgress&) { ++others; }));
  }
  const Job::Size large{.bytes = 1, .held = 40};
  CHECK(queue.reserve(large));
  queue.set_most(2);
  queue.wait(true);  // others would have memory, and end before, were it not for what is reserved
  CHECK(go);
  queue.add(std::make_unique<TestJob>(3, large, [](std::size_t, int, const BlockProgress&) {}));
  std::vector<int> taken;
  take_all(queue, taken);
  CHECK(others == 2);
  CHECK(queue.peak_bytes() <= 100);
}

TEST_CASE("JobQueue.SharesOutThreadsByWhatIsLeft") {
  JobQueue queue(4, no_report);
  std::atomic<int> first = 0, last = 0;
  std::atomic<bool> go = false;
  queue.add(std::make_unique<TestJob>(0, Job::Size{.bytes = 100},
                                      [&](std::size_t, int threads, const BlockProgress& progress) {
                                        first = threads;
                                        while (!go) pause();
                                        progress(100);
                                      }));
  queue.add(std::make_unique<TestJob>(1, Job::Size{.bytes = 100},
                                      [&](std::size_t, int threads, const BlockProgress&) {
                                        last = threads;
                                        go = true;
                                      }));
  std::vector<int> taken;
  take_all(queue, taken);
  CHECK(first == 2);
  CHECK(last == 2);
  queue.add(std::make_unique<TestJob>(
      2, Job::Size{.bytes = 100},
      [&](std::size_t, int threads, const BlockProgress&) { last = threads; }));
  take_all(queue, taken);
  CHECK(last == 4);
}

}  // namespace nnzip
