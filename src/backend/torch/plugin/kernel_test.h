// SPDX-License-Identifier: Apache-2.0
// What own kernels must show before they compute.
#pragma once

#include "backend/torch/plugin/cuda/kernel_engine.h"

namespace nnzip::torch_backend {

// Throws std::runtime_error unless they give what libtorch gives on the CPU: of this model, and of
// one of the same shape with a single layer, in which all numbers are at their ends.
void test_kernels(const KernelEngine& engine, const nnzip_torch_model& model);

}  // namespace nnzip::torch_backend
