// SPDX-License-Identifier: Apache-2.0
// Training windows: of weighted categories of NUL-separated documents, of images or of sound.
#pragma once

#include <torch/torch.h>

#include <filesystem>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "numeric_data.h"

namespace nnzip::train {

struct Batch {
  torch::Tensor inputs;   // [B][T] int64: a NUL byte, then the window less its last byte
  torch::Tensor targets;  // [B][T] int64: the window
  torch::Tensor taps;     // [B][T][taps] int64, of the targets; undefined without taps
};

// Bytes live on `device`; only the places of windows are drawn on the CPU.
class Dataset {
 public:
  // Without taps: all files DIR/*.bin, one category each. With taps: all files of the folder that
  // are images or sound, as one category.
  // weights: "name=weight,..."; a category that is not named weighs 1, empty means all equal.
  // Throws std::runtime_error if the folder holds nothing or a weight names an unknown category.
  Dataset(const std::filesystem::path& folder, const std::string& weights,
          std::span<const Tap> taps, torch::Device device);

  // A share of the windows begins where a document or stream begins, as the engine's streams do.
  Batch sample(int64_t batch, int64_t length, double start_share, std::mt19937_64& rng) const;

  // Up to `count` windows spread evenly over one category.
  Batch fixed(size_t category, int64_t count, int64_t length) const;

  size_t categories() const { return categories_.size(); }
  const std::string& name(size_t category) const { return categories_[category].name; }
  double weight(size_t category) const { return categories_[category].weight; }
  int64_t bytes() const { return bytes_.numel(); }

 private:
  struct Category {
    std::string name;
    double weight = 1;
    int64_t begin = 0, size = 0;           // in bytes_
    std::vector<int64_t> document_starts;  // absolute, in bytes_
  };
  // Symbol i of a window is byte `origin` + (q / stride) * jump + q % stride with q = column + i.
  struct Window {
    int64_t origin = 0, column = 0, stride = 0, jump = 0;
  };
  void load_text(const std::filesystem::path& folder);
  void load_numbers(const std::filesystem::path& folder, std::span<const Tap> taps);
  Window text_window(const Category& category, int64_t length, double start_share,
                     std::mt19937_64& rng) const;
  Window numeric_window(int64_t length, double start_share, std::mt19937_64& rng) const;
  Batch gather(const std::vector<Window>& windows, int64_t length) const;

  torch::Device device_;
  torch::Tensor bytes_;  // [N] uint8
  torch::Tensor taps_;   // [N][taps] uint8
  std::vector<Category> categories_;
  std::vector<Stretch> stretches_;  // with taps; by their beginning, without gaps
};

}  // namespace nnzip::train
