// SPDX-License-Identifier: Apache-2.0
// What followed where the network knew much the same as now: signatures of the last bytes of a
// block, each with the byte that came. It learns what is particular to the block, as the network's
// weights do not.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "coder/distribution.h"
#include "mixer/core/aligned_memory.h"
#include "mixer/core/mix_kernels.h"

namespace nnzip::mixer {

class NeuralCache {
 public:
  static constexpr int kEntries = 16384;  // the oldest one gives way
  static constexpr std::size_t kBytes = kEntries * (32 + sizeof(std::uint16_t) + 4 + 1);

  // enabled: else it takes no memory, and the calls below are not allowed.
  NeuralCache(const MixKernels& kernels, bool enabled);

  // Looks up what a byte of that signature, [8], may be.
  void look_up(const std::uint32_t* signature);
  // Logits of a 1: by those that are nearest, and by those that are near at all. partial: the
  // byte's bits so far below a leading 1; bit: how many there are.
  std::array<std::int32_t, 2> logits(std::uint32_t partial, int bit) const;
  void add(const std::uint32_t* signature, std::uint8_t byte);

 private:
  const MixKernels& kernels_;
  std::size_t added_ = 0;
  AlignedMemory<std::uint32_t> signatures_;                // [kEntries][8]
  AlignedMemory<std::uint16_t> distances_;                 // of the entries, at work
  AlignedMemory<std::uint32_t> places_;                    // of those that are near
  AlignedMemory<std::uint8_t> bytes_;                      // [kEntries]
  std::array<std::uint32_t, 257> below_{}, near_below_{};  // votes for the bytes below each
};

}  // namespace nnzip::mixer
