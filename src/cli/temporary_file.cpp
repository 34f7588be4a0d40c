// SPDX-License-Identifier: Apache-2.0
// Temporary names.
#include "temporary_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "nnzip/error.hpp"
#include "platform/files.h"
#include "platform/temporary.h"

namespace nnzip {
namespace {

constexpr std::size_t kMaxNameBytes = 255;

[[noreturn]] void fail(const std::string& path, int error) {
  throw Error(ErrorCode::kWriteFailed, "Cannot write " + path + ": " + std::strerror(error) + ".");
}

std::string temporary_name(const std::string& path, const std::string& key) {
  const std::string suffix = ".nnzip-" + key;
  const std::size_t start = platform::start_of_name(path);
  const std::size_t room = kMaxNameBytes - 1 - suffix.size();
  return path.substr(0, start) + "." + path.substr(start, room) + suffix;
}

bool has_content(const std::string& path) {
  const auto status = platform::file_status(path);
  return status && status->bytes > 0;
}

}  // namespace

TemporaryFile::TemporaryFile(const std::string& path)
    : path_(path), temporary_(temporary_name(path, "XXXXXX")) {
  descriptor_ = platform::create_temporary(temporary_);
  if (descriptor_ < 0) fail(path, errno);
}

TemporaryFile::TemporaryFile(const std::string& path, const std::string& key)
    : path_(path), temporary_(temporary_name(path, key)), stays_(true) {
  descriptor_ = platform::open_for_itself(temporary_);
  if (descriptor_ < 0) fail(temporary_, errno);
}

TemporaryFile::~TemporaryFile() {
  if (descriptor_ >= 0) platform::close_file(descriptor_);
  if (temporary_.empty() || (stays_ && has_content(temporary_))) return;
  platform::remove_file(temporary_);
  forget();
}

void TemporaryFile::publish(bool replace) {
  // What stayed from before may be longer.
  const std::int64_t end = stays_ ? platform::place_of(descriptor_) : 0;
  if (end < 0 || (stays_ && !platform::set_length(descriptor_, static_cast<std::uint64_t>(end)))) {
    fail(path_, errno);
  }
  const int closed = platform::close_file(descriptor_);
  descriptor_ = -1;
  if (closed != 0) fail(path_, errno);
  const int renamed = replace ? platform::rename_replacing(temporary_, path_)
                              : platform::rename_without_replacing(temporary_, path_);
  if (renamed != 0) fail(path_, errno);
  forget();
}

void TemporaryFile::forget() {
  platform::forget_temporary(temporary_);
  temporary_.clear();
}

}  // namespace nnzip
