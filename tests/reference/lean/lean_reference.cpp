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

// Of an effort: contexts besides order 1, groups of sets of weights, least lengths of matches.
struct Plan {
  std::size_t hashed, groups;
  std::vector<std::size_t> least;
  bool bias;
};
Plan plan_of(Effort effort) {
  if (effort == Effort::kSmall) return {6, 4, {5}, false};
  return {12, 6, {5, 16}, true};
}

unsigned kind_of(std::uint64_t x) {
  if (x >= 128) return 5;
  if (x < 32) return 0;
  if (x == 32) return 1;
  if (x >= '0' && x <= '9') return 2;
  return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') ? 4 : 3;
}

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
using Weights = std::vector<std::int64_t>;

// A model of what the content repeats.
struct Match {
  std::size_t least;
  std::vector<std::size_t> positions;
  std::vector<std::array<Counter, 2>> counters;
  std::size_t m = 0, length = 0;
  Counter* taken = nullptr;
};

class LeanReference {
 public:
  LeanReference(const Bytes& content, const Layout& layout, Effort effort)
      : content_(content),
        layout_(layout),
        effort_(effort),
        plan_(plan_of(effort)),
        line_bits_(std::clamp(bits_for(content.size()), 8, 18)),
        match_bits_(std::clamp(bits_for(content.size()), 10, 18)),
        lines_(std::size_t{1} << line_bits_),
        order1_(256),
        by_c1_(1024),
        by_expected_(1024) {
    counters_.resize(plan_.hashed + 1);
    for (auto& counters : counters_) {
      for (int state = 0; state < kHistories; ++state) {
        const auto [zeros, ones, last] = history(state);
        counters.push_back(
            Counter::start(std::int64_t{5 * ones + 2} * 65535 / (5 * (zeros + ones) + 4),
                           static_cast<unsigned>(std::min(zeros + ones, 30))));
      }
    }
    for (const std::size_t least : plan_.least) {
      Match match{least, std::vector<std::size_t>(std::size_t{1} << match_bits_), {}};
      for (int bucket = 0; bucket < 16; ++bucket) {
        const int right = 65535 - 20000 / (bucket * bucket + 1);
        match.counters.push_back({Counter::start(65535 - right, 4), Counter::start(right, 4)});
      }
      matches_.push_back(std::move(match));
    }
    const std::size_t inputs = plan_.hashed + 1 + plan_.least.size() + (plan_.bias ? 1 : 0);
    const Weights first(inputs, static_cast<std::int64_t>(4800 / plan_.groups));
    for (const std::size_t size : {256, 128, 256, 256, 256, 256}) {
      sets_.emplace_back(size, first);
    }
  }

