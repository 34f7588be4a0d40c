// SPDX-License-Identifier: Apache-2.0
// A folder in which programs make files.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "unit/deflate_samples.h"

namespace nnzip::test {

class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              ("nnzip-deflate-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

  // What the command makes of a file "in", as a file "out". Nothing if it fails.
  Bytes made_by(const std::string& command, const Bytes& in) const {
    std::filesystem::remove(path_ / "out");
    std::ofstream(path_ / "in", std::ios::binary)
        .write(reinterpret_cast<const char*>(in.data()), static_cast<std::streamsize>(in.size()));
    const std::string line = "cd '" + path_.string() + "' && (" + command + ") >log 2>&1";
    return std::system(line.c_str()) == 0 ? file_bytes((path_ / "out").string()) : Bytes{};
  }

 private:
  std::filesystem::path path_;
};

}  // namespace nnzip::test
