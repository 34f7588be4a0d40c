// SPDX-License-Identifier: Apache-2.0
// Files and standard streams as the library's readers and writers.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

#include "nnzip/nnzip.hpp"
#include "temporary_file.h"

namespace nnzip {

inline constexpr const char* kStandardStream = "-";

// A file, or standard input if the path is "-".
class InputFile : public Reader {
 public:
  explicit InputFile(const std::string& path);  // throws Error(kReadFailed)
  ~InputFile() override;
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  std::size_t read(std::span<std::uint8_t> buffer) override;

  const std::string& label() const { return label_; }  // for messages
  const struct stat& status() const { return status_; }
  bool is_standard() const { return path_ == kStandardStream; }
  bool is_regular() const { return S_ISREG(status_.st_mode); }
  bool is_folder() const { return S_ISDIR(status_.st_mode); }
  bool is_terminal() const;
  std::uint64_t size() const;  // 0 if not known

  // Removes the name, unless another file has come to bear it. Throws Error(kWriteFailed).
  void remove();

 private:
  std::string path_;
  std::string label_;
  int descriptor_ = -1;
  struct stat status_ = {};
};

// A file, standard output if the path is "-", or nothing at all if it is empty. A file appears
// under its name only by commit(); until then, and for ever after an error, there is none. What is
// no regular file (a device, a named pipe) is written in place and left as it is.
class OutputFile : public Writer {
 public:
  OutputFile(const std::string& path, bool replace);  // throws Error(kWriteFailed)
  ~OutputFile() override;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::span<const std::uint8_t> data) override;

  bool is_standard() const { return path_ == kStandardStream; }
  bool is_terminal() const;

  // Completes the file. One that comes from a regular file gets its mode, owner and times.
  // Throws Error(kWriteFailed).
  void commit(const InputFile& source);

 private:
  int descriptor() const { return temporary_ ? temporary_->descriptor() : direct_; }
  void copy_metadata(const struct stat& source);
  std::string path_;
  std::string label_;
  bool replace_;
  int direct_ = -1;  // written in place
  std::optional<TemporaryFile> temporary_;
};

}  // namespace nnzip
