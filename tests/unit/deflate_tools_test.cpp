// SPDX-License-Identifier: Apache-2.0
// Streams of the programs that people have, where they are installed: all close to the same bytes,
// and those of zlib's kind cost little.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "unit/deflate_samples.h"
#include "unwrap/deflate.h"
#include "unwrap/find.h"

namespace nnzip::test {
namespace {

constexpr std::size_t kMaxContent = std::size_t{1} << 24;

class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              ("nnzip-deflate-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
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

struct Tool {
  const char* name;
  const char* command;
  std::size_t max_side;  // in hundredths of the stream; 0: 32 bytes
};

constexpr Tool kTools[] = {
    {"gzip -1", "gzip -n1 <in >out", 0},
    {"gzip -3", "gzip -n3 <in >out", 0},
    {"gzip -4", "gzip -n4 <in >out", 0},
    {"gzip -6", "gzip -n6 <in >out", 0},
    {"gzip -9", "gzip -n9 <in >out", 0},
    {"Info-ZIP", "zip -X out.zip in && mv out.zip out", 0},
    {"Python",
     "python3 -c \"import gzip;open('out','wb').write(gzip.compress(open('in','rb').read()))\"", 0},
    {"pigz", "pigz -n -p1 <in >out", 5},
    {"7-Zip", "7z a -tzip out.zip in && mv out.zip out", 60},
    {"Node",
     "node -e \"const "
     "f=require('fs');f.writeFileSync('out',require('zlib').gzipSync(f.readFileSync('in')))\"",
     60},
    {"zopfli", "zopfli -c in >out", 60},
    {"libdeflate", "libdeflate-gzip -c in >out", 60},
};

}  // namespace

TEST_CASE("DeflateTools.AllCloseExactly") {
  const Folder folder;
  for (const Bytes& content : {prose(60000), mixture(50000)})
    for (const Tool& tool : kTools) {
      INFO(tool.name);
      const Bytes file = folder.made_by(tool.command, content);
      if (file.empty()) {
        WARN(std::string("not installed, not tested: ") + tool.name);
        continue;
      }
      const auto found = find_deflate(file, kMaxContent);
      REQUIRE(found.size() == 1);
      const Piece& piece = found[0].pieces[0];
      const Bytes stream(file.begin() + static_cast<std::ptrdiff_t>(piece.offset),
                         file.begin() + static_cast<std::ptrdiff_t>(piece.offset + piece.bytes));
      const auto opened = open_deflate(stream, kMaxContent);
      REQUIRE(opened);
      CHECK(opened->content == content);
      Bytes closed;
      REQUIRE(close_deflate(opened->side, content, stream.size(), closed));
      CHECK(closed == stream);
      CHECK(opened->side.size() <= (tool.max_side == 0 ? 32 : tool.max_side * stream.size() / 100));
    }
}

}  // namespace nnzip::test
