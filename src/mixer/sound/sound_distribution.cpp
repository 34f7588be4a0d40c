// SPDX-License-Identifier: Apache-2.0
// Makes the table by whole-number recurrences, so that it is equal everywhere.
#include "mixer/sound/sound_distribution.h"

namespace nnzip::mixer {

SoftplusTable::SoftplusTable() {
  // The integral of 1 / (1 + exp(x)), subtracted from ln 2, by Simpson's rule over steps of 1/256.
  // All in 2^-32; 2143293437 = round(2^31 * exp(-1 / 512)), 2977044472 = round(2^32 ln 2).
  constexpr std::uint64_t kOne = std::uint64_t{1} << 32;
  std::uint64_t e = kOne;  // exp(-x)
  const auto advance = [&] { e = (e * 2143293437 + (std::uint64_t{1} << 30)) >> 31; };
  const auto slope = [&] { return (e << 31) / ((kOne + e) >> 1); };
  std::uint64_t sum = 2977044472 * 256 * 6;  // of 6 * 256 * the function
  std::uint64_t at_begin = slope();
  for (std::uint32_t& entry : entries) {
    entry = static_cast<std::uint32_t>((sum / (256 * 6) + (1 << 19)) >> 20);
    advance();
    const std::uint64_t at_middle = slope();
    advance();
    const std::uint64_t at_end = slope();
    const std::uint64_t area = at_begin + 4 * at_middle + at_end;
    sum -= area < sum ? area : sum;
    at_begin = at_end;
  }
  for (std::size_t i = 0; i + 1 < entries.size(); ++i) {
    entries[i] |= (entries[i] - entries[i + 1]) << 16;
  }
}

const SoftplusTable kSoftplus;

}  // namespace nnzip::mixer
