// SPDX-License-Identifier: Apache-2.0
// Finds, opens and closes the deflate streams of files, and says what they cost and how long it
// takes.
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>

#include "unwrap/deflate.h"
#include "unwrap/find.h"

namespace {

using nnzip::Bytes;

constexpr std::size_t kMaxContent = std::size_t{1} << 28;

struct Sums {
  std::size_t read = 0, streams = 0, wrapped = 0, content = 0, side = 0, failed = 0;
  double find = 0, open = 0, close = 0;  // seconds of processor time
};

template <typename Function>
auto timed(double& seconds, Function function) {
  const std::clock_t begin = std::clock();
  auto result = function();
  seconds += static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  return result;
}

void measure(const Bytes& stream, Sums& sums) {
  const auto opened = timed(sums.open, [&] { return nnzip::open_deflate(stream, kMaxContent); });
  ++sums.streams;
  Bytes closed;
  const bool closes =
      opened && timed(sums.close, [&] {
        return nnzip::close_deflate(opened->side, opened->content, stream.size(), closed);
      });
  if (!closes || closed != stream) {
    ++sums.failed;
    return;
  }
  sums.wrapped += stream.size();
  sums.content += opened->content.size();
  sums.side += opened->side.size();
}

void measure_file(const char* path, Sums& sums) {
  std::ifstream file(path, std::ios::binary);
  const Bytes bytes(std::istreambuf_iterator<char>(file), {});
  sums.read += bytes.size();
  const auto found = timed(sums.find, [&] { return nnzip::find_deflate(bytes, kMaxContent); });
  for (const auto& one : found) {
    Bytes stream;
    for (const auto& piece : one.pieces)
      stream.insert(stream.end(), bytes.begin() + static_cast<std::ptrdiff_t>(piece.offset),
                    bytes.begin() + static_cast<std::ptrdiff_t>(piece.offset + piece.bytes));
    measure(stream, sums);
  }
}

double speed(std::size_t bytes, double seconds) {
  return seconds > 0 ? static_cast<double>(bytes) / seconds / 1e6 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  Sums sums;
  for (int i = 1; i < argc; ++i) measure_file(argv[i], sums);
  std::printf("%zu bytes, %zu streams of %zu bytes, %zu not closed\n", sums.read, sums.streams,
              sums.wrapped, sums.failed);
  std::printf("%zu bytes of content, %zu of side data\n", sums.content, sums.side);
  std::printf("find %.1f, open %.1f, close %.1f MB/s\n", speed(sums.read, sums.find),
              speed(sums.content, sums.open), speed(sums.content, sums.close));
  return sums.failed == 0 ? 0 : 1;
}
