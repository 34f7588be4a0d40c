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
  // fused: dense AdamW by one kernel instead of seven passes, for a GPU. Needs libtorch 2, has no
  // effect before.
  Optimiser(std::vector<Parameter> parameters, bool fused);

  // One update from the .grad of every parameter; rate_scale multiplies all peak rates.
  // Gradients are scaled so that their joint norm is at most `clip`. Never waits for a GPU.
  void step(double rate_scale, double clip);

  // The moments and the step count by name, for checkpoints.
  std::vector<std::pair<std::string, torch::Tensor>> state() const;

  const std::vector<Parameter>& parameters() const { return parameters_; }

 private:
  // Multiplies all gradients by one factor.
  void clip_gradients(double clip);
  // Each updates the parameters of these indices.
  void adamw(const std::vector<size_t>& indices, double rate_scale);
  void fused_adamw(const std::vector<size_t>& indices, double rate_scale);
  void lazy_adamw(size_t index, double rate_scale);
  void muon(const std::vector<size_t>& indices, double rate_scale);
  double bias_correction() const;

  std::vector<Parameter> parameters_;
  bool fused_;
  std::vector<torch::Tensor> first_, second_;     // second_ is empty for Muon
  torch::Tensor steps_;                           // scalar int64, on the CPU
  std::vector<std::vector<size_t>> muon_groups_;  // of one shape, or one another's transpose
};

}  // namespace nnzip::train
