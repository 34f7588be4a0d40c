// SPDX-License-Identifier: Apache-2.0
// Tables by the recurrences of the document.
#include "reference/mixer/mixer_reference_tables.h"

#include <algorithm>

namespace nnzip::mixer_reference {
namespace {

std::vector<int> make_squash() {  // squash(x) at x + 3071
  std::vector<int> table(2 * kLimit + 1);
  std::uint64_t e = std::uint64_t{1} << 32;
  for (int j = 0; j <= kLimit; ++j) {
    const std::uint64_t sum = (std::uint64_t{1} << 32) + e;
    const std::uint64_t p = ((std::uint64_t{1} << 48) + sum / 2) / sum;
    table[kLimit + j] = static_cast<int>(std::min<std::uint64_t>(p, 65535));
    table[kLimit - j] = 65536 - table[kLimit + j];
    e = (e * 2139111403 + (1 << 30)) >> 31;
  }
  return table;
}

const std::vector<int> kSquash = make_squash();

std::vector<int> make_stretch() {  // stretch(p) at p >> 4
  std::vector<int> table;
  int x = -kLimit;
  for (int least = 8; least < 65536; least += 16) {
    while (x < kLimit && squash(x) < least) ++x;
    table.push_back(x);
  }
  return table;
}

const std::vector<int> kStretch = make_stretch();

std::vector<int> make_mantissa() {
  std::vector<int> table;
  std::uint64_t g = 1 << 30;
  int steps = 0;
  for (std::uint64_t i = 0; i < 1024; ++i) {
    for (;;) {
      const std::uint64_t next = (g * 2155888661 + (1 << 30)) >> 31;
      if (next > (1024 + i) << 20) break;
      g = next;
      ++steps;
    }
    table.push_back(steps);
  }
  return table;
}

const std::vector<int> kMantissa = make_mantissa();

std::vector<std::int64_t> make_reciprocals() {
  std::vector<std::int64_t> table;
  for (std::int64_t j = 0; j < 1024; ++j) table.push_back(131072 / (2 * j + 3));
  return table;
}

const std::vector<std::int64_t> kReciprocal = make_reciprocals();

bool within_reach(const History& h) {
  constexpr int kReach[] = {47, 24, 10, 7, 6, 5};
  const int few = std::min(h.zeros, h.ones);
  return few >= 0 && few <= 5 && std::max(h.zeros, h.ones) <= kReach[few];
}

std::vector<History> make_histories() {
  std::vector<History> table;
  for (int m = 0; m <= 3; ++m) {
    for (int bits = 0; bits < 1 << m; ++bits) {
      const int ones = (bits & 1) + (bits >> 1 & 1) + (bits >> 2);
      table.push_back({m - ones, ones, bits & 1});
    }
  }
  for (int sum = 4; table.size() < kHistories; ++sum) {
    for (int ones = 0; ones <= sum; ++ones) {
      for (int last = 0; last <= 1; ++last) {
        const History h{sum - ones, ones, last};
        if (within_reach(h) && (last == 1 ? h.ones : h.zeros) > 0) table.push_back(h);
      }
    }
  }
  return table;
}

const std::vector<History> kHistory = make_histories();

int find_next(int state, int y) {
  if (state < 7) return 2 * (state + 1) + y - 1;
  History h = history(state);
  int& same = y == 1 ? h.ones : h.zeros;
  int& other = y == 1 ? h.zeros : h.ones;
  if (other > 2) other = 2 + (other - 2) * 3 / 8;
  ++same;
  while (!within_reach(h)) --(same > other ? same : other);
  h.last = y;
  for (int number = 7; number < kHistories; ++number) {
    const History n = history(number);
    if (n.zeros == h.zeros && n.ones == h.ones && n.last == h.last) return number;
  }
  return 0;
}

std::vector<int> make_next() {
  std::vector<int> table;
  for (int state = 0; state < kHistories; ++state) {
    for (int y = 0; y <= 1; ++y) table.push_back(find_next(state, y));
  }
  return table;
}

const std::vector<int> kNext = make_next();

}  // namespace

std::int64_t clamp(std::int64_t x, std::int64_t b) { return std::clamp(x, -b, b); }

int squash(std::int64_t x) { return kSquash[static_cast<std::size_t>(x + kLimit)]; }

int stretch(std::int64_t p) { return kStretch[static_cast<std::size_t>(p >> 4)]; }

int log(std::uint32_t m) {
  int t = 0;
  while (m >> (t + 1) != 0) ++t;
  const std::uint32_t below = t >= 10 ? m >> (t - 10) : m << (10 - t);
  return ((t * 45426) >> 8) + kMantissa[below & 1023];
}

std::int64_t reciprocal(unsigned j) { return kReciprocal[j]; }

History history(int state) { return kHistory[static_cast<std::size_t>(state)]; }

int next_state(int state, int y) { return kNext[static_cast<std::size_t>(2 * state + y)]; }

void Counter::learn(int bit, unsigned limit) {
  const std::int64_t y = bit;
  p += (((y << 22) - y - p) * reciprocal(count)) >> 16;
  if (count < limit) ++count;
}

Refiner::Refiner(std::size_t contexts) {
  std::array<std::int64_t, 32> points{};
  for (int j = 0; j < 32; ++j) points[j] = squash(clamp(200 * j - 3100, kLimit));
  points_.assign(contexts, points);
}

std::int64_t Refiner::refine(std::size_t context, std::int64_t x) const {
  const std::int64_t q = x + 3100, f = q % 200;
  const auto j = static_cast<std::size_t>(q / 200);
  return (points_[context][j] * (200 - f) + points_[context][j + 1] * f) / 200;
}

void Refiner::learn(std::size_t context, std::int64_t x, int bit, std::uint64_t bits, int shift) {
  const std::int64_t q = x + 3100;
  const auto j = static_cast<std::size_t>(q / 200);
  const std::int64_t dither = static_cast<std::uint32_t>(bits * 0x9E3779B1) >> 26;
  std::int64_t& p = points_[context][q % 200 >= 100 ? j + 1 : j];
  p += (65535 * bit - p + (dither >> (6 - shift))) >> shift;
}

}  // namespace nnzip::mixer_reference
