// SPDX-License-Identifier: Apache-2.0
// MIXING_IMAGES.md line by line, as MixerReference is MIXING.md; used in the same way.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "coder/distribution.h"
#include "layout/effort.h"
#include "layout/layout.h"
#include "reference/mixer/mixer_reference_lattice.h"
#include "reference/mixer/mixer_reference_pairs.h"
#include "reference/mixer/mixer_reference_pixels.h"
#include "reference/mixer/mixer_reference_regression.h"
#include "reference/mixer/mixer_reference_sets.h"
#include "reference/mixer/mixer_reference_tables.h"

namespace nnzip {

class ImageReference {
 public:
  // Precondition: 1 <= streams, of pixels S * lag <= stride unless 1; a valid layout of pixels.
  ImageReference(std::size_t n, std::size_t streams, const Layout& layout, bool network,
                 Effort effort);

  void start(std::size_t stream, const Distribution* distribution);
  std::uint32_t predict();
  void learn(int bit);

 private:
  using Int = std::int64_t;

  enum Neighbour { W, N, NW, NE, WW, NN, NNE, NWW, NEE, NNW, WWW, NNN, kNeighbours };
  // In the order of the document's table.
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
    kStacked,
    kOtherColour,
    kLeftThrice,
    kUpperRight,
    kUpperLeft,
    kWideParity,
    kWideLast,
    kWideLocal,
    kWideWhole,
    kCandidates
  };

  struct Guess {
    Int value = 0;
    unsigned energy = 0;
    mixer_reference::Counter* counter = nullptr;  // of the bit
  };

  struct Stream {
    Int e;                                                    // the position of the byte that comes
    std::vector<mixer_reference::Weights> local, wide_local;  // [channel]
    // Around the pixel, [channel].
    std::array<std::vector<Int>, kNeighbours> around;
    std::vector<Int> current, errors;  // this pixel's
    // The number that is coded.
    bool padding = false;
    Int number = 0;            // its position
    std::size_t c = 0, x = 0;  // channel and column
    Int base = 0, first = 0;   // first: q
    mixer_reference::Taps taps, energy_taps, wide_taps;
    std::size_t parity = 0;
    std::array<Int, kCandidates> candidates{};
    std::array<Int, kCandidates> d{};
    Int q = 0;
    std::size_t bias_x = 0, bias_y = 0, texture = 0;
    unsigned likely = 0;
    Int withcolour = 0;
    std::vector<Guess> guesses;
    mixer_reference::LatticeStream lattice;
  };
  struct Channel {
    mixer_reference::LocalRegression local;
    mixer_reference::WholeRegression energy{19};
    std::array<Int, kCandidates> z{};
    Int Q = 0;
  };
  // Of one channel, of the large effort.
  struct Wide {
    std::vector<mixer_reference::WholeRegression> by_parity;
    mixer_reference::WholeRegression last;
    mixer_reference::LocalRegression local;
  };

  // Numbers
  Int number_at(Int position) const;
  Int neighbour(const Stream& s, Int pixel, Int dx, Int dy, std::size_t channel) const;
  void read_around(Stream& s, Int pixel);
  void begin_number(Stream& s);
  void begin_padding(Stream& s);
  void end_number(Stream& s, Int v);
  // Predictions of a number
  std::size_t tap_count(std::size_t c) const;
  void put_taps(Stream& s) const;
  void put_candidates(Stream& s, Int l) const;
  std::vector<std::size_t> wide_others(std::size_t c) const;
  std::size_t wide_count(std::size_t c) const;
  Int wide_tap(const Stream& s, Int value, std::size_t j) const;
  void put_wide(Stream& s);
  std::vector<Candidate> stacked_ones() const;
  void put_corrections(Stream& s, Int l);
  struct Errors;
  Errors errors(const Stream& s) const;
  unsigned likely_energy(Stream& s, const Errors& e) const;
  void put_guesses(Stream& s, const Errors& e) const;
  // Bits
  void put_exact(const Stream& s);
  bool is_paired(const Stream& s) const { return b_ == 1 && s.c == 2; }
  // Tables of differences that say something of the number, with where their inputs begin.
  std::vector<std::pair<mixer_reference::PairReference*, std::size_t>> differences(const Stream& s);
  void begin_differences(const Stream& s);
  bool has_lattice() const { return b_ == 1 && channels_ > 2; }
  void begin_lattice(Stream& s);
  std::array<Int, 3> colours_of(const std::vector<Int>& numbers) const;
  Int place() const;  // 0 for the first byte of the number, 1 for the second
  Int byte_of(Int number) const;
  Int threshold() const;
  unsigned level() const;

  Layout layout_;
  bool large_;
  std::size_t guess_count_, linear_;                  // linear_: the first input of y
  Int stride_, b_, pixel_, channels_, width_, most_;  // pixel_: C b; most_: M
  std::vector<std::uint8_t> content_;
  std::vector<Int> errors_;  // by position
  std::vector<Stream> streams_;
  std::vector<Channel> regressions_;
  std::vector<Wide> wide_;
  std::vector<Int> bias_x_, bias_y_;
  std::uint64_t bits_ = 0;

  std::vector<mixer_reference::Counter> counters_;  // of guesses
  std::unordered_map<std::uint64_t, mixer_reference::Counter> plain_;
  std::vector<mixer_reference::Sets> sets_, final_sets_;
  mixer_reference::PixelReference exact_;
  mixer_reference::PairReference pairs_;
  std::array<mixer_reference::PairReference, 6> further_;
  mixer_reference::LatticeReference lattice_;
  int z_;  // the exponent of Z
  mixer_reference::Refiner refiner_;

  // The byte and the bit that are coded.
  Stream* stream_ = nullptr;
  const Distribution* distribution_ = nullptr;
  unsigned c_ = 1, k_ = 0;
  std::vector<Int> inputs_, logits_;
  std::array<mixer_reference::Counter*, 4> plain_chosen_{};
  Int x_ = 0;
  std::size_t refined_ = 0;
};

}  // namespace nnzip
