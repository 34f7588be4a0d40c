// SPDX-License-Identifier: Apache-2.0
// What a float network knows: costs by position, what matters at which distance, code lengths of a
// file, with training on it or without. For tools/study.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "trainer.h"

namespace nnzip::train {

struct MeasureOptions {
  std::string what;  // positions, knockout, distances or file
  std::filesystem::path file;
  int64_t streams = 8;  // that the file is cut into, coded side by side
  int64_t overlap = 0;  // bytes fed before each window of the file and not counted
  double learn = 0;  // share of the rates at which the network learns each window once it is coded
};

// Prints tab-separated tables to stdout. Weights are those of options.start_from, or random ones
// without. Throws std::runtime_error where there is nothing to measure.
void measure(const Options& options, const MeasureOptions& measurement);

}  // namespace nnzip::train
