// SPDX-License-Identifier: Apache-2.0
// Files to symbols and taps, cut as the codec cuts them.
#include "numeric_data.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "detect/detector.h"
#include "filter/samples.h"
#include "layout/block_plan.h"

namespace nnzip::train {
namespace {

namespace fs = std::filesystem;
using Content = std::span<const std::uint8_t>;

// Blocks and the shortest streams of the default level (codec/levels.cpp).
constexpr std::size_t kBlockBytes = std::size_t{4} << 20;
constexpr std::size_t kStreamBytes = std::size_t{128} << 10;

std::vector<std::uint8_t> read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(in), {}};
  if (in.bad() || !in.is_open()) throw std::runtime_error("cannot read " + path.string());
  return bytes;
}

// The place for the taps of as many symbols at the end of the data.
std::uint8_t* add_taps(NumericData& data, std::size_t symbols, std::size_t taps) {
  const std::size_t before = data.taps.size();
  data.taps.resize(before + symbols * taps);
  return data.taps.data() + before;
}

void add_pixels(Content content, const Layout& layout, std::span<const Tap> taps,
                NumericData& data) {
  const std::size_t rows = content.size() / layout.stride * layout.stride;
  content = content.first(rows);
  data.stretches.push_back({static_cast<std::int64_t>(data.symbols.size()),
                            static_cast<std::int64_t>(rows), layout.stride});
  PixelTaps pixels(layout, content, taps);
  std::uint8_t* place = add_taps(data, rows, taps.size());
  for (std::size_t i = 0; i < rows; ++i, place += taps.size()) {
    const std::uint8_t predicted = pixels.prepare(i, {place, taps.size()});
    data.symbols.push_back(static_cast<std::uint8_t>(content[i] - predicted));
  }
}

void add_samples(Content content, const Layout& layout, std::span<const Tap> taps,
                 NumericData& data) {
  std::vector<std::uint8_t> residuals(content.begin(), content.end());
  filter::to_residuals(residuals, layout, filter::unused_low_bits(content, layout));
  const BlockPlan plan = plan_block(residuals.size(), kStreamBytes);
  for (std::size_t first = 0; first < residuals.size(); first += plan.length) {
    const std::size_t size = std::min(plan.length, residuals.size() - first);
    data.stretches.push_back(
        {static_cast<std::int64_t>(data.symbols.size()), static_cast<std::int64_t>(size), 0});
    SampleTaps samples(layout, first, taps);
    std::uint8_t* place = add_taps(data, size, taps.size());
    for (std::size_t i = first; i < first + size; ++i, place += taps.size()) {
      samples.prepare({place, taps.size()});
      samples.push(residuals[i]);
      data.symbols.push_back(residuals[i]);
    }
  }
}

}  // namespace

NumericData load_numeric_data(const fs::path& folder, std::span<const Tap> taps) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  const Form form = form_of(taps.front());
  NumericData data;
  for (const auto& file : files) {
    const auto bytes = read_file(file);
    Detector detector(kBlockBytes);
    for (std::size_t at = 0, size = 0; at < bytes.size(); at += size) {
      const auto window =
          Content(bytes).subspan(at, std::min(bytes.size() - at, detector.window_bytes()));
      const Segment segment = detector.next(window);
      size = segment.bytes;
      if (form == Form::kPixels && PixelTaps::fits(segment.layout)) {
        add_pixels(window.first(size), segment.layout, taps, data);
      } else if (form == Form::kSamples && segment.layout.form == form) {
        add_samples(window.first(size), segment.layout, taps, data);
      }
    }
  }
  if (data.symbols.empty()) {
    throw std::runtime_error("no image or sound for these taps in " + folder.string() +
                             "; run tools/data/prepare.py");
  }
  return data;
}

}  // namespace nnzip::train
