// SPDX-License-Identifier: Apache-2.0
// Temporary names, their removal on signals, and renaming that does not clobber.
#include "temporary_file.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "nnzip/error.hpp"

namespace nnzip {
namespace {

constexpr std::array<int, 4> kEndingSignals = {SIGINT, SIGTERM, SIGHUP, SIGXCPU};
constexpr std::size_t kMaxNameBytes = 255;

// What the signal handler removes; empty when there is nothing. Only changed while the signals are
// blocked, so that the handler never sees half a name.
std::array<char, PATH_MAX> name_to_remove = {};

class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : kEndingSignals) sigaddset(&set, number);
    pthread_sigmask(SIG_BLOCK, &set, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

extern "C" void remove_and_end(int number) {
  if (name_to_remove[0] != '\0') unlink(name_to_remove.data());
  // SA_RESETHAND has put the default action back: the parent sees which signal ended the program.
  raise(number);
}

[[noreturn]] void fail(const std::string& path, int error) {
  throw Error(ErrorCode::kWriteFailed, "Cannot write " + path + ": " + std::strerror(error) + ".");
}

std::string temporary_name(const std::string& path) {
  const std::string suffix = ".nnzip-XXXXXX";
  const std::size_t slash = path.rfind('/');
  const std::size_t start = slash == std::string::npos ? 0 : slash + 1;
  const std::size_t room = kMaxNameBytes - 1 - suffix.size();
  return path.substr(0, start) + "." + path.substr(start, room) + suffix;
}

// rename() that fails with EEXIST where the new name is taken.
int rename_without_replacing(const char* from, const char* to) {
  if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != ENOSYS && errno != EINVAL) return -1;
  // Not every file system knows the flag. A link cannot replace anything either, and where there
  // are no links a look before the renaming has to do.
  if (link(from, to) == 0) return unlink(from);
  if (errno == EEXIST) return -1;
  struct stat status;
  if (lstat(to, &status) == 0) {
    errno = EEXIST;
    return -1;
  }
  return rename(from, to);
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

TemporaryFile::TemporaryFile(const std::string& path)
    : path_(path), temporary_(temporary_name(path)) {
  if (temporary_.size() >= name_to_remove.size()) fail(path, ENAMETOOLONG);
  const SignalsBlocked blocked;
  descriptor_ = mkostemp(temporary_.data(), O_CLOEXEC);
  if (descriptor_ < 0) fail(path, errno);
  std::copy_n(temporary_.c_str(), temporary_.size() + 1, name_to_remove.data());
}

TemporaryFile::~TemporaryFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (temporary_.empty()) return;
  unlink(temporary_.c_str());
  forget();
}

void TemporaryFile::publish(bool replace) {
  const int closed = close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) fail(path_, errno);
  const int renamed = replace ? rename(temporary_.c_str(), path_.c_str())
                              : rename_without_replacing(temporary_.c_str(), path_.c_str());
  if (renamed != 0) fail(path_, errno);
  forget();
}

void TemporaryFile::forget() {
  const SignalsBlocked blocked;
  name_to_remove[0] = '\0';
  temporary_.clear();
}

void install_signal_handlers() {
  struct sigaction action = {};
  action.sa_handler = remove_and_end;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
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

}  // namespace nnzip
