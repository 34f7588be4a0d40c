// SPDX-License-Identifier: Apache-2.0
// Parameter updates.
#include "optimiser.h"

#include <torch/version.h>

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

Optimiser::Optimiser(std::vector<Parameter> parameters, bool fused)
    : parameters_(std::move(parameters)),
      fused_(fused && TORCH_VERSION_MAJOR >= 2),
      steps_(torch::zeros({}, torch::kLong)) {
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
  if (fused_) {
    fused_adamw(dense, rate_scale);
  } else {
    adamw(dense, rate_scale);
  }
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
#if TORCH_VERSION_MAJOR >= 2
  at::_foreach_mul_(values, scale);
#else
  for (auto& value : values) value.mul_(scale);
#endif
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

// One kernel in place of seven passes. Differs from adamw in that epsilon is added after the
// correction of the bias.
void Optimiser::fused_adamw(const std::vector<size_t>& indices, double rate_scale) {
#if TORCH_VERSION_MAJOR >= 2
  if (indices.empty()) return;
  struct Lists {
    std::vector<torch::Tensor> values, gradients, m, v;
  };
  std::map<std::pair<double, double>, Lists> groups;  // by rate and decay, of which a call has one
  for (const size_t i : indices) {
    const auto& p = parameters_[i];
    auto& lists = groups[{p.rate, p.decay}];
    lists.values.push_back(p.value);
    lists.gradients.push_back(p.value.grad().contiguous());
    lists.m.push_back(first_[i]);
    lists.v.push_back(second_[i]);
  }
  const auto steps =
      torch::full({}, steps_.item<double>(), parameters_[indices[0]].value.options());
  for (const auto& [key, lists] : groups) {
    const std::vector<torch::Tensor> each(lists.values.size(), steps);
    at::_fused_adamw_(lists.values, lists.gradients, lists.m, lists.v, {}, each,
                      key.first * rate_scale, kBeta1, kBeta2, key.second, kAdamEpsilon,
                      /*amsgrad=*/false, /*maximize=*/false);
  }
#else
  (void)indices, (void)rate_scale;
#endif
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
  std::vector<torch::Tensor> values, gradients, momenta;
  std::vector<at::Scalar> keeps, factors;
  for (const size_t i : indices) {
    const auto& p = parameters_[i];
    const double rate = p.rate * rate_scale;
    const double shape =
        static_cast<double>(p.value.size(0)) / static_cast<double>(p.value.size(1));
    values.push_back(p.value);
    gradients.push_back(p.value.grad());
    momenta.push_back(first_[i]);
    keeps.emplace_back(1 - rate * p.decay);
    factors.emplace_back(-rate * std::sqrt(std::max(1.0, shape)));
  }
  at::_foreach_mul_(momenta, kMuonMomentum);
  at::_foreach_add_(momenta, gradients);
  auto updates = at::_foreach_add(gradients, momenta, kMuonMomentum);
  for (auto& update : updates) {
    if (is_tall(update)) update = update.t();
  }
  updates = orthogonalise(torch::stack(updates)).unbind();
  at::_foreach_mul_(updates, factors);
  for (size_t k = 0; k < updates.size(); ++k) {
    if (is_tall(values[k])) updates[k] = updates[k].t();
  }
  at::_foreach_mul_(values, keeps);
  at::_foreach_add_(values, updates);
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
