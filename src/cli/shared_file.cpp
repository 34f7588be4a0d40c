// SPDX-License-Identifier: Apache-2.0
// Each process has the file open for itself, and a place of its own in it.
#include "shared_file.h"

#include <cerrno>
#include <cstring>

#include "platform/files.h"

namespace nnzip {
namespace {

[[noreturn]] void fail(const std::string& path) {
  throw Error(ErrorCode::kWriteFailed, "Cannot write " + path + ": " + std::strerror(errno) + ".");
}

}  // namespace

SharedFile::SharedFile(const std::string& path, std::uint64_t bytes, std::uint64_t offset,
                       bool replace)
    : path_(path) {
  descriptor_ = platform::open_or_make_output(path);
  if (descriptor_ < 0) fail(path);
  const auto status = platform::file_status(descriptor_);
  const std::uint64_t size = status ? status->bytes : 0;
  const bool fits = status && status->is_regular() && (size == bytes || size == 0 || replace);
  // Whoever else makes it as long does the same, and nobody makes it shorter meanwhile.
  const bool is_long_enough = fits && (size == bytes || platform::set_length(descriptor_, bytes));
  if (is_long_enough && platform::seek_to(descriptor_, offset) >= 0) return;
  const int error = errno;
  platform::close_file(descriptor_);
  errno = error;
  if (!status || fits) fail(path);
  throw Error(ErrorCode::kWriteFailed,
              path + " exists already and is no file of " + std::to_string(bytes) +
                  " bytes that other parts are written to; -f overwrites it.");
}

SharedFile::~SharedFile() {
  if (descriptor_ >= 0) platform::close_file(descriptor_);
}

void SharedFile::write(std::span<const std::uint8_t> data) {
  while (!data.empty()) {
    const std::ptrdiff_t written = platform::write_some(descriptor_, data);
    if (written >= 0) {
      data = data.subspan(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      fail(path_);
    }
  }
}

void SharedFile::close() {
  const int closed = platform::close_file(descriptor_);
  descriptor_ = -1;
  if (closed != 0) fail(path_);
}

}  // namespace nnzip
