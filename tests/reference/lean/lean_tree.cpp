// SPDX-License-Identifier: Apache-2.0
// Sums are added up anew for each question.
#include "reference/lean/lean_tree.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "reference/mixer/mixer_reference_tables.h"

namespace nnzip::mixer_reference {

Numbers numbers_of(const Bytes& content) {
  Numbers numbers(256);
  for (unsigned value = 0; value < 256; ++value) {
    const auto times = static_cast<std::uint64_t>(
        std::count(content.begin(), content.end(), static_cast<std::uint8_t>(value)));
    if (times == 0) continue;
    unsigned bits = 0;
    while (times * 16384 / content.size() >> bits != 0) ++bits;
    numbers[value] = std::clamp(bits, 1u, 15u);
  }
  return numbers;
}

void code_numbers(const Numbers& numbers, RangeEncoder& out) {
  const bool even = numbers == Numbers(256, 1);
  out.encode_bit(even, 32768);
  if (even) return;
  std::vector<std::vector<Counter>> counters(16,
                                             std::vector<Counter>(16, Counter::start(32768, 0)));
  unsigned before = 0;
  for (const unsigned number : numbers) {
    for (unsigned bits = 1, k = 4; k-- > 0;) {
      Counter& counter = counters[before][bits];
      const unsigned bit = number >> k & 1;
      out.encode_bit(
          bit != 0, static_cast<std::uint32_t>(std::clamp<std::int64_t>(counter.p16(), 64, 65472)));
      counter.learn(static_cast<int>(bit), 30);
      bits = 2 * bits + bit;
    }
    before = number;
  }
}

// Where the values [begin, end) part; 0 if no more than one of them occurs.
unsigned node_of(const Numbers& numbers, unsigned begin, unsigned end) {
  const auto sum = [&](unsigned from, unsigned to) {
    std::int64_t total = 0;
    for (unsigned i = from; i < to; ++i)
      total += numbers[i] == 0 ? 0 : std::int64_t{1} << numbers[i];
    return total;
  };
  unsigned best = 0;
  std::int64_t least = 0;
  for (unsigned s = begin + 1; s < end; ++s) {
    if (numbers[s] == 0 || sum(begin, s) == 0) continue;
    const std::int64_t difference = std::abs(sum(begin, s) - sum(s, end));
    if (best == 0 || difference < least) {
      best = s;
      least = difference;
    }
  }
  return best;
}

}  // namespace nnzip::mixer_reference
