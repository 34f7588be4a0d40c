// SPDX-License-Identifier: Apache-2.0
// Writes at places, so that nobody minds who else writes elsewhere.
#include "shared_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace nnzip {
namespace {

[[noreturn]] void fail(const std::string& path) {
  throw Error(ErrorCode::kWriteFailed, "Cannot write " + path + ": " + std::strerror(errno) + ".");
}

}  // namespace

SharedFile::SharedFile(const std::string& path, std::uint64_t bytes, std::uint64_t offset,
                       bool replace)
    : path_(path), offset_(offset) {
  descriptor_ = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
  if (descriptor_ < 0) fail(path);
  struct stat status = {};
  const bool known = fstat(descriptor_, &status) == 0;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const bool fits = known && S_ISREG(status.st_mode) && (size == bytes || size == 0 || replace);
  // Whoever else makes it as long does the same, and nobody makes it shorter meanwhile.
  if (fits && (size == bytes || ftruncate(descriptor_, static_cast<off_t>(bytes)) == 0)) return;
  const int error = errno;
  ::close(descriptor_);
  errno = error;
  if (!known || fits) fail(path);
  throw Error(ErrorCode::kWriteFailed,
              path + " exists already and is no file of " + std::to_string(bytes) +
                  " bytes that other parts are written to; -f overwrites it.");
}

SharedFile::~SharedFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void SharedFile::write(std::span<const std::uint8_t> data) {
  while (!data.empty()) {
    const ssize_t written =
        pwrite(descriptor_, data.data(), data.size(), static_cast<off_t>(offset_));
    if (written >= 0) {
      offset_ += static_cast<std::uint64_t>(written);
      data = data.subspan(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      fail(path_);
    }
  }
}

void SharedFile::close() {
  const int closed = ::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) fail(path_);
}

}  // namespace nnzip
