// SPDX-License-Identifier: Apache-2.0
// MIXING_SOUND.md line by line, as MixerReference is MIXING.md; used in the same way.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "coder/distribution.h"
#include "layout/effort.h"
#include "layout/layout.h"
#include "reference/mixer/mixer_reference_least_squares.h"
#include "reference/mixer/mixer_reference_sets.h"
#include "reference/mixer/mixer_reference_tables.h"

namespace nnzip {

class SoundReference {
 public:
  // Precondition: 1 <= streams, a valid layout of samples, companded or not.
  SoundReference(std::size_t n, std::size_t streams, const Layout& layout, bool network,
                 Effort effort);

  void start(std::size_t stream, const Distribution* distribution);
  std::uint32_t predict();
  void learn(int bit);

 private:
  using Int = std::int64_t;
  static constexpr std::size_t kPredictions = 35;  // of the large effort, 13 of the usual one

  struct Cascade {
    mixer_reference::LeastSquares p0;
    std::array<mixer_reference::Stage, 4> stages;
    std::size_t own, other;      // inputs, of the channel and of the one beside it
    std::array<Int, 5> share{};  // [1..4]
    // Of the number that comes.
    std::vector<Int> inputs = {};
    std::array<Int, 5> p = {};  // p0, q1..q4
    Int best = 0;
  };
  // Of one channel of a stream.
  struct Channel {
    std::vector<Int> amplitudes = std::vector<Int>(32);  // the last ones, the oldest first
    std::vector<Cascade> cascades;
    mixer_reference::LeastSquares p5{16, 1 << 6, 8}, stack{33, 1 << 9, 16};
    std::array<std::array<Int, 2>, kPredictions> M{};
    unsigned n = 0;
    // Of the number that comes.
    std::vector<Int> inputs5, differences;
    std::array<Int, kPredictions> m{};
  };
  struct Stream {
    std::size_t b, e;
    std::vector<Channel> channels;
    // The number that is coded.
    int known = 0;
    std::uint64_t bits = 0;  // y of the known ones
    Int low = 0;
  };

  Channel& channel() { return stream_->channels[c_]; }
  Channel& beside() { return stream_->channels[c_ == 0 ? channels_ - 1 : c_ - 1]; }
  std::vector<Cascade> first_cascades() const;
  void predict_cascade(Cascade& cascade);
  void learn_cascade(Cascade& cascade, Int x, std::size_t best);
  void predict_number();
  void predict_more();
  void learn_number(Int x);
  Int mean(std::size_t i, std::size_t k);
  // Between the companded numbers y - 1 and y.
  Int bound(std::size_t y) const;
  // lower, middle, upper.
  std::array<Int, 3> interval() const;
  bool is_inverted() const;
  Int scaled(std::size_t distribution, Int d);
  Int shrinkage(std::size_t distribution, Int d);
  Int place(std::size_t distribution, Int z);

  std::size_t length_;
  std::size_t b_, channels_;
  bool companded_, a_law_, large_;
  std::size_t predictions_, distributions_;
  Int E_;
  std::vector<Stream> streams_;
  std::uint64_t bits_ = 0;
  std::map<std::array<std::uint64_t, 3>, mixer_reference::Counter> values_;
  std::vector<mixer_reference::Sets> sets_;
  mixer_reference::Sets final_set_;
  mixer_reference::Refiner refiner_;

  // The bit that is coded.
  Stream* stream_ = nullptr;
  const Distribution* distribution_ = nullptr;
  std::size_t c_ = 0;             // the channel
  unsigned partial_ = 1, k_ = 0;  // the byte's bits
  mixer_reference::Counter* value_ = nullptr;
  std::vector<Int> inputs_, logits_;
  std::size_t where_ = 0;
};

}  // namespace nnzip
