// SPDX-License-Identifier: Apache-2.0
// From trained floats to the integers of the model file, and the parity vectors that go with them.
#pragma once

#include <filesystem>
#include <string>

#include "model/architecture.h"
#include "net.h"

namespace nnzip::train {

// The integer model that the quantised network stands for. Precondition: the network is calibrated.
Model to_integers(const Net& net);

// Writes FOLDER/NAME.nnzm and FOLDER/NAME.vectors.txt, NAME made of prefix, shape and hash; returns
// NAME. The vectors follow the network's own integer forward (integer_forward.h).
std::string export_model(const Net& net, const std::string& prefix,
                         const std::filesystem::path& folder);

}  // namespace nnzip::train
