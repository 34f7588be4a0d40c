// SPDX-License-Identifier: Apache-2.0
// JPEG files of the programs that people have, where they are installed.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "unit/deflate_samples.h"
#include "unit/jpeg_round_trip.h"
#include "unit/jpeg_samples.h"

namespace nnzip::test {
namespace {

struct Tool {
  const char* command;  // from "in.ppm" and "in.jpg" to "out"
  bool taken = true;
};

constexpr Tool kTools[] = {
    {"cjpeg -quality 75 in.ppm >out"},
    {"cjpeg -quality 98 -sample 1x1 in.ppm >out"},
    {"cjpeg -quality 40 -sample 2x1 -optimize in.ppm >out"},
    {"cjpeg -quality 75 -sample 4x1 in.ppm >out"},
    {"cjpeg -quality 75 -sample 1x2 -restart 2B in.ppm >out"},
    {"cjpeg -quality 5 -grayscale in.ppm >out"},
    {"cjpeg -quality 85 -progressive in.ppm >out"},
    {"cjpeg -quality 60 -rgb in.ppm >out"},
    {"cjpeg -quality 20 -progressive -sample 2x2 -restart 1 in.ppm >out"},
    {"cjpeg -quality 85 -arithmetic in.ppm >out", false},
    {"jpegtran -progressive in.jpg >out"},
    {"jpegtran -optimize -restart 3B in.jpg >out"},
    {"jpegtran -grayscale -progressive in.jpg >out"},
    {"exiftool -q -Comment=edited -Orientation=8 -n -o - in.jpg >out"},
    {"convert in.ppm -colorspace CMYK -quality 80 jpeg:out"},
    {"convert in.ppm -colorspace CMYK -interlace Plane -sampling-factor 2x2 jpeg:out"},
    {"convert in.ppm -interlace Plane -quality 60 jpeg:out"},
    {"python3 -c \"from PIL import Image;Image.open('in.ppm').save('out','JPEG',quality=70,"
     "progressive=True,subsampling=1)\""},
};

Bytes picture(int width, int height) {
  FileMaker file;
  file.text("P6\n" + std::to_string(width) + ' ' + std::to_string(height) + "\n255\n");
  Random random(5);
  const Bytes noise = random.bytes(static_cast<std::size_t>(3 * width * height));
  for (int i = 0; i < width * height; ++i) {
    const int x = i % width, y = i / width;
    for (int c = 0; c < 3; ++c) {
      const int edge = x * 2 > y * 3 + 10 * c ? 90 : 0;
      const int value = 60 + edge + (x * x / 40 + y * (c + 1)) % 90 +
                        noise[static_cast<std::size_t>(3 * i + c)] % 16;
      file.little(static_cast<std::uint64_t>(value), 1);
    }
  }
  return file;
}

void write(const std::filesystem::path& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

TEST_CASE("JpegTools.ComeBack") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("nnzip-jpeg-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  write(folder / "in.jpg", JpegMaker(90, 61, {{2, 2}, {1, 1}, {1, 1}}).file());
  for (const auto& [width, height] : {std::pair(1, 1), std::pair(17, 33), std::pair(203, 150)}) {
    write(folder / "in.ppm", picture(width, height));
    for (const Tool& tool : kTools) {
      INFO(tool.command << ", " << width << " x " << height);
      std::filesystem::remove(folder / "out");
      const std::string line = "cd '" + folder.string() + "' && (" + tool.command + ") >log 2>&1";
      const bool made = std::system(line.c_str()) == 0;
      const Bytes file = made ? file_bytes((folder / "out").string()) : Bytes{};
      if (file.empty()) {
        WARN(std::string("not installed, not tested: ") + tool.command);
        continue;
      }
      REQUIRE(jpeg_comes_back(file) == tool.taken);
      int cut = 0;
      for (std::size_t i = 1; i < 8; ++i) {
        cut += jpeg_comes_back({file.begin(), file.begin() + std::ptrdiff_t(file.size() * i / 8)});
      }
      if (!tool.taken) CHECK(cut == 0);
      if (tool.taken && width > 100) CHECK(cut > 3);
    }
  }
  std::filesystem::remove_all(folder);
}

}  // namespace nnzip::test
