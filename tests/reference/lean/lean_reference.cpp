// SPDX-License-Identifier: Apache-2.0
// Every number is computed where it is needed.
#include "reference/lean/lean_reference.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "coder/range_encoder.h"
#include "reference/mixer/mixer_reference_code.h"
#include "reference/mixer/mixer_reference_tables.h"

namespace nnzip::mixer_reference {
namespace {

constexpr std::size_t kContexts = 9, kInputs = 10;

int bits_for(std::size_t n) {
  int l = 0;
  while (std::size_t{1} << l < n) ++l;
  return l;
}

struct Slot {
  std::uint8_t check = 0;
  std::array<std::uint8_t, 16> states{};  // at the numbers of the nodes
};
using Line = std::array<Slot, 4>;
using Weights = std::array<std::int64_t, kInputs>;

class LeanReference {
 public:
  LeanReference(const Bytes& content, const Layout& layout)
      : content_(content),
        layout_(layout),
        line_bits_(std::clamp(bits_for(content.size()), 8, 18)),
        match_bits_(std::clamp(bits_for(content.size()), 10, 18)),
        lines_(std::size_t{1} << line_bits_),
        order1_(256),
        positions_(std::size_t{1} << match_bits_),
        by_c1_(1024),
        by_expected_(1024) {
    for (auto& counters : counters_) {
      for (int state = 0; state < kHistories; ++state) {
        const auto [zeros, ones, last] = history(state);
        counters.push_back(
            Counter::start(std::int64_t{5 * ones + 2} * 65535 / (5 * (zeros + ones) + 4),
                           static_cast<unsigned>(std::min(zeros + ones, 30))));
      }
    }
    for (int bucket = 0; bucket < 16; ++bucket) {
      const int right = 65535 - 20000 / (bucket * bucket + 1);
      match_counters_.push_back({Counter::start(65535 - right, 4), Counter::start(right, 4)});
    }
    Weights first;
    first.fill(1600);
    sets_[0].assign(256, first);
    sets_[1].assign(128, first);
    sets_[2].assign(256, first);
  }

  Bytes code() {
    RangeEncoder out;
    for (e_ = 0; e_ < content_.size(); end_byte()) {
      const std::array<std::uint32_t, kContexts - 1> first = hashes();
      auto now = first;
      for (unsigned k = 0, c = 1; k < 8; ++k) {
        if (k == 4) {
          for (std::uint32_t& h : now) {
            h = (h + c * 0x9E3779B1u) * 0x85EBCA6Bu;
            h ^= h >> 15;
          }
        }
        if (k % 4 == 0) look_up(now, k == 0 ? 0 : c - 15);
        const int bit = content_[e_] >> (7 - k) & 1;
        code_bit(c, k, bit, out);
        c = 2 * c + static_cast<unsigned>(bit);
      }
    }
    return out.finish();
  }

 private:
  std::uint64_t at(std::size_t d) const { return d <= e_ ? content_[e_ - d] : 0; }
  std::uint64_t recent(std::size_t n) const {
    std::uint64_t r = 0;
    for (std::size_t d = n; d >= 1; --d) r = r << 8 | at(d);
    return r;
  }

  std::array<std::uint64_t, kContexts - 1> values() const {
    const std::uint64_t c1 = at(1);
    std::uint64_t w = word_ != 0 ? std::uint64_t{word_} << 8 : c1;
    std::uint64_t near = recent(3) & 0xFFFF00, place = 0;
    if (layout_.form == Form::kCode) {
      w = code_.values().word;
      place = code_.values().gradient;
    } else if (layout_.stride != 0) {
      const std::uint64_t column = e_ % layout_.stride, above = at(layout_.stride);
      const auto plane = static_cast<std::int64_t>(at(layout_.element) + above) -
                         static_cast<std::int64_t>(at(layout_.stride + layout_.element));
      const auto limited = static_cast<std::uint64_t>(std::clamp<std::int64_t>(plane, 0, 255));
      w = (e_ % layout_.element << 24) + (limited << 16) + c1;
      near = (column << 8) + c1;
      place = (column << 8) | above;
    } else {
      const std::size_t p = line_before_ + (e_ - line_);
      place = (p < line_ ? std::uint64_t{content_[p]} << 16 : 0) + c1;
    }
    return {recent(2), recent(3), recent(4), recent(6), recent(4) & 0xFFFF0000, w, near, place};
  }

