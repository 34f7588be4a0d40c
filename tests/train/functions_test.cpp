// SPDX-License-Identifier: Apache-2.0
// The gradients of functions.h against those that autograd makes of the same formulas in small
// steps.
#include "functions.h"

#include <cmath>
#include <cstdio>
#include <vector>

namespace {

using torch::Tensor;

// x + (round(x) - x) with a gradient of one.
Tensor round_through(const Tensor& x) { return x + (torch::round(x) - x).detach(); }

double distance(const Tensor& a, const Tensor& b) {
  return ((a - b).norm() / (b.norm())).item<double>();
}

// Whether values and gradients agree, relative to their norms; gradients to `most`.
bool same(const char* name, const Tensor& ours, const Tensor& plain, std::vector<Tensor> inputs,
          double most = 1e-10) {
  const auto direction = torch::randn_like(plain);
  const auto a = torch::autograd::grad({ours}, inputs, {direction}, /*retain_graph=*/true);
  const auto b = torch::autograd::grad({plain}, inputs, {direction});
  bool good = distance(ours, plain) < 1e-12;
  std::printf("%-20s values %.1e, gradients", name, distance(ours, plain));
  for (size_t i = 0; i < inputs.size(); ++i) {
    std::printf(" %.1e", distance(a[i], b[i]));
    good = good && distance(a[i], b[i]) < most;
  }
  std::printf("%s\n", good ? "" : "  WRONG");
  return good;
}

}  // namespace

int main() {
  using namespace nnzip::train;
  torch::manual_seed(1);
  torch::set_default_dtype(torch::scalarTypeToTypeMeta(torch::kDouble));
  const auto x = torch::randn({4, 50, 32}).requires_grad_();
  bool good = same("SquaredRelu", SquaredRelu::apply(x), torch::relu(x).square(), {x});
  good &= same("RmsNorm", RmsNorm::apply(x, 1e-3),
               x * torch::rsqrt(x.square().mean(-1, true) + 1e-3), {x});

  // One value in twenty is cut off.
  const auto log_scale = torch::tensor(std::log(2.0 / 127), torch::kDouble).requires_grad_();
  const auto scale = log_scale.exp();
  good &= same("Quantise", Quantise::apply(x, scale, -127.0, 127.0),
               round_through(torch::clamp(x / scale, -127.0, 127.0)) * scale, {x, log_scale});
  good &= same("Quantise, fixed", Quantise::apply(x, scale.detach(), 0.0, 127.0),
               round_through(torch::clamp(x / scale.detach(), 0.0, 127.0)) * scale.detach(), {x});

  const auto weights = torch::randn({64, 32}).requires_grad_();
  const auto step = weights.detach().abs().amax(1, true) / 127;
  good &= same("RoundTo", RoundTo::apply(weights, step), round_through(weights / step) * step,
               {weights});

  // Softmax has no part in the rounding, so the gradients differ by about a level.
  const auto scores = (4 * torch::randn({8, 16, 32})).detach().requires_grad_();
  const auto raw = round_through(255 * torch::exp(scores - scores.detach().amax(-1, true)));
  good &= same("RoundedSoftmax", RoundedSoftmax::apply(scores, 255.0), raw / raw.sum(-1, true),
               {scores}, 1e-2);
  return good ? 0 : 1;
}
