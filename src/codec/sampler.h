// SPDX-License-Identifier: Apache-2.0
// Content as the models expect it.
#pragma once

#include <span>

#include "base/bytes.h"
#include "model/model_store.h"
#include "nnzip/sample.hpp"

namespace nnzip {

// See sample.hpp.
Bytes sampled(std::span<const std::uint8_t> prompt, const ModelStore& store, const Options& options,
              const SampleOptions& how);

}  // namespace nnzip
