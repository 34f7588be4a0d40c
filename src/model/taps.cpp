// SPDX-License-Identifier: Apache-2.0
// Values of taps: what is around in an image, what was before in sound.
#include "model/taps.h"

#include <algorithm>
#include <bit>

#include "nnzip/error.hpp"

namespace nnzip {
namespace {

constexpr std::size_t kNowhere = ~std::size_t{0};
constexpr std::uint8_t kMiddle = 128;

std::vector<Tap> of_form(Form form, std::span<const Tap> taps) {
  for (const Tap tap : taps) {
    if (form_of(tap) != form) {
      throw Error(ErrorCode::kInvalidArgument, "taps of another kind of content.");
    }
  }
  return {taps.begin(), taps.end()};
}

std::uint8_t from_middle(std::int32_t difference) {
  return static_cast<std::uint8_t>(kMiddle + std::clamp(difference, -127, 127));
}

// Numbers below 16 are themselves, larger ones have eight steps an octave.
std::uint8_t logarithmic(std::uint64_t value) {
  const int octave = std::max(0, static_cast<int>(std::bit_width(value)) - 4);
  const auto steps = static_cast<std::uint64_t>(8 * octave) + (value >> octave);
  return static_cast<std::uint8_t>(std::min<std::uint64_t>(steps, 255));
}

// Numbers to the left, above, and above to the left.
struct PixelsAround {
  std::int32_t w = 0, n = 0, nw = 0;
};

// The second and third of three or four channels follow the one before; a single channel, and
// transparency, do not.
constexpr bool follows_channel_before(std::uint32_t channel, std::uint32_t channels) {
  return channels >= 3 && (channel == 1 || channel == 2);
}

constexpr std::int32_t predict_number(const PixelsAround& own) {
  return std::clamp(own.w + own.n - own.nw, std::min(own.w, own.n), std::max(own.w, own.n));
}

// Of a channel that follows. before: of the channel before, and its number in this pixel. most: the
// largest number.
constexpr std::int32_t predict_number(const PixelsAround& own, const PixelsAround& before,
                                      std::int32_t number_before, std::int32_t most) {
  const PixelsAround differences{own.w - before.w, own.n - before.n, own.nw - before.nw};
  return std::clamp(number_before + predict_number(differences), 0, most);
}

}  // namespace

bool PixelTaps::fits(const Layout& layout) {
  return layout.form == Form::kPixels && layout.is_valid() && layout.number_bytes() == 1;
}

PixelTaps::PixelTaps(const Layout& layout, std::span<const std::uint8_t> content,
                     std::span<const Tap> taps)
    : layout_(layout), content_(content), taps_(of_form(Form::kPixels, taps)) {
  if (!fits(layout)) {
    throw Error(ErrorCode::kInvalidArgument, "taps of pixels take pixels of 8-bit numbers.");
  }
  row_numbers_ = std::size_t{layout.stride / layout.element} * layout.channels;
  predictions_.resize(content.size());
}

std::uint8_t PixelTaps::prepare(std::size_t position, std::span<std::uint8_t> taps) {
  const std::size_t row = position / layout_.stride, column = position % layout_.stride;
  if (column >= row_numbers_) {
    for (std::size_t i = 0; i < taps_.size(); ++i) {
      taps[i] = taps_[i] == Tap::kPixelChannel ? 255 : kMiddle;
    }
    return predictions_[position] = row == 0 ? 0 : content_[position - layout_.stride];
  }
  const auto channel = static_cast<std::uint32_t>(column % layout_.channels);
  const bool follows = follows_channel_before(channel, layout_.channels);
  const Around at = around(position, row, column);
  const PixelsAround own{number(at.w), number(at.n), number(at.nw)};
  const std::int32_t before = follows ? content_[position - 1] : 0;
  // The channel before of a number that is somewhere stands before it; nowhere all are 0.
  const auto of_before = [&](std::size_t p) {
    return follows && p != kNowhere ? number(p - 1) : 0;
  };
  const std::int32_t predicted =
      follows
          ? predict_number(own, {of_before(at.w), of_before(at.n), of_before(at.nw)}, before, 255)
          : predict_number(own);
  const auto guess = [&](std::size_t p) {
    return from_middle(number(p) - of_before(p) + before - predicted);
  };
  const auto value = [&](Tap tap) -> std::uint8_t {
    switch (tap) {
      case Tap::kPixelW:
        return guess(at.w);
      case Tap::kPixelN:
        return guess(at.n);
      case Tap::kPixelNW:
        return guess(at.nw);
      case Tap::kPixelNE:
        return guess(at.ne);
      case Tap::kPixelWW:
        return guess(at.ww);
      case Tap::kPixelNN:
        return guess(at.nn);
      case Tap::kResidualW:
        return residual(at.w);
      case Tap::kResidualN:
        return residual(at.n);
      case Tap::kResidualNW:
        return residual(at.nw);
      case Tap::kResidualNE:
        return residual(at.ne);
      case Tap::kResidualColour:
        return residual(channel >= 1 ? position - 1 : kNowhere);
      case Tap::kResidualSecondColour:
        return residual(channel >= 2 ? position - 2 : kNowhere);
      case Tap::kPrediction:
        return static_cast<std::uint8_t>(predicted);
      case Tap::kPixelChannel:
        return static_cast<std::uint8_t>(4 * (layout_.channels - 1) + channel);
      default:
        return kMiddle;  // of_form() lets no other one in
    }
  };
  for (std::size_t i = 0; i < taps_.size(); ++i) taps[i] = value(taps_[i]);
  return predictions_[position] = static_cast<std::uint8_t>(predicted);
}

// What is outside the image is where FILTERS.md puts it.
PixelTaps::Around PixelTaps::around(std::size_t position, std::size_t row,
                                    std::size_t column) const {
  const std::size_t pixel = layout_.channels, line = layout_.stride;
  const bool left = column >= pixel, right = column + pixel < row_numbers_;
  Around at;
  at.w = left ? position - pixel : row > 0 ? position - line : kNowhere;
  at.n = row > 0 ? position - line : at.w;
  at.nw = row > 0 && left ? at.n - pixel : at.n;
  at.ne = row > 0 && right ? at.n + pixel : at.n;
  at.ww = column >= 2 * pixel ? position - 2 * pixel : at.w;
  at.nn = row > 1 ? position - 2 * line : at.n;
  return at;
}

std::int32_t PixelTaps::number(std::size_t position) const {
  return position == kNowhere ? 0 : content_[position];
}

std::uint8_t PixelTaps::residual(std::size_t position) const {
  if (position == kNowhere) return kMiddle;
  return from_middle(content_[position] - predictions_[position]);
}

SampleTaps::SampleTaps(const Layout& layout, std::size_t first, std::span<const Tap> taps)
    : layout_(layout), taps_(of_form(Form::kSamples, taps)) {
  if (layout.form != Form::kSamples || !layout.is_valid()) {
    throw Error(ErrorCode::kInvalidArgument, "taps of samples take a valid layout of samples.");
  }
  channels_.resize(layout.channels);
  place_ = static_cast<std::uint32_t>(first % layout.element);
  whole_ = place_ % layout.number_bytes() == 0;
}

void SampleTaps::prepare(std::span<std::uint8_t> taps) const {
  const std::uint32_t bytes = layout_.number_bytes();
  const std::uint32_t channel = place_ / bytes;
  const Channel& own = channels_[channel];
  // Sixteenths, so that small means differ.
  const auto mean = [&](std::size_t i) {
    return logarithmic(static_cast<std::uint64_t>(own.means[i]) >> 12);
  };
  const auto value = [&](Tap tap) -> std::uint8_t {
    switch (tap) {
      case Tap::kSamplePlace:
        return static_cast<std::uint8_t>((layout_.channels > 1 ? 128 : 0) +
                                         (4 * (bytes - 1) + place_ % bytes) * 8 + channel);
      case Tap::kSampleLast:
        return logarithmic(own.last[0]);
      case Tap::kSampleSecond:
        return logarithmic(own.last[1]);
      case Tap::kSampleThird:
        return logarithmic(own.last[2]);
      case Tap::kSampleBeside:
        return logarithmic(beside_);
      case Tap::kSampleMean8:
        return mean(0);
      case Tap::kSampleMean32:
        return mean(1);
      case Tap::kSampleMean128:
        return mean(2);
      default:
        return 0;  // of_form() lets no other one in
    }
  };
  for (std::size_t i = 0; i < taps_.size(); ++i) taps[i] = value(taps_[i]);
}

void SampleTaps::push(std::uint8_t byte) {
  const std::uint32_t bytes = layout_.number_bytes();
  number_ = place_ % bytes == 0 ? byte : number_ << 8 | byte;
  if ((place_ + 1) % bytes == 0) {
    if (whole_) take(number_);
    whole_ = true;
  }
  if (++place_ == layout_.element) place_ = 0;
}

void SampleTaps::take(std::uint32_t residual) {
  Channel& own = channels_[place_ / layout_.number_bytes()];
  own.last = {residual, own.last[0], own.last[1]};
  own.seen = std::min(own.seen + 1, kMemories.back());
  for (std::size_t i = 0; i < kMemories.size(); ++i) {
    // Below 2^48, so that nothing overflows; truncated towards zero, so that it stays positive.
    own.means[i] += ((std::int64_t{residual} << 16) - own.means[i]) /
                    std::int64_t{std::min(own.seen, kMemories[i])};
  }
  beside_ = residual;
}

}  // namespace nnzip
