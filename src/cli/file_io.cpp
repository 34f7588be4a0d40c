// SPDX-License-Identifier: Apache-2.0
// Reading and writing by file descriptor, and what a finished file takes over from its source.
#include "file_io.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace nnzip {
namespace {

[[noreturn]] void fail(ErrorCode code, const std::string& what) {
  const int error = errno;
  throw Error(code, what + ": " + std::strerror(error) + ".");
}

// What file systems leave out.
constexpr std::size_t kPageBytes = 4096;

bool is_zero(std::span<const std::uint8_t> data) {
  return data[0] == 0 && std::memcmp(data.data(), data.data() + 1, data.size() - 1) == 0;
}

// Where in the file standard output is, if zeros may be left out there: only in a regular file, and
// only at its end, because what is passed over elsewhere keeps what was there. Where writing
// appends, what is passed over is not even there.
std::optional<std::uint64_t> place_for_holes(int descriptor) {
  struct stat status = {};
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  const int flags = fcntl(descriptor, F_GETFL);
  const off_t place = lseek(descriptor, 0, SEEK_CUR);
  if (flags < 0 || (flags & O_APPEND) != 0 || place != status.st_size) return std::nullopt;
  return static_cast<std::uint64_t>(place);
}

mode_t default_mode() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

}  // namespace

std::string input_label(const std::string& path) {
  return path == kStandardStream ? "standard input" : path;
}

InputFile::InputFile(const std::string& path) : path_(path), label_(input_label(path)) {
  if (is_standard()) {
    descriptor_ = STDIN_FILENO;
  } else {
    descriptor_ = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor_ < 0) fail(ErrorCode::kReadFailed, "Cannot open " + label_);
  }
  if (fstat(descriptor_, &status_) != 0) {
    const int error = errno;
    if (!is_standard()) close(descriptor_);
    errno = error;
    fail(ErrorCode::kReadFailed, "Cannot open " + label_);
  }
  // Standard input may have been read from already.
  const off_t start = is_regular() ? lseek(descriptor_, 0, SEEK_CUR) : -1;
  if (start >= 0) seekable_.emplace(*this, static_cast<std::uint64_t>(start));
}

InputFile::~InputFile() {
  if (!is_standard()) close(descriptor_);
}

std::size_t InputFile::read(std::span<std::uint8_t> buffer) {
  if (!peeked_.empty()) {
    const auto size = static_cast<std::ptrdiff_t>(std::min(buffer.size(), peeked_.size()));
    std::copy_n(peeked_.begin(), size, buffer.begin());
    peeked_.erase(peeked_.begin(), peeked_.begin() + size);
    return static_cast<std::size_t>(size);
  }
  for (;;) {
    const ssize_t taken = ::read(descriptor_, buffer.data(), buffer.size());
    if (taken >= 0) return static_cast<std::size_t>(taken);
    if (errno != EINTR) fail(ErrorCode::kReadFailed, "Cannot read " + label_);
  }
}

Reader& InputFile::reader() {
  if (seekable_) return *seekable_;
  return *this;
}

std::vector<std::uint8_t> InputFile::peek(std::size_t n) {
  std::vector<std::uint8_t> bytes(n);
  std::size_t filled = 0;
  while (filled < n) {
    const std::size_t taken = read(std::span(bytes).subspan(filled));
    if (taken == 0) break;
    filled += taken;
  }
  bytes.resize(filled);
  if (seekable_) {
    rewind();
  } else {
    peeked_ = bytes;
  }
  return bytes;
}

void InputFile::rewind() {
  if (seekable_) seekable_->seek(0);
}

// The size of now: the file may be growing, and what counts is what can be read.
std::uint64_t InputFile::Seekable::size() {
  struct stat now = {};
  if (fstat(file_.descriptor_, &now) != 0) {
    fail(ErrorCode::kReadFailed, "Cannot read " + file_.label_);
  }
  const auto end = static_cast<std::uint64_t>(now.st_size);
  return end > start_ ? end - start_ : 0;
}

void InputFile::Seekable::seek(std::uint64_t offset) {
  if (lseek(file_.descriptor_, static_cast<off_t>(start_ + offset), SEEK_SET) < 0) {
    fail(ErrorCode::kReadFailed, "Cannot read " + file_.label_);
  }
}

bool InputFile::Seekable::skip(std::uint64_t n) {
  const off_t at = lseek(file_.descriptor_, 0, SEEK_CUR);
  if (at < 0) fail(ErrorCode::kReadFailed, "Cannot read " + file_.label_);
  const std::uint64_t place = static_cast<std::uint64_t>(at) - start_;
  const std::uint64_t end = size();
  const bool enough = place <= end && n <= end - place;
  seek(enough ? place + n : end);
  return enough;
}

bool InputFile::is_terminal() const { return isatty(descriptor_) != 0; }

std::uint64_t InputFile::size() const {
  return is_regular() ? static_cast<std::uint64_t>(status_.st_size) : 0;
}

// Reading changes neither of the two. The names of the file are not looked at: remove() does that.
bool InputFile::has_changed() const {
  struct stat now = {};
  if (!is_regular()) return false;
  if (fstat(descriptor_, &now) != 0) return true;
  return now.st_size != status_.st_size || now.st_mtim.tv_sec != status_.st_mtim.tv_sec ||
         now.st_mtim.tv_nsec != status_.st_mtim.tv_nsec;
}

