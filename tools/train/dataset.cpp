// SPDX-License-Identifier: Apache-2.0
// Loading and sampling of the training corpus.
#include "dataset.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

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

}  // namespace

Dataset::Dataset(const fs::path& folder, const std::string& weights, torch::Device device)
    : device_(device) {
  auto named = parse_weights(weights);
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
    if (const auto found = named.extract(category.name)) category.weight = found.mapped();
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
  if (!named.empty())
    throw std::runtime_error("weight for unknown category " + named.begin()->first);
  bytes_ = bytes.to(device);
}

Batch Dataset::gather(const std::vector<int64_t>& offsets, int64_t length) const {
  const auto start =
      torch::tensor(offsets, torch::kLong).to(device_, /*non_blocking=*/true).unsqueeze(1);
  const auto index =
      start + torch::arange(length, torch::TensorOptions().dtype(torch::kLong).device(device_));
  const auto window = bytes_.index_select(0, index.flatten()).view(index.sizes()).to(torch::kLong);
  return {torch::constant_pad_nd(window.narrow(1, 0, length - 1), {1, 0}), window};
}

Batch Dataset::sample(int64_t batch, int64_t length, double document_start_share,
                      std::mt19937_64& rng) const {
  std::vector<double> weights;
  for (const auto& category : categories_) weights.push_back(category.weight);
  std::discrete_distribution<size_t> pick_category(weights.begin(), weights.end());
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<int64_t> offsets;
  while (static_cast<int64_t>(offsets.size()) < batch) {
    const auto& category = categories_[pick_category(rng)];
    const int64_t last = category.begin + category.size - length;
    if (last < category.begin)
      throw std::runtime_error("category shorter than a window: " + category.name);
    int64_t offset =
        category.begin +
        static_cast<int64_t>(uniform(rng) * static_cast<double>(last - category.begin + 1));
    if (uniform(rng) < document_start_share) {
      const auto& starts = category.document_starts;
      offset = starts[static_cast<size_t>(uniform(rng) * static_cast<double>(starts.size()))];
    }
    offsets.push_back(std::min(offset, last));
  }
  return gather(offsets, length);
}

Batch Dataset::fixed(size_t index, int64_t count, int64_t length) const {
  const auto& category = categories_[index];
  count = std::max<int64_t>(1, std::min(count, category.size / length));
  const int64_t stride = (category.size - length) / count;
  std::vector<int64_t> offsets;
  for (int64_t i = 0; i < count; ++i) offsets.push_back(category.begin + i * stride);
  return gather(offsets, length);
}

}  // namespace nnzip::train
