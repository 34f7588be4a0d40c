// SPDX-License-Identifier: Apache-2.0
// Training windows drawn from weighted categories of NUL-separated documents.
#pragma once

#include <torch/torch.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace nnzip::train {

struct Batch {
  torch::Tensor inputs;   // [B][T] int64: a NUL byte, then the window less its last byte
  torch::Tensor targets;  // [B][T] int64: the window
};

// All files DIR/*.bin, one category each. Bytes live on `device`; only offsets are drawn on the
// CPU.
class Dataset {
 public:
  // weights: "name=weight,..."; a category that is not named weighs 1, empty means all equal.
  // Throws std::runtime_error if the folder holds no category or a weight names an unknown one.
  Dataset(const std::filesystem::path& folder, const std::string& weights, torch::Device device);

  // A share of the windows begins where a document begins, as the engine's streams do.
  Batch sample(int64_t batch, int64_t length, double document_start_share,
               std::mt19937_64& rng) const;

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
  Batch gather(const std::vector<int64_t>& offsets, int64_t length) const;

  torch::Device device_;
  torch::Tensor bytes_;  // [N] uint8
  std::vector<Category> categories_;
};

}  // namespace nnzip::train
