// SPDX-License-Identifier: Apache-2.0
// CUDA as a device of kernels.
#pragma once

#include <memory>

#include "backend/torch/plugin/cuda/kernel_device.h"

namespace nnzip::torch_backend {

// The GPU that CUDA calls the first. Throws std::runtime_error if there is none that works.
std::unique_ptr<KernelDevice> cuda_device();

}  // namespace nnzip::torch_backend
