// SPDX-License-Identifier: Apache-2.0
// Parameter updates.
#include "optimiser.h"

#include <algorithm>
#include <cmath>

namespace nnzip::train {
namespace {

constexpr double kBeta1 = 0.9, kBeta2 = 0.98, kAdamEpsilon = 1e-9;
constexpr double kMuonMomentum = 0.95;
constexpr int kNewtonSchulzSteps = 5;

// An approximately orthogonal matrix with the row and column space of `m`.
torch::Tensor orthogonalise(const torch::Tensor& m) {
  const bool tall = m.size(0) > m.size(1);
  auto x = tall ? m.t() : m;
  x = x / (x.norm() + 1e-7);
  for (int i = 0; i < kNewtonSchulzSteps; ++i) {
    const auto a = torch::mm(x, x.t());
    x = 3.4445 * x + torch::mm(-4.7750 * a + 2.0315 * torch::mm(a, a), x);
  }
  return tall ? x.t() : x;
}

}  // namespace

Optimiser::Optimiser(std::vector<Parameter> parameters)
    : parameters_(std::move(parameters)), steps_(torch::zeros({}, torch::kLong)) {
  for (const auto& p : parameters_) {
    first_.push_back(torch::zeros_like(p.value));
    second_.push_back(p.rule == Rule::kAdamW ? torch::zeros_like(p.value) : torch::Tensor());
  }
}

double Optimiser::step(double rate_scale, double clip) {
  torch::NoGradGuard no_grad;
  steps_ += 1;
  torch::Tensor square_sum;
  for (const auto& p : parameters_) {
    auto& gradient = p.value.mutable_grad();
    if (gradient.is_sparse()) gradient = gradient.coalesce();
    const auto s = (gradient.is_sparse() ? gradient._values() : gradient).square().sum();
    square_sum = square_sum.defined() ? square_sum + s : s;
  }
  const auto norm = square_sum.sqrt();
  const auto scale = (clip / (norm + 1e-9)).clamp_max(1.0);
  for (size_t i = 0; i < parameters_.size(); ++i) {
    auto& p = parameters_[i];
    const auto& gradient = p.value.grad();
    const double rate = p.rate * rate_scale;
    if (gradient.is_sparse()) {
      lazy_adamw(i, gradient._indices()[0], gradient._values() * scale, rate);
    } else if (p.rule == Rule::kMuon) {
      muon(i, gradient * scale, rate);
    } else {
      adamw(i, gradient * scale, rate);
    }
  }
  return norm.item<double>();
}

void Optimiser::adamw(size_t index, const torch::Tensor& gradient, double rate) {
  auto& p = parameters_[index];
  auto& m = first_[index];
  auto& v = second_[index];
  if (p.decay != 0) p.value.mul_(1 - rate * p.decay);
  m.mul_(kBeta1).add_(gradient, 1 - kBeta1);
  v.mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
  p.value.addcdiv_(m, v.sqrt().add_(kAdamEpsilon), -rate * bias_correction());
}

// AdamW of the rows that have a gradient; moments and decay of the other rows rest.
void Optimiser::lazy_adamw(size_t index, const torch::Tensor& rows, const torch::Tensor& gradient,
                           double rate) {
  auto& p = parameters_[index];
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

void Optimiser::muon(size_t index, const torch::Tensor& gradient, double rate) {
  auto& p = parameters_[index];
  auto& m = first_[index];
  if (p.decay != 0) p.value.mul_(1 - rate * p.decay);
  m.mul_(kMuonMomentum).add_(gradient);
  const auto update = orthogonalise(gradient + m * kMuonMomentum);
  const double shape =
      std::sqrt(std::max(1.0, static_cast<double>(m.size(0)) / static_cast<double>(m.size(1))));
  p.value.add_(update, -rate * shape);
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
