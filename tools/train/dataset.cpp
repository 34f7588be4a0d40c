// SPDX-License-Identifier: Apache-2.0
// Loading and sampling of the training corpus.
#include "dataset.h"

#include <algorithm>
#include <bit>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "layout/block_plan.h"

namespace nnzip::train {
namespace {

namespace fs = std::filesystem;

std::map<std::string, double> parse_weights(const std::string& text) {
  std::map<std::string, double> weights;
  std::istringstream in(text);
  for (std::string item; std::getline(in, item, ',');) {
    const auto equals = item.find('=');
    if (equals == std::string::npos) throw std::runtime_error("weight without '=': " + item);
    weights[item.substr(0, equals)] = std::stod(item.substr(equals + 1));
  }
  return weights;
}

constexpr int64_t kEndless = int64_t{1} << 40;  // more than any data: a row that does not end

torch::Tensor on_device(const std::vector<int64_t>& numbers, torch::Device device) {
  return torch::tensor(numbers, torch::kLong).to(device, /*non_blocking=*/true).unsqueeze(1);
}

// Takes the bytes over: those of taps are many.
torch::Tensor to_tensor(std::vector<std::uint8_t>&& bytes) {
  auto owner = std::make_shared<std::vector<std::uint8_t>>(std::move(bytes));
  return torch::from_blob(
      owner->data(), {static_cast<int64_t>(owner->size())}, [owner](void*) {}, torch::kUInt8);
}

int64_t below(int64_t limit, std::mt19937_64& rng) {
  return static_cast<int64_t>(std::uniform_real_distribution<double>(0, 1)(rng) *
                              static_cast<double>(limit));
}

}  // namespace

Dataset::Dataset(const fs::path& folder, const std::string& weights, std::span<const Tap> taps,
                 torch::Device device)
    : device_(device) {
  if (taps.empty()) {
    load_text(folder);
  } else {
    load_numbers(folder, taps);
  }
  auto named = parse_weights(weights);
  for (auto& category : categories_) {
    if (const auto found = named.extract(category.name)) category.weight = found.mapped();
  }
  if (!named.empty())
    throw std::runtime_error("weight for unknown category " + named.begin()->first);
}

void Dataset::load_text(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".bin") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  if (files.empty())
    throw std::runtime_error("no *.bin in " + folder.string() + "; run tools/data/prepare.py");

  int64_t total = 0;
  for (const auto& file : files) total += static_cast<int64_t>(fs::file_size(file));
  auto bytes = torch::empty({total}, torch::kUInt8);
  auto* data = bytes.data_ptr<uint8_t>();
  int64_t begin = 0;
  for (const auto& file : files) {
    Category category{
        file.stem().string(), 1, begin, static_cast<int64_t>(fs::file_size(file)), {}};
    std::ifstream in(file, std::ios::binary);
    if (!in.read(reinterpret_cast<char*>(data + begin), category.size)) {
      throw std::runtime_error("cannot read " + file.string());
    }
    for (int64_t i = begin; i < begin + category.size; ++i) {
      if (i == begin || data[i - 1] == 0) category.document_starts.push_back(i);
    }
    begin += category.size;
    categories_.push_back(std::move(category));
  }
  bytes_ = bytes.to(device_);
}

void Dataset::load_numbers(const fs::path& folder, std::span<const Tap> taps) {
  NumericData data = load_numeric_data(folder, taps);
  bytes_ = to_tensor(std::move(data.symbols)).to(device_);
  taps_ = to_tensor(std::move(data.taps))
              .view({bytes_.numel(), static_cast<int64_t>(taps.size())})
              .to(device_);
  stretches_ = std::move(data.stretches);
  const fs::path name = folder.has_filename() ? folder.filename() : folder.parent_path().filename();
  categories_.push_back({name.string(), 1, 0, bytes_.numel(), {}});
}