  std::array<std::uint32_t, kContexts - 1> hashes() const {
    const auto all = values();
    std::array<std::uint32_t, kContexts - 1> result;
    for (std::size_t i = 0; i < all.size(); ++i) {
      std::uint64_t h = (all[i] + i * 0xD6E8FEB86659FD93) * 0x9E3779B97F4A7C15;
      h = (h ^ (h >> 32)) * 0xC2B2AE3D27D4EB4F;
      result[i] = static_cast<std::uint32_t>(h >> 32);
    }
    return result;
  }

  void look_up(const std::array<std::uint32_t, kContexts - 1>& hashes, unsigned nibble) {
    slots_[0] = &order1_[at(1)][nibble];
    for (std::size_t i = 0; i < hashes.size(); ++i) {
      Line& line = lines_[hashes[i] >> (32 - line_bits_)];
      const auto check = static_cast<std::uint8_t>(hashes[i]);
      auto found = std::find_if(line.begin(), line.end(),
                                [&](const Slot& slot) { return slot.check == check; });
      if (found == line.end()) {
        found = std::min_element(line.begin(), line.end(), [](const Slot& a, const Slot& b) {
          return a.states[1] < b.states[1];
        });
        *found = {check, {}};
      }
      slots_[i + 1] = &*found;
    }
    node_ = 1;
  }

  std::size_t bucket() const {
    const std::size_t l = length_;
    return l < 8     ? l
           : l < 16  ? 8 + (l - 8) / 4
           : l < 32  ? 10 + (l - 16) / 8
           : l < 64  ? 12
           : l < 128 ? 13
           : l < 400 ? 14
                     : 15;
  }

  void code_bit(unsigned c, unsigned k, int bit, RangeEncoder& out) {
    std::array<std::int64_t, kInputs> x{};
    std::array<Counter*, kContexts> taken;
    for (std::size_t i = 0; i < kContexts; ++i) {
      taken[i] = &counters_[i][slots_[i]->states[node_]];
      x[i] = taken[i]->x();
    }
    const unsigned expected = m_ != 0 ? 256u + content_[m_] : 0;
    const bool speaks = m_ != 0 && expected >> (8 - k) == c;
    const std::size_t b = speaks ? bucket() : 0;
    Counter* const match = speaks ? &match_counters_[b][expected >> (7 - k) & 1] : nullptr;
    if (speaks) x[kContexts] = match->x();

    const std::array<Weights*, 3> chosen = {&sets_[0][c], &sets_[1][8 * b + k], &sets_[2][at(1)]};
    const std::int64_t z = sum(x, chosen);
    const std::size_t a1 = spread(static_cast<std::uint32_t>(256 * at(1) + c));
    const std::size_t a2 = spread(speaks ? static_cast<std::uint32_t>((expected << 16) + 8 * b + k)
                                         : static_cast<std::uint32_t>(recent(2)) * 0x85EBCA6Bu + c);
    const std::int64_t p = (2 * squash(z) + by_c1_.refine(a1, z) + by_expected_.refine(a2, z)) >> 2;
    out.encode_bit(bit != 0, static_cast<std::uint32_t>(std::clamp<std::int64_t>(p, 8, 65528)));

    move_weights(x, chosen, 65536 * bit - squash(z));
    ++bits_;
    by_c1_.learn(a1, z, bit, bits_);
    by_expected_.learn(a2, z, bit, bits_);
    for (std::size_t i = 0; i < kContexts; ++i) {
      taken[i]->learn(bit);
      std::uint8_t& state = slots_[i]->states[node_];
      state = static_cast<std::uint8_t>(next_state(state, bit));
    }
    if (match != nullptr) match->learn(bit);
    node_ = 2 * node_ + static_cast<unsigned>(bit);
  }

