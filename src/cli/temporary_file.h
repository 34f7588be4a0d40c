// SPDX-License-Identifier: Apache-2.0
// A file under a temporary name that disappears unless it is published, even when a signal ends
// the program.
#pragma once

#include <string>

namespace nnzip {

class TemporaryFile {
 public:
  // Creates .NAME.nnzip-XXXXXX beside path, readable by its owner alone. Throws
  // Error(kWriteFailed).
  explicit TemporaryFile(const std::string& path);
  // Takes or creates .NAME.nnzip-KEY, which stays until it is published: work that goes on another
  // day. Nobody else may have it. Throws Error(kWriteFailed).
  TemporaryFile(const std::string& path, const std::string& key);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  int descriptor() const { return descriptor_; }
  const std::string& name() const { return temporary_; }

  // Closes the file and gives it the name path; an existing file of that name is replaced, or, if
  // replace is false, an error. Throws Error(kWriteFailed).
  void publish(bool replace);

 private:
  void forget();  // takes the temporary name from the signal handler
  std::string path_;
  std::string temporary_;
  int descriptor_ = -1;
  bool stays_ = false;
};

}  // namespace nnzip
