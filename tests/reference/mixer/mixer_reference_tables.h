// SPDX-License-Identifier: Apache-2.0
// The sections Tables, Bit histories, Counters and Refiners of MIXING.md, as plain code.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace nnzip::mixer_reference {

constexpr int kLimit = 3071;  // of logits

// Numbers that can be negative have 64 bits here, so that nothing overflows.
std::int64_t clamp(std::int64_t x, std::int64_t b);

int squash(std::int64_t x);           // a P16. Precondition: |x| <= 3071
int stretch(std::int64_t p);          // a logit
int log(std::uint32_t m);             // Precondition: 1 <= m < 2^22
std::int64_t reciprocal(unsigned j);  // Precondition: j < 1024

// What a state stands for.
struct History {
  int zeros = 0;
  int ones = 0;
  int last = 0;  // the last bit
};
constexpr int kHistories = 255;
History history(int state);
int next_state(int state, int y);

struct Counter {
  static Counter start(std::int64_t p16, unsigned count) { return {p16 << 6, count}; }

  std::int64_t p16() const { return p >> 6; }
  int x() const { return stretch(p16()); }
  int y() const { return static_cast<int>((p16() - 32768) >> 4); }
  void learn(int bit, unsigned limit = 255);

  std::int64_t p;  // of 22 bits
  unsigned count;
};

// Refiners of one kind, one for each context.
class Refiner {
 public:
  explicit Refiner(std::size_t contexts);
  std::int64_t refine(std::size_t context, std::int64_t x) const;
  // bits: the number of bits coded, this one included.
  void learn(std::size_t context, std::int64_t x, int bit, std::uint64_t bits, int shift = 6);

 private:
  std::vector<std::array<std::int64_t, 32>> points_;
};

}  // namespace nnzip::mixer_reference
