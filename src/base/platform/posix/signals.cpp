// SPDX-License-Identifier: Apache-2.0
// By the thread's mask.
#include "base/platform/signals.h"

#include <pthread.h>

#include <csignal>

namespace nnzip {
namespace {

class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

void without_signals(const std::function<void()>& body) {
  const SignalsBlocked blocked;
  body();
}

}  // namespace nnzip
