// SPDX-License-Identifier: Apache-2.0
// AdamW, and Muon for the hidden matrices (momentum orthogonalised by Newton-Schulz iterations;
// Jordan et al. 2024).
#pragma once

#include <torch/torch.h>

#include <string>
#include <utility>
#include <vector>

namespace nnzip::train {

enum class Rule { kAdamW, kMuon };

struct Parameter {
  std::string name;
  torch::Tensor value;
  Rule rule = Rule::kAdamW;
  double rate = 1e-3;  // peak learning rate
  double decay = 0;    // decoupled weight decay
};

class Optimiser {
 public:
  explicit Optimiser(std::vector<Parameter> parameters);

  // One update from the .grad of every parameter; rate_scale multiplies all peak rates.
  // Gradients are scaled so that their joint norm is at most `clip`; returns the norm before.
  double step(double rate_scale, double clip);

  // The moments and the step count by name, for checkpoints.
  std::vector<std::pair<std::string, torch::Tensor>> state() const;

  const std::vector<Parameter>& parameters() const { return parameters_; }

 private:
  void adamw(size_t index, const torch::Tensor& gradient, double rate);
  void lazy_adamw(size_t index, const torch::Tensor& rows, const torch::Tensor& gradient,
                  double rate);
  double bias_correction() const;
  void muon(size_t index, const torch::Tensor& gradient, double rate);

  std::vector<Parameter> parameters_;
  std::vector<torch::Tensor> first_, second_;  // second_ is empty for Muon
  torch::Tensor steps_;                        // scalar int64
};

}  // namespace nnzip::train
