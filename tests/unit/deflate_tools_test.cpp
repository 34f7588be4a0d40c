// SPDX-License-Identifier: Apache-2.0
// Streams of the programs that people have, where they are installed: all close to the same bytes,
// and those of zlib's kind cost little.
#include <array>

#include "unit/png_samples.h"
#include "unit/scratch_folder.h"
#include "unit/wrapper_demands.h"
#include "unwrap/deflate.h"
#include "unwrap/find.h"
#include "unwrap/wrap_png.h"

namespace nnzip::test {
namespace {

constexpr std::size_t kMaxContent = std::size_t{1} << 24;

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
    {"Python's zip",
     "python3 -c \"import zipfile;zipfile.ZipFile('out','w',zipfile.ZIP_DEFLATED).write('in')\"",
     0},
    {"Java's jar", "jar cfM out.jar in && mv out.jar out", 0},
    {"pigz", "pigz -n -p1 <in >out", 5},
    {"pigz, blocks in parallel", "pigz -n -p4 -b128 <in >out", 5},
    {"pigz -11", "pigz -n -11 <in >out", 25},
    {"advzip", "advzip -a -3 out.zip in && mv out.zip out", 25},
    {"7-Zip", "7z a -tzip out.zip in && mv out.zip out", 25},
    {"Node",
     "node -e \"const "
     "f=require('fs');f.writeFileSync('out',require('zlib').gzipSync(f.readFileSync('in')))\"",
     60},
    {"zopfli", "zopfli -c in >out", 25},
    {"libdeflate -1", "libdeflate-gzip -1 -c in >out", 60},
    {"libdeflate", "libdeflate-gzip -c in >out", 60},
    {"libdeflate -12", "libdeflate-gzip -12 -c in >out", 15},
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

// Programs that make PNG files smaller, or others of them.
TEST_CASE("DeflateTools.PngCloseExactly") {
  constexpr Tool kPngTools[] = {
      {"optipng", "optipng -quiet -force -out out -- in", 0},
      {"pngcrush", "pngcrush -q in out", 0},
      {"ImageMagick", "$(command -v convert-im6.q16 || command -v convert) png:in png:out", 0},
      {"ImageMagick, interlaced",
       "$(command -v convert-im6.q16 || command -v convert) png:in -interlace PNG png:out", 0},
      {"advpng", "cp in out && advpng -z -3 out", 40},
      {"zopflipng", "zopflipng -y --iterations=3 in out", 40},
      {"oxipng", "oxipng -q --out out in", 40},
      {"pyoxipng", "python3 -c \"import oxipng; oxipng.optimize('in', 'out')\"", 40},
  };
  const Folder folder;
  using Types = std::array<std::uint8_t, 3>;
  for (const std::uint8_t type : Types{0, 2, 6})
    for (const Tool& tool : kPngTools) {
      INFO(tool.name);
      const Bytes file =
          folder.made_by(tool.command, png_file({.width = 150, .height = 90, .type = type}));
      if (file.empty()) {
        WARN(std::string("not installed, not tested: ") + tool.name);
        continue;
      }
      const auto all = demand_exact(kPngWrapper, file);
      REQUIRE(all.size() == 1);
      CHECK(all[0].side.size() <=
            (tool.max_side == 0 ? 48 : 48 + tool.max_side * file.size() / 100));
    }
}

}  // namespace nnzip::test
