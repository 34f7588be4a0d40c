// SPDX-License-Identifier: Apache-2.0
// Prints how fast the detector goes through files, and how fast a filter goes there and back:
// megabytes a second of processor time.
//
//   nnzip-detect-bench FILE...
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "base/bytes.h"
#include "detect/detector.h"
#include "detect/statistics.h"
#include "filter/filter.h"

namespace nnzip {
namespace {

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Of the task repeated for a quarter of a second.
double megabytes_a_second(std::size_t bytes, const std::function<void()>& task) {
  const double begin = processor_seconds();
  double end = begin;
  std::size_t done = 0;
  do {
    task();
    done += bytes;
    end = processor_seconds();
  } while (end - begin < 0.25);
  return static_cast<double>(done) / (end - begin) / 1e6;
}

std::size_t count_segments(std::span<const std::uint8_t> content) {
  Detector detector(std::size_t{4} << 20);
  std::size_t segments = 0;
  for (std::size_t at = 0; at < content.size(); ++segments) {
    const auto window = content.subspan(at, std::min(detector.window_bytes(), content.size() - at));
    at += detector.next(window).bytes;
  }
  return segments;
}

void run(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error(ErrorCode::kInvalidArgument, "cannot read " + path + ".");
  Bytes content(std::istreambuf_iterator<char>(in), {});
  std::size_t segments = 0;
  std::printf("%s: %zu bytes\n", path.substr(path.rfind('/') + 1).c_str(), content.size());
  const double detection =
      megabytes_a_second(content.size(), [&] { segments = count_segments(content); });
  std::printf("  detector %.0f MB/s, %zu segments\n", detection, segments);
  std::printf("  guesses %.0f MB/s\n",
              megabytes_a_second(content.size(), [&] { guessed_code(content); }));
  const auto filter = [&](const char* name, Filter kind, const Layout& layout) {
    FilterChain chain{{kind}};
    const double there = megabytes_a_second(
        content.size(), [&] { content = apply_filters(chain, layout, std::move(content)); });
    const double back = megabytes_a_second(content.size(), [&] {
      const std::size_t size = content.size();
      content = revert_filters(chain, layout, std::move(content), size);
    });
    std::printf("  filter %s %.0f MB/s, back %.0f MB/s\n", name, there, back);
  };
  filter("calls", Filter::kCalls, {.form = Form::kCode});
  filter("samples", Filter::kSamples,
         {.form = Form::kSamples, .element = 4, .channels = 2, .low_first = true});
  filter("residuals", Filter::kResiduals,
         {.form = Form::kSamples, .element = 4, .channels = 2, .low_first = true});
  filter("columns", Filter::kColumns, {.stride = 24});
  filter("curves", Filter::kCurves, {.stride = 24, .element = 4});
  filter("branches", Filter::kBranches, {.form = Form::kCode, .element = 4});
}

}  // namespace
}  // namespace nnzip

int main(int argc, char** argv) {
  try {
    for (int i = 1; i < argc; ++i) nnzip::run(argv[i]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nnzip-detect-bench: %s\n", error.what());
    return 1;
  }
}
