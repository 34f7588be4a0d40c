// SPDX-License-Identifier: Apache-2.0
// A file that several processes fill together, each a part of it in place.
#pragma once

#include <string>

#include "nnzip/nnzip.hpp"

namespace nnzip {

class SharedFile : public Writer {
 public:
  // Makes the file of that many bytes, all zeros in a hole, or takes one that is empty or has that
  // size; another one only if replace is set. Writing begins at offset. Throws Error(kWriteFailed).
  SharedFile(const std::string& path, std::uint64_t bytes, std::uint64_t offset, bool replace);
  ~SharedFile() override;
  SharedFile(const SharedFile&) = delete;
  SharedFile& operator=(const SharedFile&) = delete;

  void write(std::span<const std::uint8_t> data) override;
  void close();  // throws Error(kWriteFailed)

 private:
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace nnzip
