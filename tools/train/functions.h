// SPDX-License-Identifier: Apache-2.0
// Functions with gradients of their own, for what autograd would make of small steps: on a CPU each
// of its passes over the activations costs as much as a product.
#pragma once

#include <torch/torch.h>

namespace nnzip::train {

using AutogradContext = torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// relu(x)^2.
struct SquaredRelu : torch::autograd::Function<SquaredRelu> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x) {
    const auto positive = torch::relu(x);
    context->save_for_backward({positive});
    return positive.square();
  }
  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto positive = context->get_saved_variables()[0];
    const auto zero = torch::zeros({}, positive.options());
    return {torch::addcmul(zero, gradients[0], positive, 2)};
  }
};

// y = x r with r = 1 / sqrt(mean(x^2) + epsilon) over the last dimension.
struct RmsNorm : torch::autograd::Function<RmsNorm> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, double epsilon) {
    const auto r = torch::rsqrt(x.square().mean(-1, true) + epsilon);
    const auto y = x * r;
    context->save_for_backward({y, r});
    return y;
  }
  // r (g - y mean(g y))
  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto& y = saved[0];
    const auto mean = (gradients[0] * y).mean(-1, true);
    return {torch::addcmul(gradients[0], y, mean, -1).mul_(saved[1]), torch::Tensor()};
  }
};

// Rounds to `scale` x integer in [low, high], straight through. A scale that has a gradient is a
// scalar: its own is out / scale where x was cut off, and (out - x) / scale elsewhere.
struct Quantise : torch::autograd::Function<Quantise> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& scale, double low, double high) {
    auto out = (x / scale).clamp_(low, high).round_().mul_(scale);
    const bool learns = scale.requires_grad();
    context->saved_data["learns"] = learns;
    context->saved_data["low"] = low;
    context->saved_data["high"] = high;
    context->save_for_backward({x, scale, learns ? out : torch::Tensor()});
    return out;
  }
  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &scale = saved[1], &g = gradients[0];
    const auto of_x = at::hardtanh_backward(g, x / scale, context->saved_data["low"].toDouble(),
                                            context->saved_data["high"].toDouble());
    torch::Tensor of_scale;
    if (context->saved_data["learns"].toBool()) {
      const auto sum =
          torch::dot(g.flatten(), saved[2].flatten()) - torch::dot(of_x.flatten(), x.flatten());
      of_scale = (sum / scale).view(scale.sizes());
    }
    return {of_x, of_scale, torch::Tensor(), torch::Tensor()};
  }
};

// Rounds to `step` x integer, straight through.
struct RoundTo : torch::autograd::Function<RoundTo> {
  static torch::Tensor forward(AutogradContext*, const torch::Tensor& x,
                               const torch::Tensor& step) {
    return (x / step).round_().mul_(step);
  }
  static tensor_list backward(AutogradContext*, const tensor_list& gradients) {
    return {gradients[0], torch::Tensor()};
  }
};

// Attention weights as the engine has them: whole numbers up to `levels`, relative to the largest,
// over their sum. The gradient is that of softmax.
struct RoundedSoftmax : torch::autograd::Function<RoundedSoftmax> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& scores,
                               double levels) {
    const auto p = torch::_softmax(scores, -1, false);
    context->save_for_backward({p});
    auto weights = (p * (levels / p.amax(-1, true))).round_();
    return weights.div_(weights.sum(-1, true));
  }
  static tensor_list backward(AutogradContext* context, const tensor_list& gradients) {
    const auto p = context->get_saved_variables()[0];
    return {torch::_softmax_backward_data(gradients[0], p, -1, p.scalar_type()), torch::Tensor()};
  }
};

}  // namespace nnzip::train
