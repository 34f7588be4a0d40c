// SPDX-License-Identifier: Apache-2.0
// Two threads, of which exactly one runs at any time. The codec's calls are deep when they need
// more data, so a stack of their own is the simplest way to leave them standing.
#include "api/coroutine.h"

#include <system_error>

#include "base/platform/signals.h"
#include "nnzip/error.hpp"

namespace nnzip {

Coroutine::~Coroutine() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  while (!ended_) resume();
  thread_.join();
}

bool Coroutine::resume() {
  if (ended_) return false;
  if (!thread_.joinable()) start();
  give_turn(Turn::kBody);
  wait_for(Turn::kOwner);
  return !ended_;
}

void Coroutine::pause() {
  give_turn(Turn::kOwner);
  wait_for(Turn::kBody);
  if (stopping_) throw Stopped{};
}

void Coroutine::start() {
  try {
    without_signals([this] { thread_ = std::thread([this] { run(); }); });
  } catch (const std::system_error& error) {
    throw Error(ErrorCode::kOutOfMemory,
                std::string("the thread of a stream cannot be started: ") + error.what() + ".");
  }
}

void Coroutine::run() {
  wait_for(Turn::kBody);
  try {
    body_();
  } catch (const Stopped&) {
    // The owner wants no more.
  }
  ended_ = true;
  give_turn(Turn::kOwner);
}

void Coroutine::give_turn(Turn turn) {
  // Told under the lock: the owner may destroy all this as soon as it has its turn.
  const std::lock_guard lock(mutex_);
  turn_ = turn;
  changed_.notify_all();
}

void Coroutine::wait_for(Turn turn) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return turn_ == turn; });
}

}  // namespace nnzip
