// SPDX-License-Identifier: Apache-2.0
// What a network of numeric data sees beside the bytes before: values of the neighbourhood that
// side information gives, one byte each. FILTERS.md defines every value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "split/layout.h"

namespace nnzip {

// Numbers of the model format.
enum class Tap : std::uint8_t {
  // Of pixels: numbers around, less the prediction; what remained of predictions around; the
  // prediction itself; the channel.
  kPixelW = 1,
  kPixelN = 2,
  kPixelNW = 3,
  kPixelNE = 4,
  kPixelWW = 5,
  kPixelNN = 6,
  kResidualW = 7,
  kResidualN = 8,
  kResidualNW = 9,
  kResidualNE = 10,
  kResidualColour = 11,
  kResidualSecondColour = 12,
  kPrediction = 13,
  kPixelChannel = 14,
  // Of residuals of sound: the place in a frame, the last residuals of this channel, that of the
  // channel before, mean magnitudes of the last 8, 32 and 128 of this channel.
  kSamplePlace = 32,
  kSampleLast = 33,
  kSampleSecond = 34,
  kSampleThird = 35,
  kSampleBeside = 36,
  kSampleMean8 = 37,
  kSampleMean32 = 38,
  kSampleMean128 = 39,
};
constexpr int kMaxTaps = 32;

// kPixels or kSamples; kBytes for a number that is no tap. Here, since models need no more of taps.
constexpr Form form_of(Tap tap) {
  if (tap >= Tap::kPixelW && tap <= Tap::kPixelChannel) return Form::kPixels;
  if (tap >= Tap::kSamplePlace && tap <= Tap::kSampleMean128) return Form::kSamples;
  return Form::kBytes;
}

// A network of pixels is fed residuals, (number - prediction) mod 256, and gives distributions of
// them.
class PixelTaps {
 public:
  // Pixels whose numbers have one byte.
  static bool fits(const Layout& layout);

  // content: of the block, from the start of a row. It is read as it becomes known and must stay
  // where it is. taps: of Form::kPixels. Throws Error(kInvalidArgument) unless the layout fits.
  PixelTaps(const Layout& layout, std::span<const std::uint8_t> content, std::span<const Tap> taps);

  // Returns the prediction of the byte at that position and writes its taps. Precondition: known
  // are the bytes before it in its row and, of all rows above, those up to the end of the next
  // pixel to the right; those known were prepared before.
  std::uint8_t prepare(std::size_t position, std::span<std::uint8_t> taps);
};

// Of one stream of sound: content that the filter residuals made. Streams see nothing of each
// other.
class SampleTaps {
 public:
  // first: the position in the block of the stream's first byte. taps: of Form::kSamples.
  SampleTaps(const Layout& layout, std::size_t first, std::span<const Tap> taps);

  // The taps of the stream's next byte.
  void prepare(std::span<std::uint8_t> taps) const;
  // Takes up that byte.
  void push(std::uint8_t byte);
};

}  // namespace nnzip
