// SPDX-License-Identifier: Apache-2.0
// The adaptive stage: predicts each bit of a block from contexts of many kinds, from what followed
// them before, and from the network's distributions if there are any. MIXING.md defines every bit.
//
//   MixerPlan  what both sides must know before the first byte, core/mixer_plan.h
//   Mixer      the adaptive state of one block, for coding it from the first byte to the last
//
// The streams of a block share one Mixer and one coder. They advance in lockstep, see
// layout/block_order.h. Encoder and decoder make the same calls in the same order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "coder/distribution.h"
#include "coder/range_decoder.h"
#include "coder/range_encoder.h"
#include "mixer/core/expected_byte.h"
#include "mixer/core/mixer_plan.h"

namespace nnzip {

// Decides what is decoded in place of a coder.
class BitSource {
 public:
  virtual ~BitSource() = default;
  // one_probability: of a 1, in 1/65536, 1 to 65535.
  virtual bool decode_bit(std::uint32_t one_probability) = 0;
};

class Mixer {
 public:
  // target: as base/cpu_target.h names it. All give the same bits. Throws
  // Error(kInvalidArgument) for a plan outside its limits or an unknown target,
  // Error(kBackendUnavailable) for one that this machine cannot run, std::bad_alloc.
  explicit Mixer(const MixerPlan& plan, const std::string& target = "");
  ~Mixer();

  // Codes the next byte of that stream. network: the distribution of it, or null to rely on
  // contexts alone. Precondition: the stream has bytes left.
  void encode(int stream, std::uint8_t byte, const Distribution* network,
              RangeEncoder& coder) noexcept;
  // expected: to fill unless it is null.
  std::uint8_t decode(int stream, const Distribution* network, RangeDecoder& coder,
                      ExpectedByte* expected = nullptr) noexcept;

  // A byte as the source decides.
  std::uint8_t draw(int stream, const Distribution* network, BitSource& bits);

  // What computes, e.g. "avx2".
  const char* target() const noexcept;

 private:
  class State;
  std::unique_ptr<State> state_;
};

// The contexts by name, in the order of MixerPlan::disabled's bits.
std::span<const char* const> mixer_context_names();

}  // namespace nnzip
