// SPDX-License-Identifier: Apache-2.0
// Descriptors of the C library on handles that let others rename and remove the file meanwhile, as
// everywhere else.
#include "platform/files.h"

#include <fcntl.h>
#include <io.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "platform/windows/wide.h"

namespace nnzip::platform {
namespace {

constexpr std::size_t kMostAtOnce = std::size_t{1} << 20;
constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
constexpr std::int64_t kTicksPerSecond = 10'000'000;
constexpr std::int64_t kSecondsFrom1601To1970 = 11'644'473'600;

HANDLE handle_of(int descriptor) { return reinterpret_cast<HANDLE>(_get_osfhandle(descriptor)); }

FileTime time_of(const LARGE_INTEGER& time) {
  return {time.QuadPart / kTicksPerSecond - kSecondsFrom1601To1970,
          static_cast<std::int32_t>(time.QuadPart % kTicksPerSecond * 100)};
}

FILETIME filetime_of(const FileTime& time) {
  const std::int64_t ticks =
      (time.seconds + kSecondsFrom1601To1970) * kTicksPerSecond + time.nanoseconds / 100;
  return {static_cast<DWORD>(ticks), static_cast<DWORD>(ticks >> 32)};
}

std::optional<FileStatus> status_of(HANDLE handle) {
  FileStatus file;
  if (GetFileType(handle) != FILE_TYPE_DISK) return file;
  FILE_BASIC_INFO basic = {};
  FILE_STANDARD_INFO standard = {};
  if (!GetFileInformationByHandleEx(handle, FileBasicInfo, &basic, sizeof basic) ||
      !GetFileInformationByHandleEx(handle, FileStandardInfo, &standard, sizeof standard)) {
    fail_with_last_error();
    return std::nullopt;
  }
  file.type = standard.Directory ? FileStatus::Type::kFolder : FileStatus::Type::kRegular;
  file.bytes = static_cast<std::uint64_t>(standard.EndOfFile.QuadPart);
  file.changed = time_of(basic.LastWriteTime);
  file.accessed = time_of(basic.LastAccessTime);
  file.names = standard.NumberOfLinks;
  // Wine does not know it of a redirected stream.
  BY_HANDLE_FILE_INFORMATION identity = {};
  if (GetFileInformationByHandle(handle, &identity)) {
    file.device = identity.dwVolumeSerialNumber;
    file.number = std::uint64_t{identity.nFileIndexHigh} << 32 | identity.nFileIndexLow;
  }
  return file;
}

// flags: FILE_FLAG_OPEN_REPARSE_POINT for what the name itself is.
std::optional<FileStatus> status_of(const std::string& path, DWORD flags) {
  const HANDLE handle = CreateFileW(to_wide(path).c_str(), FILE_READ_ATTRIBUTES, kShareAll, nullptr,
                                    OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | flags, nullptr);
  if (handle == INVALID_HANDLE_VALUE) {
    fail_with_last_error();
    return std::nullopt;
  }
  auto status = status_of(handle);
  FILE_ATTRIBUTE_TAG_INFO tag = {};
  if (status && flags != 0 &&
      GetFileInformationByHandleEx(handle, FileAttributeTagInfo, &tag, sizeof tag) &&
      (tag.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 &&
      tag.ReparseTag == IO_REPARSE_TAG_SYMLINK) {
    status->type = FileStatus::Type::kLink;
  }
  CloseHandle(handle);
  return status;
}

int open_file(const std::string& path, DWORD access, int mode, DWORD which = OPEN_EXISTING) {
  const HANDLE handle = CreateFileW(to_wide(path).c_str(), access, kShareAll, nullptr, which,
                                    FILE_ATTRIBUTE_NORMAL, nullptr);
  if (handle == INVALID_HANDLE_VALUE) return fail_with_last_error();
  return _open_osfhandle(reinterpret_cast<std::intptr_t>(handle), mode | _O_BINARY);
}

}  // namespace

std::optional<FileStatus> file_status(int descriptor) { return status_of(handle_of(descriptor)); }

std::optional<FileStatus> file_status(const std::string& path) { return status_of(path, 0); }

std::optional<FileStatus> link_status(const std::string& path) {
  return status_of(path, FILE_FLAG_OPEN_REPARSE_POINT);
}

int open_input(const std::string& path) { return open_file(path, GENERIC_READ, _O_RDONLY); }

int open_existing_output(const std::string& path) {
  return open_file(path, GENERIC_WRITE, _O_WRONLY);
}

int open_or_make_output(const std::string& path) {
  return open_file(path, GENERIC_WRITE, _O_WRONLY, OPEN_ALWAYS);
}

int close_file(int descriptor) { return _close(descriptor); }

std::ptrdiff_t read_some(int descriptor, std::span<std::uint8_t> buffer) {
  return _read(descriptor, buffer.data(),
               static_cast<unsigned>(std::min(buffer.size(), kMostAtOnce)));
}

std::ptrdiff_t write_some(int descriptor, std::span<const std::uint8_t> data) {
  const int written =
      _write(descriptor, data.data(), static_cast<unsigned>(std::min(data.size(), kMostAtOnce)));
  if (written < 0 && _doserrno == ERROR_NO_DATA) errno = EPIPE;  // nobody reads on
  return written;
}

std::int64_t seek_to(int descriptor, std::uint64_t place) {
  return _lseeki64(descriptor, static_cast<std::int64_t>(place), SEEK_SET);
}

std::int64_t seek_forward(int descriptor, std::uint64_t bytes) {
  return _lseeki64(descriptor, static_cast<std::int64_t>(bytes), SEEK_CUR);
}

std::int64_t place_of(int descriptor) { return _lseeki64(descriptor, 0, SEEK_CUR); }

std::uint64_t hole_bytes(int) { return 0; }

bool set_length(int descriptor, std::uint64_t bytes) {
  // Not _chsize_s: it writes the zeros, over what another process has written there meanwhile.
  FILE_END_OF_FILE_INFO end = {};
  end.EndOfFile.QuadPart = static_cast<LONGLONG>(bytes);
  if (SetFileInformationByHandle(handle_of(descriptor), FileEndOfFileInfo, &end, sizeof end)) {
    return true;
  }
  fail_with_last_error();
  return false;
}

// _isatty would take the device NUL for one.
bool is_terminal(int descriptor) {
  DWORD mode = 0;
  return GetConsoleMode(handle_of(descriptor), &mode) != 0;
}

// Whether writing appends is not to be found out.
std::optional<std::uint64_t> place_for_holes(int) { return std::nullopt; }

// Owners and rights come from the folder.
bool copy_attributes(int descriptor, const FileStatus& source) {
  const FILETIME accessed = filetime_of(source.accessed), changed = filetime_of(source.changed);
  SetFileTime(handle_of(descriptor), nullptr, &accessed, &changed);
  return true;
}

bool set_default_mode(int) { return true; }

int remove_file(const std::string& path) {
  return DeleteFileW(to_wide(path).c_str()) ? 0 : fail_with_last_error();
}

std::size_t start_of_name(const std::string& path) {
  const std::size_t slash = path.find_last_of("/\\:");
  return slash == std::string::npos ? 0 : slash + 1;
}

}  // namespace nnzip::platform
