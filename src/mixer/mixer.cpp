// SPDX-License-Identifier: Apache-2.0
// Bytes to bits and back.
#include "mixer/mixer.h"

#include "mixer/mixer_targets.h"
#include "mixer/predictor.h"
#include "nnzip/error.hpp"

namespace nnzip {

class Mixer::State {
 public:
  State(const MixerPlan& plan, const std::string& target)
      : predictor(plan, mixer::find_mix_kernels(target)) {}
  mixer::Predictor predictor;
};

namespace {

const MixerPlan& checked(const MixerPlan& plan) {
  if (plan.content_bytes > MixerPlan::kMaxContent || plan.streams < 1 || plan.streams > 64 ||
      !plan.layout.is_valid()) {
    throw Error(ErrorCode::kInvalidArgument,
                "a mixer takes at most 64 MiB, 64 streams, elements of 4 bytes, and rows of 65535 "
                "bytes that are longer than an element.");
  }
  return plan;
}

}  // namespace

std::size_t MixerPlan::memory_bytes() const { return mixer::Predictor::memory_bytes(*this); }

Mixer::Mixer(const MixerPlan& plan, const std::string& target)
    : state_(std::make_unique<State>(checked(plan), target)) {}

Mixer::~Mixer() = default;

void Mixer::encode(int stream, std::uint8_t byte, const Distribution* network,
                   RangeEncoder& coder) noexcept {
  mixer::Predictor& predictor = state_->predictor;
  predictor.begin_byte(stream, network);
  for (int i = 7; i >= 0; --i) {
    const int bit = byte >> i & 1;
    coder.encode_bit(bit != 0, predictor.predict());
    predictor.update(bit);
  }
  predictor.end_byte();
}

std::uint8_t Mixer::decode(int stream, const Distribution* network, RangeDecoder& coder) noexcept {
  mixer::Predictor& predictor = state_->predictor;
  predictor.begin_byte(stream, network);
  for (int i = 0; i < 8; ++i) {
    predictor.update(coder.decode_bit(predictor.predict()) ? 1 : 0);
  }
  return predictor.end_byte();
}

const char* Mixer::target() const noexcept { return state_->predictor.kernels().name; }

}  // namespace nnzip