Batch Dataset::gather(const std::vector<Window>& windows, int64_t length) const {
  std::vector<int64_t> origins, columns, strides, jumps;
  for (const Window& window : windows) {
    origins.push_back(window.origin);
    columns.push_back(window.column);
    strides.push_back(window.stride);
    jumps.push_back(window.jump);
  }
  const auto stride = on_device(strides, device_);
  const auto place =
      on_device(columns, device_) +
      torch::arange(length, torch::TensorOptions().dtype(torch::kLong).device(device_));
  const auto row = torch::div(place, stride, "floor");
  const auto index =
      (on_device(origins, device_) + row * on_device(jumps, device_) + place - row * stride)
          .flatten();
  const auto shape = place.sizes();
  const auto window = bytes_.index_select(0, index).view(shape).to(torch::kLong);
  Batch batch{torch::constant_pad_nd(window.narrow(1, 0, length - 1), {1, 0}), window, {}};
  if (taps_.defined()) {
    batch.taps = taps_.index_select(0, index).view({shape[0], shape[1], -1}).to(torch::kLong);
  }
  return batch;
}

Dataset::Window Dataset::text_window(const Category& category, int64_t length, double start_share,
                                     std::mt19937_64& rng) const {
  std::uniform_real_distribution<double> uniform(0, 1);
  const int64_t last = category.begin + category.size - length;
  if (last < category.begin)
    throw std::runtime_error("category shorter than a window: " + category.name);
  int64_t offset = category.begin + below(last - category.begin + 1, rng);
  if (uniform(rng) < start_share) {
    const auto& starts = category.document_starts;
    offset = starts[static_cast<size_t>(below(static_cast<int64_t>(starts.size()), rng))];
  }
  return {std::min(offset, last), 0, kEndless, 0};
}

// Of an image: the rows k, k + S, k + 2 S ... of one of S streams. What is too short is not drawn.
Dataset::Window Dataset::numeric_window(int64_t length, double start_share,
                                        std::mt19937_64& rng) const {
  constexpr int kTries = 10000;
  for (int i = 0; i < kTries; ++i) {
    const int64_t at = below(bytes_.numel(), rng);
    const bool is_start = std::uniform_real_distribution<double>(0, 1)(rng) < start_share;
    const Stretch& stretch = *std::prev(
        std::upper_bound(stretches_.begin(), stretches_.end(), at,
                         [](int64_t place, const Stretch& other) { return place < other.begin; }));
    if (stretch.size < length) continue;
    if (stretch.stride == 0) {
      const int64_t last = stretch.begin + stretch.size - length;
      return {is_start ? stretch.begin : std::min(at, last), 0, kEndless, 0};
    }
    const int64_t rows = stretch.size / stretch.stride;
    const int64_t column = is_start ? 0 : (at - stretch.begin) % stretch.stride;
    const int64_t further = (column + length - 1) / stretch.stride;  // rows of the stream
    int64_t streams = int64_t{1} << below(std::countr_zero(unsigned{kPlannedStreams}) + 1, rng);
    while (streams > 1 && further * streams >= rows) streams /= 2;
    if (further * streams >= rows) continue;
    const int64_t first_rows = rows - further * streams;
    const int64_t row = below(is_start ? std::min(streams, first_rows) : first_rows, rng);
    return {stretch.begin + row * stretch.stride, column, stretch.stride, streams * stretch.stride};
  }
  throw std::runtime_error("no image or sound is as long as a window");
}

Batch Dataset::sample(int64_t batch, int64_t length, double start_share,
                      std::mt19937_64& rng) const {
  std::vector<double> weights;
  for (const auto& category : categories_) weights.push_back(category.weight);
  std::discrete_distribution<size_t> pick_category(weights.begin(), weights.end());
  std::vector<Window> windows;
  while (static_cast<int64_t>(windows.size()) < batch) {
    const auto& category = categories_[pick_category(rng)];
    windows.push_back(stretches_.empty() ? text_window(category, length, start_share, rng)
                                         : numeric_window(length, start_share, rng));
  }
  return gather(windows, length);
}

Batch Dataset::fixed(size_t index, int64_t count, int64_t length) const {
  const auto& category = categories_[index];
  count = std::max<int64_t>(1, std::min(count, category.size / length));
  std::vector<Window> windows;
  std::mt19937_64 rng(1);  // the same windows each time
  const int64_t stride = (category.size - length) / count;
  for (int64_t i = 0; i < count; ++i) {
    windows.push_back(stretches_.empty() ? Window{category.begin + i * stride, 0, kEndless, 0}
                                         : numeric_window(length, 0, rng));
  }
  return gather(windows, length);
}

}  // namespace nnzip::train
