// SPDX-License-Identifier: Apache-2.0
// Prints what the filter of sound makes of files of raw samples, low byte first: bytes if each
// residual cost what a geometric distribution of the recent mean says, of raw, and MB/s of
// processor time both ways.
//
//   nnzip-sound-filter-bench CHANNELS NUMBER_BYTES FILE...
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>

#include "base/bytes.h"
#include "filter/samples.h"

namespace nnzip {
namespace {

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double estimated_bytes(const Bytes& residuals, std::size_t width) {
  double bits = 0, mean = 100;
  for (std::size_t i = 0; i + width <= residuals.size(); i += width) {
    double number = 0;
    for (std::size_t k = 0; k < width; ++k) number = number * 256 + residuals[i + k];
    const double p = mean / (mean + 1);
    bits -= std::log2(1 - p) + number * std::log2(p);
    mean = std::max(mean + (number - mean) / 32, 0.02);
  }
  return bits / 8;
}

int main_of(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "nnzip-sound-filter-bench CHANNELS NUMBER_BYTES FILE...\n");
    return 1;
  }
  const auto channels = static_cast<std::uint32_t>(std::stoul(argv[1]));
  const auto width = static_cast<std::uint32_t>(std::stoul(argv[2]));
  const Layout layout{.form = Form::kSamples,
                      .element = channels * width,
                      .channels = channels,
                      .low_first = width > 1};
  double all = 0, estimate = 0, forward = 0, back = 0;
  for (int i = 3; i < argc; ++i) {
    std::ifstream in(argv[i], std::ios::binary);
    const Bytes content(std::istreambuf_iterator<char>(in), {});
    Bytes changed = content;
    const int unused = filter::unused_low_bits(content, layout);
    const double start = processor_seconds();
    filter::to_residuals(changed, layout, unused);
    const double middle = processor_seconds();
    estimate += estimated_bytes(changed, width);
    const double again = processor_seconds();
    filter::from_residuals(changed, layout, unused);
    back += processor_seconds() - again;
    forward += middle - start;
    all += static_cast<double>(content.size());
    if (changed != content) {
      std::fprintf(stderr, "%s does not come back.\n", argv[i]);
      return 1;
    }
  }
  std::printf("%.0f bytes, about %.0f (%.4f), %.1f MB/s, back %.1f MB/s\n", all, estimate,
              estimate / all, all / forward / 1e6, all / back / 1e6);
  return 0;
}

}  // namespace
}  // namespace nnzip

int main(int argc, char** argv) { return nnzip::main_of(argc, argv); }
