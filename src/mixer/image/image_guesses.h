// SPDX-License-Identifier: Apache-2.0
// What the numbers of an image may be, and how far off such guesses are.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "layout/effort.h"
#include "mixer/image/colour_lattice.h"
#include "mixer/image/image_plane.h"
#include "mixer/image/image_regression.h"
#include "mixer/image/wide_regressions.h"

namespace nnzip::mixer {

// Of a number, of the usual and the large effort.
constexpr int kUsualGuesses = 20, kLargeGuesses = 26;
constexpr int kEnergies = 24;  // how large errors are expected: 2^(energy/2) / 4 and more

enum Candidate {
  kLocal,
  kWhole,
  kMedian,
  kPlane,
  kLeft,
  kAbove,
  kMean,
  kSlopeLeft,
  kSlopeAbove,
  kAboveTwice,
  kLeftTwice,
  kPlainLeft,
  kPlainAbove,
  kPlainPlane,
  kByTexture,
  kByErrors,
  kUnbiased,
  kWideParity,  // these four of the large effort
  kWideLast,
  kWideLocal,
  kWideWhole,
  kStacked,
  kOtherColour,
  kLeftThrice,
  kUpperRight,
  kUpperLeft,
  kCandidates
};

struct Guess {
  std::int32_t value;   // in 1/16
  std::int32_t energy;  // 0..kEnergies - 1
};

// What one stream knows of the number that it codes.
struct ImageNumber {
  PixelPlace place{};
  std::size_t position = 0;  // of its first byte
  Surroundings around{};
  std::array<std::int32_t, kMaxChannels> current{};  // numbers of this pixel
  std::array<std::int32_t, kMaxChannels> errors{};   // of these, as in ImageGuesses::errors_
  std::array<TapWeights, kMaxChannels> weights{};
  std::int32_t base = 0;
  Taps taps, energy_taps;
  WideNumber wide;
  LatticePixel lattice;
  std::array<std::int32_t, kCandidates> candidates{};  // in 1/16
  std::array<std::int32_t, kStacked> deviations{};     // of those before it from kUnbiased
  std::int64_t square = 0;                             // sum of the squares of these
  std::array<std::uint32_t, 2> bias_contexts{};

  // For the predictor.
  std::array<Guess, kLargeGuesses> guesses{};
  std::int32_t best = 0;      // the candidate kStacked
  std::int32_t energy = 0;    // expected of it
  std::int32_t nearby = 0;    // energy of the errors around
  std::uint32_t texture = 0;  // 0..63: which neighbours are larger than the guess
};

class ImageGuesses {
 public:
  static std::size_t memory_bytes(const Layout& layout, std::size_t content_bytes, Effort effort);
  ImageGuesses(const Layout& layout, std::size_t content_bytes, Effort effort);

  const ImagePlane& plane() const { return plane_; }
  // number.place is set.
  void begin(ImageNumber& number);
  void learn(ImageNumber& number, std::int32_t value);

 private:
  struct Errors;
  Errors errors_around(const ImageNumber& number) const;
  void gather_taps(ImageNumber& number) const;
  void simple_candidates(ImageNumber& number) const;
  void corrected_candidates(ImageNumber& number, const Errors& errors);
  template <int kCount>
  void stack(ImageNumber& number) const;
  template <int kCount>
  void learn_stack(ImageNumber& number, std::int32_t value);
  void expect_energy(ImageNumber& number, const Errors& errors);
  void select(ImageNumber& number, const Errors& errors) const;
  void repeat_above(ImageNumber& number) const;

  ImagePlane plane_;
  std::int32_t most_;                    // the largest number, in 1/16
  std::vector<std::int16_t> errors_;     // of kUnbiased, in 1/4, by position; 0 until known
  std::vector<LocalRegression> values_;  // of each channel
  std::vector<WholeRegression> energies_;
  std::optional<WideRegressions> wide_;  // of the large effort
  std::array<std::vector<std::int32_t>, 2> biases_;
  std::array<std::array<std::int32_t, kStacked>, kMaxChannels> stacking_{};
  std::array<std::int64_t, kMaxChannels> usual_square_{};
};

}  // namespace nnzip::mixer
