// SPDX-License-Identifier: Apache-2.0
// Files and standard streams as the library's readers and writers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nnzip/nnzip.hpp"
#include "platform/files.h"
#include "temporary_file.h"

namespace nnzip {

inline constexpr const char* kStandardStream = "-";

// What people call the path: "standard input" for "-".
std::string input_label(const std::string& path);

// A file, or standard input if the path is "-".
class InputFile : public Reader {
 public:
  explicit InputFile(const std::string& path);  // throws Error(kReadFailed)
  ~InputFile() override;
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  std::size_t read(std::span<std::uint8_t> buffer) override;

  // The same data for the library: able to seek if the file is.
  Reader& reader();
  SeekableReader* seekable() { return seekable_ ? &*seekable_ : nullptr; }  // null if it is not

  const std::string& label() const { return label_; }  // for messages
  const platform::FileStatus& status() const { return status_; }
  bool is_standard() const { return path_ == kStandardStream; }
  bool is_regular() const { return status_.is_regular(); }
  bool is_terminal() const;
  std::uint64_t size() const;  // 0 if not known

  // Whether a regular file has another size or time of change than when it was opened.
  bool has_changed() const;

  // The first bytes, up to n; they remain to be read. Only before anything is read.
  std::vector<std::uint8_t> peek(std::size_t n);

  // Goes back to where the data began. Only for a regular file. Throws Error(kReadFailed).
  void rewind();

  // Removes the name, unless another file has come to bear it. Throws Error(kWriteFailed).
  void remove();

 private:
  // A regular file from where its descriptor stood at first.
  class Seekable : public SeekableReader {
   public:
    Seekable(InputFile& file, std::uint64_t start) : file_(file), start_(start) {}
    std::size_t read(std::span<std::uint8_t> buffer) override { return file_.read(buffer); }
    bool skip(std::uint64_t n) override;
    std::uint64_t size() override;
    void seek(std::uint64_t offset) override;
    std::uint64_t hole() override;

   private:
    InputFile& file_;
    std::uint64_t start_;
  };

  std::string path_;
  std::string label_;
  int descriptor_ = -1;
  platform::FileStatus status_;
  std::vector<std::uint8_t> peeked_;  // still to be read, of what cannot seek
  std::optional<Seekable> seekable_;
};

// A file, standard output if the path is "-", or nothing at all if it is empty. A file appears
// under its name only by commit(); until then, and for ever after an error, there is none. What is
// no regular file (a device, a named pipe) is written in place and keeps its mode and owner.
//
// With holes, pages of zeros are left out where the output is a regular file at its end, and read
// as zeros all the same.
class OutputFile : public Writer {
 public:
  // key: if it is not empty, an unfinished file stays under a name with that key, and the next one
  // with the same key is written over it. Throws Error(kWriteFailed).
  OutputFile(const std::string& path, bool replace, bool holes, const std::string& key = {});
  ~OutputFile() override;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::span<const std::uint8_t> data) override;
  void write_zeros(std::uint64_t n) override;

  // The name of the unfinished file, empty if there is none.
  std::string unfinished() const { return temporary_ ? temporary_->name() : std::string(); }

  bool is_standard() const { return path_ == kStandardStream; }
  bool is_terminal() const;
  // Whether the output would go into the input itself.
  bool is_same_file(const InputFile& input) const;

  // Completes the file. One that comes from a regular file gets its mode, owner and times; source
  // is null if it comes from several. Throws Error(kWriteFailed).
  void commit(const InputFile* source);

 private:
  int descriptor() const { return temporary_ ? temporary_->descriptor() : direct_; }
  void put(std::span<const std::uint8_t> data);  // behind the hole, if there is one
  void fill_hole();
  std::string path_;
  std::string label_;
  bool replace_;
  bool holes_;
  std::uint64_t place_ = 0;  // in the file, of what write() gets next; counted with holes alone
  std::uint64_t hole_ = 0;   // zeros before it that are not in the file yet
  int direct_ = -1;          // written in place
  std::optional<TemporaryFile> temporary_;
};

}  // namespace nnzip
