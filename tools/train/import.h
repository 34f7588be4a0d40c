// SPDX-License-Identifier: Apache-2.0
// Back from the integers of a model file to floats, to train a published model further.
#pragma once

#include "model/architecture.h"
#include "net.h"

namespace nnzip::train {

// Fills parameters, activation scales and buffers of `net`, whose integers are those of `model`
// then but for rounding: the inverse of to_integers. Scales that cancel in the integers are chosen
// so that all matrices of a layer are alike in size. Throws std::runtime_error if the network has
// another shape.
void from_integers(const Model& model, Net& net);

}  // namespace nnzip::train