void InputFile::remove() {
  struct stat now = {};
  if (stat(path_.c_str(), &now) != 0) fail(ErrorCode::kWriteFailed, "Cannot remove " + label_);
  if (now.st_dev != status_.st_dev || now.st_ino != status_.st_ino) {
    throw Error(ErrorCode::kWriteFailed,
                label_ + " is not removed: another file has taken its name meanwhile.");
  }
  if (unlink(path_.c_str()) != 0) fail(ErrorCode::kWriteFailed, "Cannot remove " + label_);
}

OutputFile::OutputFile(const std::string& path, bool replace, bool holes)
    : path_(path), label_(path), replace_(replace), holes_(holes) {
  if (path.empty()) return;
  if (is_standard()) {
    label_ = "standard output";
    direct_ = STDOUT_FILENO;
    const auto place = place_for_holes(direct_);
    holes_ = holes_ && place;
    place_ = place.value_or(0);
    return;
  }
  struct stat existing = {};
  if (stat(path.c_str(), &existing) == 0) {
    if (S_ISDIR(existing.st_mode)) {
      throw Error(ErrorCode::kWriteFailed, "Cannot write " + label_ + ": it is a folder.");
    }
    if (!S_ISREG(existing.st_mode)) {
      holes_ = false;
      direct_ = open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
      if (direct_ < 0) fail(ErrorCode::kWriteFailed, "Cannot write " + label_);
      return;
    }
  }
  // lstat: a link that leads nowhere takes the name, too.
  if (!replace && lstat(path.c_str(), &existing) == 0) {
    throw Error(ErrorCode::kWriteFailed, label_ + " exists already; -f overwrites it.");
  }
  temporary_.emplace(path);
}

OutputFile::~OutputFile() {
  if (direct_ >= 0 && !is_standard()) close(direct_);
  if (!is_standard() || hole_ == 0) return;
  // After an error, too, what has been given out is whole.
  try {
    fill_hole();
  } catch (const Error&) {
    hole_ = 0;  // there has been an error already
  }
}

void OutputFile::write(std::span<const std::uint8_t> data) {
  if (path_.empty()) return;
  if (!holes_) return put(data);
  std::size_t written = 0;
  for (std::size_t i = 0; i < data.size();) {
    const std::size_t to_page_end = kPageBytes - (place_ + i) % kPageBytes;
    const std::size_t size = std::min(to_page_end, data.size() - i);
    if (size == kPageBytes && is_zero(data.subspan(i, size))) {
      put(data.subspan(written, i - written));
      hole_ += size;
      written = i + size;
    }
    i += size;
  }
  put(data.subspan(written));
  place_ += data.size();
}

void OutputFile::put(std::span<const std::uint8_t> data) {
  if (data.empty()) return;
  if (hole_ > 0 && lseek(descriptor(), static_cast<off_t>(hole_), SEEK_CUR) < 0) {
    fail(ErrorCode::kWriteFailed, "Cannot write " + label_);
  }
  hole_ = 0;
  while (!data.empty()) {
    const ssize_t written = ::write(descriptor(), data.data(), data.size());
    if (written >= 0) {
      data = data.subspan(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      fail(ErrorCode::kWriteFailed, "Cannot write " + label_);
    }
  }
}

// The last zero is written, so that the file is long enough on every file system.
void OutputFile::fill_hole() {
  if (hole_ == 0) return;
  --hole_;
  put(std::array<std::uint8_t, 1>{});
}

bool OutputFile::is_terminal() const { return direct_ >= 0 && isatty(direct_) != 0; }

bool OutputFile::is_same_file(const InputFile& input) const {
  struct stat status = {};
  const bool known = direct_ >= 0 ? fstat(direct_, &status) == 0
                                  : !path_.empty() && stat(path_.c_str(), &status) == 0;
  return known && S_ISREG(status.st_mode) && status.st_dev == input.status().st_dev &&
         status.st_ino == input.status().st_ino;
}

void OutputFile::commit(const InputFile* source) {
  fill_hole();
  if (!temporary_) {
    if (direct_ < 0 || is_standard()) return;
    const int closed = close(direct_);
    direct_ = -1;
    if (closed != 0) fail(ErrorCode::kWriteFailed, "Cannot write " + label_);
    return;
  }
  if (source != nullptr && source->is_regular() && !source->is_standard()) {
    copy_metadata(source->status());
  } else if (fchmod(temporary_->descriptor(), default_mode()) != 0) {
    fail(ErrorCode::kWriteFailed, "Cannot set the mode of " + label_);
  }
  temporary_->publish(replace_);
  temporary_.reset();
}

// Always by descriptor: a name could have been taken by another file meanwhile. Owner first,
// because a change of owner may clear mode bits; times last, because all else touches them. Only
// the mode matters enough to fail for. A program that ran as the source's owner or group must not
// run as somebody else: without both of them its special bits are dropped.
void OutputFile::copy_metadata(const struct stat& source) {
  const int file = temporary_->descriptor();
  mode_t mode = source.st_mode & 07777;
  const bool same_owner = fchown(file, source.st_uid, static_cast<gid_t>(-1)) == 0;
  const bool same_group = fchown(file, static_cast<uid_t>(-1), source.st_gid) == 0;
  if (!same_owner || !same_group) mode &= 0777;
  // Another group must not get what the source's group had: it gets what both it and others had.
  if (!same_group) mode = (mode & ~070U) | (mode & (mode << 3) & 070U);
  if (fchmod(file, mode) != 0) fail(ErrorCode::kWriteFailed, "Cannot set the mode of " + label_);
  const struct timespec times[2] = {source.st_atim, source.st_mtim};
  static_cast<void>(futimens(file, times));
}

}  // namespace nnzip
