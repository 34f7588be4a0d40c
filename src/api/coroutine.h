// SPDX-License-Identifier: Apache-2.0
// A function that can be left in the middle and gone on with later.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace nnzip {

// The body runs on a thread of its own, but only within resume(): owner and body take turns, so
// what they share needs no locks.
class Coroutine {
 public:
  explicit Coroutine(std::function<void()> body) : body_(std::move(body)) {}

  // A body in mid-way ends by an exception from its pause().
  ~Coroutine();
  Coroutine(const Coroutine&) = delete;
  Coroutine& operator=(const Coroutine&) = delete;

  // Runs the body, from its start or from its last pause(), until its next one or its end. Returns
  // whether it has not ended. Throws Error(kOutOfMemory) if there can be no more threads.
  bool resume();
  bool ended() const { return ended_; }

  // For the body: goes back to whoever called resume(), and returns when that is called again.
  void pause();

 private:
  struct Stopped {};
  enum class Turn { kOwner, kBody };

  void start();
  void run();
  void give_turn(Turn turn);
  void wait_for(Turn turn);

  std::function<void()> body_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Turn turn_ = Turn::kOwner;
  bool stopping_ = false;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace nnzip