  static std::size_t spread(std::uint32_t v) { return (v * 0x9E3779B1u >> 16) % 1024; }

  static std::int64_t sum(const std::array<std::int64_t, kInputs>& x,
                          const std::array<Weights*, 3>& chosen) {
    std::array<std::int64_t, 4> lanes{};
    for (const Weights* const weights : chosen) {
      for (std::size_t i = 0; i < kInputs; ++i) lanes[i / 2 % 4] += x[i] * (*weights)[i];
    }
    std::int64_t total = 0;
    for (const std::int64_t lane : lanes) total += lane >> 4;
    return clamp(total >> 10, kLimit);
  }

  static void move_weights(const std::array<std::int64_t, kInputs>& x,
                           const std::array<Weights*, 3>& chosen, std::int64_t error) {
    for (Weights* const weights : chosen) {
      for (std::size_t i = 0; i < kInputs; ++i) {
        const std::int64_t w = (*weights)[i] + ((8 * x[i] * (error / 64) + 32768) >> 16);
        (*weights)[i] = std::clamp<std::int64_t>(w, -32768, 32767);
      }
    }
  }

  void end_byte() {
    const std::uint8_t x = content_[e_++];
    if (x == 10) {
      line_before_ = line_;
      line_ = e_;
    }
    const bool upper = x >= 'A' && x <= 'Z';
    const bool letter = upper || (x >= 'a' && x <= 'z') || x >= 128;
    word_ = letter ? grow(word_, static_cast<std::uint8_t>(upper ? x + 32 : x)) : 0;
    if (layout_.form == Form::kCode) code_.take(x, layout_.element);
    move_match(x);
  }

  void move_match(std::uint8_t x) {
    if (m_ != 0) {
      length_ = content_[m_] == x ? std::min<std::size_t>(length_ + 1, 400) : 0;
      ++m_;
    }
    if (e_ < 5) return;
    std::uint64_t u = 0;
    for (std::size_t i = 0; i < 5; ++i) u |= at(5 - i) << (8 * i);
    std::uint64_t q = u * 0x9E3779B97F4A7C15;
    q = (q ^ (q >> 29) ^ u) * 0xC2B2AE3D27D4EB4F;
    std::size_t& entry = positions_[q >> (64 - match_bits_)];
    if (length_ < 5 && entry != 0) {
      std::size_t equal = 0;
      while (equal < std::min<std::size_t>(entry, 400) &&
             content_[entry - 1 - equal] == content_[e_ - 1 - equal]) {
        ++equal;
      }
      if (equal >= 5) {
        m_ = entry;
        length_ = equal;
      }
    }
    entry = e_;
  }

  const Bytes& content_;
  Layout layout_;
  int line_bits_, match_bits_;
  std::vector<Line> lines_;
  std::vector<std::array<Slot, 17>> order1_;
  std::vector<std::size_t> positions_;
  Refiner by_c1_, by_expected_;
  std::array<std::vector<Counter>, kContexts> counters_;
  std::vector<std::array<Counter, 2>> match_counters_;
  std::array<std::vector<Weights>, 3> sets_;

  std::size_t e_ = 0, line_ = 0, line_before_ = 0;
  std::uint32_t word_ = 0;
  CodeState code_;
  std::size_t m_ = 0, length_ = 0;  // of the match
  std::uint64_t bits_ = 0;
  std::array<Slot*, kContexts> slots_{};
  unsigned node_ = 1;
};

}  // namespace

Bytes lean_reference(const Bytes& content, const Layout& layout) {
  return LeanReference(content, layout).code();
}

}  // namespace nnzip::mixer_reference
