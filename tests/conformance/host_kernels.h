// SPDX-License-Identifier: Apache-2.0
// An engine on the kernels that are written for CUDA, run by the host: through the functions of a
// plugin, as a GPU's would be.
#pragma once

#include <memory>

#include "backend/backend.h"
#include "backend/torch/plugin/cuda/host_threads.h"
#include "model/architecture.h"

namespace nnzip::test {

// processors: as many as the device says that it has.
std::shared_ptr<const Engine> host_kernels(
    const Model& model, int processors = 2,
    torch_backend::ThreadOrder order = torch_backend::ThreadOrder::kMixed);

}  // namespace nnzip::test
