// SPDX-License-Identifier: Apache-2.0
// Parameter updates.
#include "optimiser.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace nnzip::train {
namespace {

constexpr double kBeta1 = 0.9, kBeta2 = 0.98, kAdamEpsilon = 1e-9;
constexpr double kMuonMomentum = 0.95;
constexpr int kNewtonSchulzSteps = 5;

bool is_tall(const torch::Tensor& matrix) { return matrix.size(0) > matrix.size(1); }

// Approximately orthogonal matrices with the row and column spaces of `m`: [n][rows][columns],
// rows <= columns.
torch::Tensor orthogonalise(const torch::Tensor& m) {
  auto x = m / (m.square().sum({1, 2}, true).sqrt() + 1e-7);
  if (x.is_cuda()) x = x.to(torch::kBFloat16);
  for (int i = 0; i < kNewtonSchulzSteps; ++i) {
    const auto a = torch::bmm(x, x.transpose(1, 2));
    x = torch::baddbmm(x, torch::baddbmm(a, a, a, -4.7750, 2.0315), x, 3.4445);
  }
  return x.to(m.scalar_type());
}

}  // namespace

Optimiser::Optimiser(std::vector<Parameter> parameters)
    : parameters_(std::move(parameters)), steps_(torch::zeros({}, torch::kLong)) {
  std::map<std::pair<int64_t, int64_t>, std::vector<size_t>> groups;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const auto& value = parameters_[i].value;
    const bool adamw = parameters_[i].rule == Rule::kAdamW;
    first_.push_back(torch::zeros_like(value));
    second_.push_back(adamw ? torch::zeros_like(value) : torch::Tensor());
    if (!adamw) groups[std::minmax({value.size(0), value.size(1)})].push_back(i);
  }
  for (auto& [shape, indices] : groups) muon_groups_.push_back(std::move(indices));
}

void Optimiser::step(double rate_scale, double clip) {
  torch::NoGradGuard no_grad;
  steps_ += 1;
  clip_gradients(clip);
  std::vector<size_t> dense;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    if (parameters_[i].value.grad().is_sparse()) {
      lazy_adamw(i, rate_scale);
    } else if (parameters_[i].rule == Rule::kAdamW) {
      dense.push_back(i);
    }
  }
  adamw(dense, rate_scale);
  for (const auto& group : muon_groups_) muon(group, rate_scale);
}

void Optimiser::clip_gradients(double clip) {
  std::vector<torch::Tensor> values;
  for (const auto& p : parameters_) {
    auto& gradient = p.value.mutable_grad();
    if (gradient.is_sparse()) gradient = gradient.coalesce();
    values.push_back(gradient.is_sparse() ? gradient._values() : gradient);
  }
  const auto norm = torch::stack(at::_foreach_norm(values)).norm();
  const auto scale = (clip / (norm + 1e-9)).clamp_max(1.0);
  for (auto& value : values) value.mul_(scale);
}

void Optimiser::adamw(const std::vector<size_t>& indices, double rate_scale) {
  std::vector<torch::Tensor> values, gradients, m, v;
  std::vector<at::Scalar> factors;
  for (const size_t i : indices) {
    auto& p = parameters_[i];
    const double rate = p.rate * rate_scale;
    if (p.decay != 0) p.value.mul_(1 - rate * p.decay);
    values.push_back(p.value);
    gradients.push_back(p.value.grad());
    m.push_back(first_[i]);
    v.push_back(second_[i]);
    factors.emplace_back(-rate * bias_correction());
  }
  at::_foreach_mul_(m, kBeta1);
  at::_foreach_add_(m, gradients, 1 - kBeta1);
  at::_foreach_mul_(v, kBeta2);
  at::_foreach_addcmul_(v, gradients, gradients, 1 - kBeta2);
  const auto deviations = at::_foreach_sqrt(v);
  at::_foreach_add_(deviations, kAdamEpsilon);
  at::_foreach_addcdiv_(values, m, deviations, factors);
}

// AdamW of the rows that have a gradient; moments and decay of the other rows rest.
void Optimiser::lazy_adamw(size_t index, double rate_scale) {
  auto& p = parameters_[index];
  const double rate = p.rate * rate_scale;
  const auto rows = p.value.grad()._indices()[0], gradient = p.value.grad()._values();
  const auto m = first_[index].index_select(0, rows).mul_(kBeta1).add_(gradient, 1 - kBeta1);
  const auto v =
      second_[index].index_select(0, rows).mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
  first_[index].index_copy_(0, rows, m);
  second_[index].index_copy_(0, rows, v);
  const auto value = p.value.index_select(0, rows).mul_(1 - rate * p.decay);
  p.value.index_copy_(0, rows,
                      value.addcdiv_(m, v.sqrt().add_(kAdamEpsilon), -rate * bias_correction()));
}

double Optimiser::bias_correction() const {
  const double t = static_cast<double>(steps_.item<int64_t>());
  return std::sqrt(1 - std::pow(kBeta2, t)) / (1 - std::pow(kBeta1, t));
}

void Optimiser::muon(const std::vector<size_t>& indices, double rate_scale) {
  std::vector<torch::Tensor> updates;
  for (const size_t i : indices) {
    const auto& gradient = parameters_[i].value.grad();
    first_[i].mul_(kMuonMomentum).add_(gradient);
    const auto update = gradient + first_[i] * kMuonMomentum;
    updates.push_back(is_tall(update) ? update.t() : update);
  }
  const auto orthogonal = orthogonalise(torch::stack(updates));
  for (size_t k = 0; k < indices.size(); ++k) {
    auto& p = parameters_[indices[k]];
    const double rate = p.rate * rate_scale;
    const double shape = std::sqrt(
        std::max(1.0, static_cast<double>(p.value.size(0)) / static_cast<double>(p.value.size(1))));
    const auto update = orthogonal[static_cast<int64_t>(k)];
    if (p.decay != 0) p.value.mul_(1 - rate * p.decay);
    p.value.add_(is_tall(p.value) ? update.t() : update, -rate * shape);
  }
}

std::vector<std::pair<std::string, torch::Tensor>> Optimiser::state() const {
  std::vector<std::pair<std::string, torch::Tensor>> all{{"optimiser.steps", steps_}};
  for (size_t i = 0; i < parameters_.size(); ++i) {
    all.emplace_back("optimiser.first." + parameters_[i].name, first_[i]);
    if (second_[i].defined())
      all.emplace_back("optimiser.second." + parameters_[i].name, second_[i]);
  }
  return all;
}

}  // namespace nnzip::train
