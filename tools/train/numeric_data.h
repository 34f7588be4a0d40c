// SPDX-License-Identifier: Apache-2.0
// Images and sound as the engine sees them: the symbols that a network is fed and their taps,
// through the detector and the filters of nnzip.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "model/taps.h"

namespace nnzip::train {

// Of an image: its whole rows. Of sound: a stream of a block.
struct Stretch {
  std::int64_t begin = 0, size = 0;  // in the symbols
  std::int64_t stride = 0;           // bytes of a row; 0: no rows
};

struct NumericData {
  std::vector<std::uint8_t> symbols;  // residuals
  std::vector<std::uint8_t> taps;     // [symbols][taps], those of the symbol itself
  std::vector<Stretch> stretches;
};

// Reads all files of the folder, by name, and keeps the parts that are pixels of 8 bits or samples,
// as the taps want. Precondition: taps of one form, not empty. Throws std::runtime_error if there
// are none.
NumericData load_numeric_data(const std::filesystem::path& folder, std::span<const Tap> taps);

}  // namespace nnzip::train
