// SPDX-License-Identifier: Apache-2.0
// The limits under which the arithmetic cannot overflow: "Tables and limits" in ARITHMETIC.md.
#pragma once

#include <string>

#include "model/architecture.h"

namespace nnzip {

// Throws Error(kModelUnsupported) if a dimension is outside what the format allows. what: names the
// model in messages.
void check_config(const Config& config, const std::string& what);

// Throws Error(kModelCorrupt) if a tensor has the wrong size or a value is out of its range.
// Precondition: check_config passed.
void check_weights(const Model& model, const std::string& what);

}  // namespace nnzip
