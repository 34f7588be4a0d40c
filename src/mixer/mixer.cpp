// SPDX-License-Identifier: Apache-2.0
// Bytes to bits and back.
#include "mixer/mixer.h"

#include <type_traits>
#include <variant>

#include "layout/block_order.h"
#include "mixer/bytes/byte_predictor.h"
#include "mixer/core/mixer_targets.h"
#include "mixer/image/image_predictor.h"
#include "mixer/sound/sound_predictor.h"
#include "nnzip/error.hpp"

namespace nnzip {

namespace {

// What predicts content of each form: the same four calls for each byte.
using AnyPredictor =
    std::variant<mixer::BytePredictorOf<Effort::kUsual>, mixer::BytePredictorOf<Effort::kLarge>,
                 mixer::ImagePredictorOf<Effort::kUsual>, mixer::ImagePredictorOf<Effort::kLarge>,
                 mixer::SoundPredictorOf<Effort::kUsual>, mixer::SoundPredictorOf<Effort::kLarge>>;

template <typename P>
void encode_byte(P& predictor, int stream, std::uint8_t byte, const Distribution* network,
                 RangeEncoder& coder) noexcept {
  predictor.begin_byte(stream, network);
  for (int i = 7; i >= 0; --i) {
    const int bit = byte >> i & 1;
    coder.encode_bit(bit != 0, predictor.predict());
    predictor.update(bit);
  }
  predictor.end_byte();
}

// coder: has decode_bit().
template <typename P, typename Coder>
std::uint8_t decode_byte(P& predictor, int stream, const Distribution* network, Coder& coder,
                         ExpectedByte* expected) {
  predictor.begin_byte(stream, network);
  if constexpr (requires { predictor.expected(); }) {
    if (expected != nullptr) *expected = predictor.expected();
  }
  for (int i = 0; i < 8; ++i) {
    predictor.update(coder.decode_bit(predictor.predict()) ? 1 : 0);
  }
  return predictor.end_byte();
}

// Calls task with the effort as a constant.
template <typename Task>
auto with_effort(Effort effort, Task&& task) {
  if (effort == Effort::kLarge) return task(std::integral_constant<Effort, Effort::kLarge>{});
  return task(std::integral_constant<Effort, Effort::kUsual>{});
}

const MixerPlan& checked(const MixerPlan& plan) {
  if (plan.content_bytes > MixerPlan::kMaxContent || plan.streams < 1 || plan.streams > 64 ||
      !plan.layout.is_valid() || plan.layout.form == Form::kJpeg ||
      !BlockOrder::fits(plan.layout, plan.streams)) {
    throw Error(ErrorCode::kInvalidArgument,
                "a mixer takes at most 256 MiB, 64 streams and a valid layout that they fit.");
  }
  return plan;
}

AnyPredictor make_predictor(const MixerPlan& plan, const mixer::MixKernels& kernels) {
  if (plan.layout.form == Form::kPixels) {
    return with_effort(plan.effort, [&](auto effort) {
      return AnyPredictor(std::in_place_type<mixer::ImagePredictorOf<effort()>>, plan, kernels);
    });
  }
  if (plan.layout.form == Form::kSamples || plan.layout.form == Form::kCompanded) {
    return with_effort(plan.effort, [&](auto effort) {
      return AnyPredictor(std::in_place_type<mixer::SoundPredictorOf<effort()>>, plan, kernels);
    });
  }
  return with_effort(plan.effort, [&](auto effort) {
    return AnyPredictor(std::in_place_type<mixer::BytePredictorOf<effort()>>, plan, kernels);
  });
}

}  // namespace

class Mixer::State {
 public:
  State(const MixerPlan& plan, const std::string& target)
      : predictor(make_predictor(plan, mixer::find_mix_kernels(target))) {}
  AnyPredictor predictor;
};

std::size_t MixerPlan::memory_bytes() const {
  switch (layout.form) {
    case Form::kPixels:
      return with_effort(
          effort, [&](auto of) { return mixer::ImagePredictorOf<of()>::memory_bytes(*this); });
    case Form::kSamples:
    case Form::kCompanded:
      return with_effort(
          effort, [&](auto of) { return mixer::SoundPredictorOf<of()>::memory_bytes(*this); });
    case Form::kBytes:
    case Form::kCode:
    case Form::kJpeg:
      break;
  }
  return with_effort(effort,
                     [&](auto of) { return mixer::BytePredictorOf<of()>::memory_bytes(*this); });
}

Mixer::Mixer(const MixerPlan& plan, const std::string& target)
    : state_(std::make_unique<State>(checked(plan), target)) {}

Mixer::~Mixer() = default;

void Mixer::encode(int stream, std::uint8_t byte, const Distribution* network,
                   RangeEncoder& coder) noexcept {
  std::visit([&](auto& predictor) { encode_byte(predictor, stream, byte, network, coder); },
             state_->predictor);
}

std::uint8_t Mixer::decode(int stream, const Distribution* network, RangeDecoder& coder,
                           ExpectedByte* expected) noexcept {
  return std::visit(
      [&](auto& predictor) { return decode_byte(predictor, stream, network, coder, expected); },
      state_->predictor);
}

std::uint8_t Mixer::draw(int stream, const Distribution* network, BitSource& bits) {
  return std::visit(
      [&](auto& predictor) { return decode_byte(predictor, stream, network, bits, nullptr); },
      state_->predictor);
}

const char* Mixer::target() const noexcept {
  return std::visit([](const auto& predictor) { return predictor.kernels().name; },
                    state_->predictor);
}

}  // namespace nnzip