  Bytes code() {
    RangeEncoder out;
    for (e_ = 0; e_ < content_.size(); end_byte()) {
      std::vector<std::uint32_t> now = hashes();
      for (unsigned k = 0, c = 1; k < 8; ++k) {
        for (std::uint32_t& h : now) {
          if (k == 3) {
            h = (h + c * 0x9E3779B1u) * 0x85EBCA6Bu;
            h ^= h >> 15;
          }
          if (k == 4 && c % 2 == 1) h ^= 0x5B;
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

  std::vector<std::uint64_t> values() const {
    const std::uint64_t c1 = at(1);
    const bool code = layout_.form == Form::kCode;
    // Of text.
    std::uint64_t v4 = word_ != 0 ? std::uint64_t{word_} << 8 : c1;
    std::uint64_t v5 = join(kinds_ % 0x1000000, c1), v7 = join(v4, word_before_);
    std::uint64_t v8 = 256 * col() + c1, v10 = c1, v11 = join(fields_, field_);
    if (const std::size_t p = line_before_ + (e_ - line_); p < line_) {
      v10 += std::uint64_t{content_[p]} << 16;
    }
    if (code) {
      const auto all = code_.values();
      v4 = all.word;
      v5 = recent(2) & 0xFF00;
      v7 = all.wordpair;
      v8 = all.wordskip;
      v10 = all.gradient;
      v11 = recent(4) & 0xF0F0F0F0;
    } else if (layout_.stride != 0) {
      const std::uint64_t s = layout_.stride, w = layout_.element;
      const std::uint64_t north = at(s), a = at(w), corner = at(s + w);
      const auto plane = static_cast<std::int64_t>(a + north) - static_cast<std::int64_t>(corner);
      const auto limited = static_cast<std::uint64_t>(std::clamp<std::int64_t>(plane, 0, 255));
      v4 = (e_ % w << 24) + (limited << 16) + c1;
      v5 = (e_ % s << 8) | north;
      v7 = join(e_ % w, (corner << 16) + (north << 8) + a);
      v8 = join(e_ % w, (north << 8) + at(2 * s));
      v10 = join(e_ % w, ((a + north + 1) / 2 << 8) + c1);
      v11 = recent(4) & 0xF0F0F0F0;
    }
    const bool skips = code && effort_ == Effort::kSmall;
    return {recent(2),
            recent(3),
            recent(4),
            skips ? recent(4) & 0xFFFF0000 : recent(6),
            v4,
            v5,
            recent(4) & 0xFFFF0000,
            v7,
            v8,
            std::uint64_t{after_[c1]} * 256 + c1,
            v10,
            v11};
  }

  std::uint64_t col() const { return std::min<std::size_t>(e_ - line_, 255); }
  std::size_t place() const {
    if (layout_.form == Form::kCode) return code_.position();
    if (layout_.stride != 0) return e_ % layout_.stride % 256;
    return 36 * kind_of(at(1)) + 6 * kind_of(at(2)) + kind_of(at(3));
  }

  std::vector<std::uint32_t> hashes() const {
    const auto all = values();
    std::vector<std::uint32_t> result;
    for (std::size_t i = 0; i < plan_.hashed; ++i) {
      std::uint64_t h = (all[i] + i * 0xD6E8FEB86659FD93) * 0x9E3779B97F4A7C15;
      h = (h ^ (h >> 32)) * 0xC2B2AE3D27D4EB4F;
      result.push_back(static_cast<std::uint32_t>(h >> 32));
    }
    return result;
  }

  void look_up(const std::vector<std::uint32_t>& hashes, unsigned nibble) {
    slots_ = {&order1_[at(1)][nibble]};
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
      slots_.push_back(&*found);
    }
    node_ = 1;
  }

  static std::size_t bucket(std::size_t l) {
    return l < 8     ? l
           : l < 16  ? 8 + (l - 8) / 4
           : l < 32  ? 10 + (l - 16) / 8
           : l < 64  ? 12
           : l < 128 ? 13
           : l < 400 ? 14
                     : 15;
  }

  void code_bit(unsigned c, unsigned k, int bit, RangeEncoder& out) {
    Weights x;
    std::vector<Counter*> taken;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      taken.push_back(&counters_[i][slots_[i]->states[node_]]);
      x.push_back(taken[i]->x());
    }
    std::size_t b = 0;
    for (Match& match : matches_) {
      const unsigned expects = match.m != 0 ? 256u + content_[match.m] : 0;
      const bool spoken = match.m != 0 && expects >> (8 - k) == c;
      match.taken = nullptr;
      if (spoken) match.taken = &match.counters[bucket(match.length)][expects >> (7 - k) & 1];
      x.push_back(spoken ? match.taken->x() : 0);
      if (spoken && &match == matches_.data()) b = bucket(match.length);
    }
    if (plan_.bias) x.push_back(256);
    const bool speaks = matches_[0].taken != nullptr;
    const unsigned expected = speaks ? 256u + content_[matches_[0].m] : 0;

    const std::array<std::size_t, 6> choices = {c, 8 * b + k, at(1), place(), at(2), col()};
    std::vector<Weights*> chosen;
    for (std::size_t i = 0; i < plan_.groups; ++i) chosen.push_back(&sets_[i][choices[i]]);
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
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      taken[i]->learn(bit);
      std::uint8_t& state = slots_[i]->states[node_];
      state = static_cast<std::uint8_t>(next_state(state, bit));
    }
    for (const Match& match : matches_) {
      if (match.taken != nullptr) match.taken->learn(bit);
    }
    node_ = 2 * node_ + static_cast<unsigned>(bit);
  }

  static std::size_t spread(std::uint32_t v) { return (v * 0x9E3779B1u >> 16) % 1024; }

  static std::int64_t sum(const Weights& x, const std::vector<Weights*>& chosen) {
    std::array<std::int64_t, 8> lanes{};
    for (const Weights* const weights : chosen) {
      for (std::size_t i = 0; i < x.size(); ++i) lanes[i / 2] += x[i] * (*weights)[i];
    }
    std::int64_t total = 0;
    for (const std::int64_t lane : lanes) total += lane >> 4;
    return clamp(total >> 10, kLimit);
  }

  static void move_weights(const Weights& x, const std::vector<Weights*>& chosen,
                           std::int64_t error) {
    for (Weights* const weights : chosen) {
      for (std::size_t i = 0; i < x.size(); ++i) {
        const std::int64_t w = (*weights)[i] + ((6 * x[i] * (error / 64) + 32768) >> 16);
        (*weights)[i] = std::clamp<std::int64_t>(w, -32768, 32767);
      }
    }
  }

  void end_byte() {
    const std::uint8_t x = content_[e_++];
    std::uint32_t& after = after_[at(2)];
    after = (after << 8 | x) & 0xFFFF;
    if (x == 10) {
      line_before_ = line_;
      line_ = e_;
    }
    const bool upper = x >= 'A' && x <= 'Z';
    const bool letter = upper || (x >= 'a' && x <= 'z') || x >= 128;
    if (!letter && word_ != 0) word_before_ = word_;
    word_ = letter ? grow(word_, static_cast<std::uint8_t>(upper ? x + 32 : x)) : 0;
    const bool ends = x == 9 || x == 32 || x == 44 || x == 59 || x == 124;
    fields_ = x == 10 ? 0 : std::min(fields_ + (ends ? 1 : 0), 255);
    field_ = x == 10 || ends ? 0 : grow(field_, x);
    if (kind_of(x) != kinds_ % 8) kinds_ = 8 * kinds_ + kind_of(x);
    if (layout_.form == Form::kCode) code_.take(x, layout_.element);
    for (Match& match : matches_) move_match(match, x);
  }

  void move_match(Match& match, std::uint8_t x) {
    if (match.m != 0) {
      match.length = content_[match.m] == x ? std::min<std::size_t>(match.length + 1, 400) : 0;
      ++match.m;
    }
    const std::size_t least = match.least, width = std::min<std::size_t>(least, 8);
    if (e_ < least) return;
    std::uint64_t u = 0, v = 0;
    for (std::size_t i = 0; i < width; ++i) {
      u |= at(width - i) << (8 * i);
      v |= at(least - i) << (8 * i);
    }
    std::uint64_t q = u * 0x9E3779B97F4A7C15;
    q = (q ^ (q >> 29) ^ v) * 0xC2B2AE3D27D4EB4F;
    std::size_t& entry = match.positions[q >> (64 - match_bits_)];
    if (match.length < least && entry != 0) {
      std::size_t equal = 0;
      while (equal < std::min<std::size_t>(entry, 400) &&
             content_[entry - 1 - equal] == content_[e_ - 1 - equal]) {
        ++equal;
      }
      if (equal >= least) {
        match.m = entry;
        match.length = equal;
      }
    }
    entry = e_;
  }

  const Bytes& content_;
  Layout layout_;
  Effort effort_;
  Plan plan_;
  int line_bits_, match_bits_;
  std::vector<Line> lines_;
  std::vector<std::array<Slot, 17>> order1_;
  std::vector<Match> matches_;
  Refiner by_c1_, by_expected_;
  std::vector<std::vector<Counter>> counters_;
  std::vector<std::vector<Weights>> sets_;

  std::size_t e_ = 0, line_ = 0, line_before_ = 0;
  std::uint32_t word_ = 0, word_before_ = 0, field_ = 0;
  int fields_ = 0;
  std::uint64_t kinds_ = 0;
  std::array<std::uint32_t, 256> after_{};
  CodeState code_;
  std::uint64_t bits_ = 0;
  std::vector<Slot*> slots_;
  unsigned node_ = 1;
};

}  // namespace

Bytes lean_reference(const Bytes& content, const Layout& layout, Effort effort) {
  return LeanReference(content, layout, effort).code();
}

}  // namespace nnzip::mixer_reference
