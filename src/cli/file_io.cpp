// SPDX-License-Identifier: Apache-2.0
// Reading and writing by file descriptor.
#include "file_io.h"

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

}  // namespace

std::string input_label(const std::string& path) {
  return path == kStandardStream ? "standard input" : path;
}

InputFile::InputFile(const std::string& path) : path_(path), label_(input_label(path)) {
  if (is_standard()) {
    descriptor_ = platform::kStandardInput;
  } else {
    descriptor_ = platform::open_input(path);
    if (descriptor_ < 0) fail(ErrorCode::kReadFailed, "Cannot open " + label_);
  }
  const auto status = platform::file_status(descriptor_);
  if (!status) {
    const int error = errno;
    if (!is_standard()) platform::close_file(descriptor_);
    errno = error;
    fail(ErrorCode::kReadFailed, "Cannot open " + label_);
  }
  status_ = *status;
  // Standard input may have been read from already.
  const std::int64_t start = is_regular() ? platform::place_of(descriptor_) : -1;
  if (start >= 0) seekable_.emplace(*this, static_cast<std::uint64_t>(start));
}

InputFile::~InputFile() {
  if (!is_standard()) platform::close_file(descriptor_);
}

std::size_t InputFile::read(std::span<std::uint8_t> buffer) {
  if (!peeked_.empty()) {
    const auto size = static_cast<std::ptrdiff_t>(std::min(buffer.size(), peeked_.size()));
    std::copy_n(peeked_.begin(), size, buffer.begin());
    peeked_.erase(peeked_.begin(), peeked_.begin() + size);
    return static_cast<std::size_t>(size);
  }
  for (;;) {
    const std::ptrdiff_t taken = platform::read_some(descriptor_, buffer);
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
  const auto now = platform::file_status(file_.descriptor_);
  if (!now) fail(ErrorCode::kReadFailed, "Cannot read " + file_.label_);
  return now->bytes > start_ ? now->bytes - start_ : 0;
}

void InputFile::Seekable::seek(std::uint64_t offset) {
  if (platform::seek_to(file_.descriptor_, start_ + offset) < 0) {
    fail(ErrorCode::kReadFailed, "Cannot read " + file_.label_);
  }
}

bool InputFile::Seekable::skip(std::uint64_t n) {
  const std::int64_t at = platform::place_of(file_.descriptor_);
  if (at < 0) fail(ErrorCode::kReadFailed, "Cannot read " + file_.label_);
  const std::uint64_t place = static_cast<std::uint64_t>(at) - start_;
  const std::uint64_t end = size();
  const bool enough = place <= end && n <= end - place;
  seek(enough ? place + n : end);
  return enough;
}

std::uint64_t InputFile::Seekable::hole() { return platform::hole_bytes(file_.descriptor_); }

bool InputFile::is_terminal() const { return platform::is_terminal(descriptor_); }

std::uint64_t InputFile::size() const { return is_regular() ? status_.bytes : 0; }

// Reading changes neither of the two. The names of the file are not looked at: remove() does that.
bool InputFile::has_changed() const {
  if (!is_regular()) return false;
  const auto now = platform::file_status(descriptor_);
  return !now || !now->has_same_content(status_);
}

void InputFile::remove() {
  const auto now = platform::file_status(path_);
  if (!now) fail(ErrorCode::kWriteFailed, "Cannot remove " + label_);
  if (!now->is_same_file(status_)) {
    throw Error(ErrorCode::kWriteFailed,
                label_ + " is not removed: another file has taken its name meanwhile.");
  }
  if (platform::remove_file(path_) != 0) fail(ErrorCode::kWriteFailed, "Cannot remove " + label_);
}

OutputFile::OutputFile(const std::string& path, bool replace, bool holes, const std::string& key)
    : path_(path), label_(path), replace_(replace), holes_(holes) {
  if (path.empty()) return;
  if (is_standard()) {
    label_ = "standard output";
    direct_ = platform::kStandardOutput;
    const auto place = platform::place_for_holes(direct_);
    holes_ = holes_ && place;
    place_ = place.value_or(0);
    return;
  }
  if (const auto existing = platform::file_status(path)) {
    if (existing->type == platform::FileStatus::Type::kFolder) {
      throw Error(ErrorCode::kWriteFailed, "Cannot write " + label_ + ": it is a folder.");
    }
    if (!existing->is_regular()) {
      holes_ = false;
      direct_ = platform::open_existing_output(path);
      if (direct_ < 0) fail(ErrorCode::kWriteFailed, "Cannot write " + label_);
      return;
    }
  }
  // A link that leads nowhere takes the name, too.
  if (!replace && platform::link_status(path)) {
    throw Error(ErrorCode::kWriteFailed, label_ + " exists already; -f overwrites it.");
  }
  if (key.empty()) {
    temporary_.emplace(path);
  } else {
    temporary_.emplace(path, key);
  }
}

OutputFile::~OutputFile() {
  if (direct_ >= 0 && !is_standard()) platform::close_file(direct_);
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

void OutputFile::write_zeros(std::uint64_t n) {
  if (!holes_) return Writer::write_zeros(n);
  hole_ += n;
  place_ += n;
}

void OutputFile::put(std::span<const std::uint8_t> data) {
  if (data.empty()) return;
  if (hole_ > 0 && platform::seek_forward(descriptor(), hole_) < 0) {
    fail(ErrorCode::kWriteFailed, "Cannot write " + label_);
  }
  hole_ = 0;
  while (!data.empty()) {
    const std::ptrdiff_t written = platform::write_some(descriptor(), data);
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

bool OutputFile::is_terminal() const { return direct_ >= 0 && platform::is_terminal(direct_); }

bool OutputFile::is_same_file(const InputFile& input) const {
  if (direct_ < 0 && path_.empty()) return false;
  const auto status = direct_ >= 0 ? platform::file_status(direct_) : platform::file_status(path_);
  return status && status->is_regular() && status->is_same_file(input.status());
}

void OutputFile::commit(const InputFile* source) {
  fill_hole();
  if (!temporary_) {
    if (direct_ < 0 || is_standard()) return;
    const int closed = platform::close_file(direct_);
    direct_ = -1;
    if (closed != 0) fail(ErrorCode::kWriteFailed, "Cannot write " + label_);
    return;
  }
  const int file = temporary_->descriptor();
  const bool done = source != nullptr && source->is_regular() && !source->is_standard()
                        ? platform::copy_attributes(file, source->status())
                        : platform::set_default_mode(file);
  if (!done) fail(ErrorCode::kWriteFailed, "Cannot set the mode of " + label_);
  temporary_->publish(replace_);
  temporary_.reset();
}

}  // namespace nnzip
