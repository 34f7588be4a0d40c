// SPDX-License-Identifier: Apache-2.0
// Guesses of the next sample of a channel: cascades as the mixer of sound has them, but one or two.
// LEAN_SAMPLES.md defines its arithmetic.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "filter/amplitude_history.h"
#include "filter/least_squares.h"
#include "filter/sign_lms.h"
#include "layout/effort.h"

namespace nnzip::lean {

// Errors lately, in 1/256 levels.
struct MeanError {
  std::int64_t mean;
  void add(std::int64_t error, std::int64_t seen, std::int64_t limit);
};

struct SampleCascadeRule {
  struct Stage {
    int log2_taps;
    std::int32_t rate;
  };
  int alone, own, other;  // inputs: of one channel; of several
  int log2_memory, interval;
  std::vector<Stage> stages;
};

// The cascades of an effort, small or usual.
std::span<const SampleCascadeRule> sample_cascades(Effort effort);

// Least squares, then stages on what they leave. Sums are in levels, of which an amplitude has 256.
class SampleCascade {
 public:
  SampleCascade(const SampleCascadeRule& rule, bool alone, std::int64_t first_mean,
                const filter::SampleKernels& kernels, filter::LeastSquaresScratch& scratch);

  void predict(const filter::AmplitudeHistory& own, const filter::AmplitudeHistory& other);
  // seen: numbers of the channel before.
  void learn(std::int64_t level, std::int64_t seen);

  // Of the last predict(): least squares alone, with the first stage, with shares of all.
  std::int64_t first() const { return std::int64_t{first_} * 256; }
  std::int64_t second() const { return (std::int64_t{first_} + stages_[0].correction) * 256; }
  std::int64_t best() const { return best_; }
  std::int64_t mean_error() const { return error_.mean; }

 private:
  struct Stage {
    filter::SignLms lms;
    std::int64_t share;  // of the correction in the best one, in 2^-16
    std::int32_t correction;
  };

  int own_inputs_, other_inputs_;
  filter::LeastSquares squares_;
  std::vector<Stage> stages_;
  MeanError error_;  // of the best one
  std::int32_t first_ = 0;
  std::int64_t best_ = 0;
};

// What a channel knows, and what follows from it for its next number.
class SampleChannel {
 public:
  // first_mean: of errors, before there are any.
  SampleChannel(Effort effort, bool alone, std::int64_t first_mean,
                const filter::SampleKernels& kernels, filter::LeastSquaresScratch& scratch);

  // beside: the channel before it, or the last one.
  void predict(const SampleChannel& beside);
  // After predict().
  void learn(std::int64_t level);

  // Levels, -2^31 .. 2^31 - 1: the guess; four others.
  std::int64_t guess() const { return guess_; }
  const std::array<std::int64_t, 4>& others() const { return others_; }
  // Mean errors of short and of long memory, in levels.
  std::int64_t fast() const { return fast_.mean >> 8; }
  std::int64_t slow() const { return slow_.mean >> 8; }

 private:
  std::int64_t blended() const;

  filter::AmplitudeHistory history_;
  std::vector<SampleCascade> cascades_;
  MeanError fast_, slow_;
  std::int64_t seen_ = 0, last_ = 0, before_ = 0;
  std::int64_t guess_ = 0;
  std::array<std::int64_t, 4> others_{};
};

}  // namespace nnzip::lean
