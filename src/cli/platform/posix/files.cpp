// SPDX-License-Identifier: Apache-2.0
// By the calls of POSIX.
#include "platform/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace nnzip::platform {
namespace {

FileTime time_of(const struct timespec& time) {
  return {time.tv_sec, static_cast<std::int32_t>(time.tv_nsec)};
}

struct timespec timespec_of(const FileTime& time) {
  return {static_cast<time_t>(time.seconds), time.nanoseconds};
}

FileStatus::Type type_of(mode_t mode) {
  if (S_ISREG(mode)) return FileStatus::Type::kRegular;
  if (S_ISDIR(mode)) return FileStatus::Type::kFolder;
  return S_ISLNK(mode) ? FileStatus::Type::kLink : FileStatus::Type::kOther;
}

// result: of the call that filled status.
std::optional<FileStatus> status_of(int result, const struct stat& status) {
  if (result != 0) return std::nullopt;
  FileStatus file;
  file.type = type_of(status.st_mode);
  file.bytes = static_cast<std::uint64_t>(status.st_size);
#if defined(__APPLE__)
  file.changed = time_of(status.st_mtimespec);
  file.accessed = time_of(status.st_atimespec);
#else
  file.changed = time_of(status.st_mtim);
  file.accessed = time_of(status.st_atim);
#endif
  file.device = static_cast<std::uint64_t>(status.st_dev);
  file.number = status.st_ino;
  file.names = status.st_nlink;
  file.mode = status.st_mode & 07777;
  file.owner = status.st_uid;
  file.group = status.st_gid;
  return file;
}

}  // namespace

std::optional<FileStatus> file_status(int descriptor) {
  struct stat status = {};
  return status_of(fstat(descriptor, &status), status);
}

std::optional<FileStatus> file_status(const std::string& path) {
  struct stat status = {};
  return status_of(stat(path.c_str(), &status), status);
}

std::optional<FileStatus> link_status(const std::string& path) {
  struct stat status = {};
  return status_of(lstat(path.c_str(), &status), status);
}

int open_input(const std::string& path) {
  return open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

int open_existing_output(const std::string& path) {
  return open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
}

int open_or_make_output(const std::string& path) {
  return open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
}

int close_file(int descriptor) { return close(descriptor); }

std::ptrdiff_t read_some(int descriptor, std::span<std::uint8_t> buffer) {
  return read(descriptor, buffer.data(), buffer.size());
}

std::ptrdiff_t write_some(int descriptor, std::span<const std::uint8_t> data) {
  return write(descriptor, data.data(), data.size());
}

std::int64_t seek_to(int descriptor, std::uint64_t place) {
  return lseek(descriptor, static_cast<off_t>(place), SEEK_SET);
}

std::int64_t seek_forward(int descriptor, std::uint64_t bytes) {
  return lseek(descriptor, static_cast<off_t>(bytes), SEEK_CUR);
}

std::int64_t place_of(int descriptor) { return lseek(descriptor, 0, SEEK_CUR); }

std::uint64_t hole_bytes(int descriptor) {
#if defined(SEEK_DATA)
  const off_t place = lseek(descriptor, 0, SEEK_CUR);
  if (place < 0) return 0;
  off_t data = lseek(descriptor, place, SEEK_DATA);
  if (data < 0 && errno == ENXIO) data = lseek(descriptor, 0, SEEK_END);
  lseek(descriptor, place, SEEK_SET);
  return data > place ? static_cast<std::uint64_t>(data - place) : 0;
#else
  static_cast<void>(descriptor);
  return 0;
#endif
}

bool set_length(int descriptor, std::uint64_t bytes) {
  return ftruncate(descriptor, static_cast<off_t>(bytes)) == 0;
}

bool is_terminal(int descriptor) { return isatty(descriptor) != 0; }

std::optional<std::uint64_t> place_for_holes(int descriptor) {
  const auto status = file_status(descriptor);
  if (!status || !status->is_regular()) return std::nullopt;
  const int flags = fcntl(descriptor, F_GETFL);
  const std::int64_t place = place_of(descriptor);
  if (flags < 0 || (flags & O_APPEND) != 0 || place < 0) return std::nullopt;
  if (static_cast<std::uint64_t>(place) != status->bytes) return std::nullopt;
  return static_cast<std::uint64_t>(place);
}

// Always by descriptor: a name could have been taken by another file meanwhile. Owner first,
// because a change of owner may clear mode bits; times last, because all else touches them. A
// program that ran as the source's owner or group must not run as somebody else: without both of
// them its special bits are dropped.
bool copy_attributes(int descriptor, const FileStatus& source) {
  mode_t mode = static_cast<mode_t>(source.mode);
  const bool same_owner = fchown(descriptor, source.owner, static_cast<gid_t>(-1)) == 0;
  const bool same_group = fchown(descriptor, static_cast<uid_t>(-1), source.group) == 0;
  if (!same_owner || !same_group) mode &= 0777;
  // Another group must not get what the source's group had: it gets what both it and others had.
  if (!same_group) mode = (mode & ~070U) | (mode & (mode << 3) & 070U);
  if (fchmod(descriptor, mode) != 0) return false;
  const struct timespec times[2] = {timespec_of(source.accessed), timespec_of(source.changed)};
  static_cast<void>(futimens(descriptor, times));
  return true;
}

bool set_default_mode(int descriptor) {
  const mode_t mask = umask(0);
  umask(mask);
  return fchmod(descriptor, 0666 & ~mask) == 0;
}

int remove_file(const std::string& path) { return unlink(path.c_str()); }

std::size_t start_of_name(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? 0 : slash + 1;
}

}  // namespace nnzip::platform
