// SPDX-License-Identifier: Apache-2.0
// Removal in signal handlers, and renaming that does not clobber.
#include "platform/temporary.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>

namespace nnzip::platform {
namespace {

constexpr std::array<int, 4> kEndingSignals = {SIGINT, SIGTERM, SIGHUP, SIGXCPU};

// What the signal handler removes; empty names are of nothing. Only changed by who has them, so
// that the handler never sees half a name.
using Name = std::array<char, PATH_MAX>;
std::array<Name, kMostTemporaries> names_to_remove = {};
std::atomic_flag names_are_taken = ATOMIC_FLAG_INIT;

// Who has them cannot be interrupted, so that waiting for him ends, in a handler as well.
void take_names() {
  while (names_are_taken.test_and_set(std::memory_order_acquire)) sched_yield();
}

// Has the names, on a thread that gets no ending signal meanwhile.
class NamesTaken {
 public:
  NamesTaken() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : kEndingSignals) sigaddset(&set, number);
    pthread_sigmask(SIG_BLOCK, &set, &before_);
    take_names();
  }
  ~NamesTaken() {
    names_are_taken.clear(std::memory_order_release);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NamesTaken(const NamesTaken&) = delete;
  NamesTaken& operator=(const NamesTaken&) = delete;

 private:
  sigset_t before_;
};

extern "C" void remove_and_end(int number) {
  take_names();  // for good: no file is begun any more
  for (const Name& name : names_to_remove) {
    if (name[0] != '\0') unlink(name.data());
  }
  // SA_RESETHAND has put the default action back: the parent sees which signal ended the program.
  raise(number);
}

// "ulimit -t" makes both limits equal, and at the hard one there is no SIGXCPU but SIGKILL, which
// leaves the file behind.
void warn_before_limit_of_time() {
  struct rlimit limit = {};
  if (getrlimit(RLIMIT_CPU, &limit) != 0 || limit.rlim_max == RLIM_INFINITY) return;
  if (limit.rlim_cur < limit.rlim_max || limit.rlim_max < 2) return;
  limit.rlim_cur = limit.rlim_max - 1;
  setrlimit(RLIMIT_CPU, &limit);
}

}  // namespace

int create_temporary(std::string& name) {
  if (name.size() >= sizeof(Name)) {
    errno = ENAMETOOLONG;
    return -1;
  }
  const NamesTaken taken;
  const auto free =
      std::ranges::find(names_to_remove, '\0', [](const Name& each) { return each[0]; });
  if (free == names_to_remove.end()) {
    errno = EMFILE;
    return -1;
  }
  const int descriptor = mkostemp(name.data(), O_CLOEXEC);
  if (descriptor >= 0) std::copy_n(name.c_str(), name.size() + 1, free->data());
  return descriptor;
}

void forget_temporary(const std::string& name) {
  const NamesTaken taken;
  for (Name& each : names_to_remove) {
    if (name == each.data()) each[0] = '\0';
  }
}

int open_for_itself(const std::string& name) {
  const int descriptor =
      open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
  if (descriptor < 0) return -1;
  struct stat opened = {}, named = {};
  int error = 0;
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 || fstat(descriptor, &opened) != 0) {
    error = errno;
  } else if (lstat(name.c_str(), &named) != 0 || named.st_dev != opened.st_dev ||
             named.st_ino != opened.st_ino || !S_ISREG(opened.st_mode) || opened.st_nlink != 1 ||
             opened.st_uid != geteuid()) {
    error = EEXIST;  // somebody else's, or given its name meanwhile
  } else if (fchmod(descriptor, 0600) == 0) {
    return descriptor;
  } else {
    error = errno;
  }
  close(descriptor);
  errno = error;
  return -1;
}

int rename_replacing(const std::string& from, const std::string& to) {
  return rename(from.c_str(), to.c_str());
}

int rename_without_replacing(const std::string& from_name, const std::string& to_name) {
  const char* const from = from_name.c_str();
  const char* const to = to_name.c_str();
#if defined(__linux__)
  if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != ENOSYS && errno != EINVAL) return -1;
#endif
  // Not every file system knows the flag. A link cannot replace anything either, and where there
  // are no links a look before the renaming has to do.
  if (link(from, to) == 0) return unlink(from);
  if (errno == EEXIST) return -1;
  struct stat status = {};
  if (lstat(to, &status) == 0) {
    errno = EEXIST;
    return -1;
  }
  return rename(from, to);
}

void install_signal_handlers() {
  struct sigaction action = {};
  action.sa_handler = remove_and_end;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  // Another of these would wait in vain for the names.
  sigemptyset(&action.sa_mask);
  for (const int number : kEndingSignals) sigaddset(&action.sa_mask, number);
  for (const int number : kEndingSignals) {
    struct sigaction before = {};
    sigaction(number, nullptr, &before);
    // nohup and background jobs ignore some of these on purpose.
    if (before.sa_handler != SIG_IGN) sigaction(number, &action, nullptr);
  }
  // As errors of write() they are told, and the file is removed, as with any other.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  warn_before_limit_of_time();
}

}  // namespace nnzip::platform
