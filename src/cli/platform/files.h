// SPDX-License-Identifier: Apache-2.0
// Files by descriptor and by name, in UTF-8 on Windows. What can fail tells the reason in errno.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace nnzip::platform {

inline constexpr int kStandardInput = 0, kStandardOutput = 1, kStandardError = 2;

struct FileTime {
  std::int64_t seconds = 0;  // since 1970
  std::int32_t nanoseconds = 0;
  bool operator==(const FileTime&) const = default;
};

struct FileStatus {
  enum class Type { kRegular, kFolder, kLink, kOther };
  Type type = Type::kOther;
  std::uint64_t bytes = 0;
  FileTime changed;  // the content
  FileTime accessed;
  std::uint64_t device = 0, number = 0;          // which file it is
  std::uint64_t names = 1;                       // hard links
  std::uint32_t mode = 0, owner = 0, group = 0;  // 0 on Windows

  bool is_regular() const { return type == Type::kRegular; }
  bool is_same_file(const FileStatus& other) const {
    return number != 0 && device == other.device && number == other.number;
  }
  bool has_same_content(const FileStatus& before) const {
    return bytes == before.bytes && changed == before.changed;
  }
};

// Nothing if there is no such file.
std::optional<FileStatus> file_status(int descriptor);
std::optional<FileStatus> file_status(const std::string& path);
std::optional<FileStatus> link_status(const std::string& path);  // does not follow the last link

// A descriptor, or -1.
int open_input(const std::string& path);
int open_existing_output(const std::string& path);
int open_or_make_output(const std::string& path);
int close_file(int descriptor);  // 0, or -1

// The number of bytes, or -1.
std::ptrdiff_t read_some(int descriptor, std::span<std::uint8_t> buffer);
std::ptrdiff_t write_some(int descriptor, std::span<const std::uint8_t> data);

// The new place from the start of the file, or -1.
std::int64_t seek_to(int descriptor, std::uint64_t place);
std::int64_t seek_forward(int descriptor, std::uint64_t bytes);
std::int64_t place_of(int descriptor);

// Bytes from there on to the next data, or to the end, that are a hole; 0 if it cannot be told.
std::uint64_t hole_bytes(int descriptor);

// Cuts the file, or lengthens it by zeros; false if that cannot be.
bool set_length(int descriptor, std::uint64_t bytes);

bool is_terminal(int descriptor);

// Where in the file a standard stream is, if zeros may be left out there: only in a regular file,
// and only at its end, because what is passed over elsewhere keeps what was there. Where writing
// appends, what is passed over is not even there.
std::optional<std::uint64_t> place_for_holes(int descriptor);

// Gives an open file the owner, mode and times of source, or those of a new file. Only the mode
// matters enough to fail for: false.
bool copy_attributes(int descriptor, const FileStatus& source);
bool set_default_mode(int descriptor);

int remove_file(const std::string& path);  // 0, or -1

inline std::filesystem::path path_of(const std::string& path) {
  return std::u8string(path.begin(), path.end());
}

// Where in the path its last name begins.
std::size_t start_of_name(const std::string& path);

}  // namespace nnzip::platform
