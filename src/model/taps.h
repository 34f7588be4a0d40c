// SPDX-License-Identifier: Apache-2.0
// What a network of numeric data sees beside the bytes before: values of the neighbourhood that
// side information gives, one byte each. FILTERS.md defines every value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "layout/layout.h"

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

// kPixels or kSamples; kBytes for a number that is no tap.
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

 private:
  // Where numbers of one channel stand.
  struct Around {
    std::size_t w, n, nw, ne, ww, nn;
  };
  Around around(std::size_t position, std::size_t row, std::size_t column) const;
  std::int32_t number(std::size_t position) const;
  std::uint8_t residual(std::size_t position) const;

  Layout layout_;
  std::span<const std::uint8_t> content_;
  std::vector<Tap> taps_;
  std::size_t row_numbers_;
  std::vector<std::uint8_t> predictions_;  // by position, of what was prepared
};

// Of one stream of sound: content that the filter residuals made. Streams see nothing of each
// other.
class SampleTaps {
 public:
  // first: the position in the block of the stream's first byte. taps: of Form::kSamples. Throws
  // Error(kInvalidArgument) unless the layout is a valid one of samples.
  SampleTaps(const Layout& layout, std::size_t first, std::span<const Tap> taps);

  // The taps of the stream's next byte.
  void prepare(std::span<std::uint8_t> taps) const;
  // Takes up that byte.
  void push(std::uint8_t byte);

 private:
  static constexpr std::array<std::uint32_t, 3> kMemories = {8, 32, 128};
  struct Channel {
    std::array<std::uint32_t, 3> last{};                 // residuals, the newest first
    std::array<std::int64_t, kMemories.size()> means{};  // in 2^-16
    std::uint32_t seen = 0;                              // residuals, as far as that matters
  };
  void take(std::uint32_t residual);

  Layout layout_;
  std::vector<Tap> taps_;
  std::vector<Channel> channels_;
  std::uint32_t place_;       // in the frame, of the next byte
  std::uint32_t number_ = 0;  // its bytes so far
  bool whole_;                // the number's first byte is of this stream
  std::uint32_t beside_ = 0;  // the last residual
};

}  // namespace nnzip
