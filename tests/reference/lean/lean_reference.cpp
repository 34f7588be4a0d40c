// SPDX-License-Identifier: Apache-2.0
// Every number is computed where it is needed.
#include "reference/lean/lean_reference.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "coder/range_encoder.h"
#include "reference/lean/lean_tree.h"
#include "reference/mixer/mixer_reference_code.h"
#include "reference/mixer/mixer_reference_tables.h"

namespace nnzip::mixer_reference {
namespace {

// Of an effort: contexts besides order 1, least lengths of matches.
struct Plan {
  std::vector<std::size_t> contexts, least;
};
Plan plan_of(Effort effort) {
  if (effort == Effort::kSmall) return {{0, 2, 4, 5}, {5, 12}};
  return {{0, 1, 3, 4, 5, 6, 7}, {5, 16}};
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
  struct Entry {
    std::uint64_t check = 0;
    std::size_t position = 0;
  };
  std::size_t least;
  std::vector<Entry> entries;
  std::vector<std::array<Counter, 2>> counters;
  std::size_t m = 0, length = 0;
  Entry* asked = nullptr;  // with that check
  std::uint64_t check = 0;
  Counter* taken = nullptr;
};

class LeanReference {
 public:
  LeanReference(const Bytes& content, const Layout& layout, Effort effort)
      : content_(content),
        layout_(layout),
        plan_(plan_of(effort)),
        line_bits_(std::clamp(bits_for(content.size()), 8, 18)),
        match_bits_(std::clamp(bits_for(content.size()), 10, 18)),
        position_bits_(std::max(bits_for(content.size()), 26)),
        lines_(std::size_t{1} << line_bits_),
        order1_(65536),
        by_c1_(1024),
        by_expected_(1024) {
    counters_.resize(plan_.contexts.size() + 1);
    for (auto& counters : counters_) {
      for (int state = 0; state < kHistories; ++state) {
        const auto [zeros, ones, last] = history(state);
        counters.push_back(
            Counter::start(std::int64_t{5 * ones + 2} * 65535 / (5 * (zeros + ones) + 4),
                           static_cast<unsigned>(std::min(zeros + ones, 30))));
      }
    }
    for (const std::size_t least : plan_.least) {
      Match match{least, std::vector<Match::Entry>(std::size_t{1} << match_bits_), {}};
      for (int bucket = 0; bucket < 16; ++bucket) {
        const int right = 65535 - 20000 / (bucket * bucket + 1);
        match.counters.push_back({Counter::start(65535 - right, 4), Counter::start(right, 4)});
      }
      matches_.push_back(std::move(match));
    }
    const Weights first(plan_.contexts.size() + plan_.least.size() + 2, 800);
    for (const std::size_t size : {256, 128, 256, 256, 256, 256}) {
      sets_.emplace_back(size, first);
    }
  }

  Bytes code() {
    RangeEncoder out;
    const bool even = layout_.form == Form::kCode || content_.size() < 1024;
    const Numbers numbers = even ? Numbers(256, 1) : numbers_of(content_);
    code_numbers(numbers, out);
    std::map<std::pair<unsigned, unsigned>, unsigned> nodes;
    for (e_ = 0; e_ < content_.size(); end_byte()) {
      std::vector<std::uint32_t> now = hashes();
      begin_ = 0;
      end_ = 256;
      for (unsigned d = 0, y = 0;; ++d) {
        const auto [place, is_new] = nodes.try_emplace({begin_, end_});
        if (is_new) place->second = node_of(numbers, begin_, end_);
        const unsigned c = place->second;
        if (c == 0) break;
        for (std::uint32_t& h : now) {
          if (d % 4 == 3) {
            h = (h + c * 0x9E3779B1u) * 0x85EBCA6Bu;
            h ^= h >> 15;
          }
          if (d > 0 && d % 4 == 0 && y == 1) h ^= 0x5B;
        }
        if (d % 4 == 0) look_up(now);
        y = content_[e_] >= c ? 1 : 0;
        code_decision(c, d, static_cast<int>(y), out);
        (y == 1 ? begin_ : end_) = c;
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
    std::uint64_t v5 = join(kinds_ % 0x1000000, c1), v7 = 256 * col() + c1;
    if (code) {
      v4 = join(code_.position(), code_.whole());
      v5 = recent(2) & 0xFF00;
      v7 = join(code_.position(), code_.whole(), code_.shapes()[0], code_.shapes()[1]);
    } else if (layout_.stride != 0) {
      const std::uint64_t s = layout_.stride, w = layout_.element;
      const std::uint64_t north = at(s), a = at(w), corner = at(s + w);
      const auto plane = static_cast<std::int64_t>(a + north) - static_cast<std::int64_t>(corner);
      const auto limited = static_cast<std::uint64_t>(std::clamp<std::int64_t>(plane, 0, 255));
      v4 = (e_ % w << 24) + (limited << 16) + c1;
      v5 = (e_ % s << 8) | north;
      v7 = join(e_ % w, (north << 8) + at(2 * s));
    }
    return {recent(2), recent(3), recent(4), recent(6), v4, v5, recent(4) & 0xFFFF0000, v7};
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
    for (const std::size_t i : plan_.contexts) {
      std::uint64_t h = (all[i] + i * 0xD6E8FEB86659FD93) * 0x9E3779B97F4A7C15;
      h = (h ^ (h >> 32)) * 0xC2B2AE3D27D4EB4F;
      result.push_back(static_cast<std::uint32_t>(h >> 32));
    }
    return result;
  }

  void look_up(const std::vector<std::uint32_t>& hashes) {
    slots_.clear();
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
    place_ = 1;
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

  void code_decision(unsigned c, unsigned d, int y, RangeEncoder& out) {
    const std::size_t k = std::min(d, 7u);
    Weights x;
    std::vector<std::uint8_t*> states = {&order1_[256 * at(1) + c]};
    for (Slot* slot : slots_) states.push_back(&slot->states[place_]);
    std::vector<Counter*> taken;
    for (std::size_t i = 0; i < states.size(); ++i) {
      taken.push_back(&counters_[i][*states[i]]);
      x.push_back(taken[i]->x());
    }
    std::size_t b = 0;
    for (Match& match : matches_) {
      const unsigned expects = match.m != 0 ? content_[match.m] : 256u;
      const bool spoken = expects >= begin_ && expects < end_;
      match.taken = nullptr;
      if (spoken) match.taken = &match.counters[bucket(match.length)][expects >= c ? 1 : 0];
      x.push_back(spoken ? match.taken->x() : 0);
      if (spoken && &match == matches_.data()) b = bucket(match.length);
    }
    x.push_back(256);
    const bool speaks = matches_[0].taken != nullptr;
    const unsigned expected = speaks ? 256u + content_[matches_[0].m] : 0;

    const std::array<std::size_t, 6> choices = {c, 8 * b + k, at(1), place(), at(2), col()};
    std::vector<Weights*> chosen;
    for (std::size_t i = 0; i < 6; ++i) chosen.push_back(&sets_[i][choices[i]]);
    const std::int64_t z = sum(x, chosen);
    const std::size_t a1 = spread(static_cast<std::uint32_t>(256 * at(1) + c));
    const std::size_t a2 = spread(speaks ? static_cast<std::uint32_t>((expected << 16) + 8 * b + k)
                                         : static_cast<std::uint32_t>(recent(2)) * 0x85EBCA6Bu + c);
    const std::int64_t p = (2 * squash(z) + by_c1_.refine(a1, z) + by_expected_.refine(a2, z)) >> 2;
    out.encode_bit(y != 0, static_cast<std::uint32_t>(std::clamp<std::int64_t>(p, 8, 65528)));

    move_weights(x, chosen, 65536 * y - squash(z));
    ++bits_;
    by_c1_.learn(a1, z, y, bits_);
    by_expected_.learn(a2, z, y, bits_);
    for (Counter* counter : taken) counter->learn(y);
    for (std::uint8_t* state : states) {
      *state = static_cast<std::uint8_t>(next_state(*state, y));
    }
    for (const Match& match : matches_) {
      if (match.taken != nullptr) match.taken->learn(y);
    }
    place_ = 2 * place_ + static_cast<unsigned>(y);
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
    if (x == 10) line_ = e_;
    const bool upper = x >= 'A' && x <= 'Z';
    const bool letter = upper || (x >= 'a' && x <= 'z') || x >= 128;
    word_ = letter ? grow(word_, static_cast<std::uint8_t>(upper ? x + 32 : x)) : 0;
    if (kind_of(x) != kinds_ % 8) kinds_ = 8 * kinds_ + kind_of(x);
    if (layout_.form == Form::kCode) code_.take(x, layout_.element);
    for (Match& match : matches_) move_match(match, x);
  }

  void move_match(Match& match, std::uint8_t x) {
    if (match.m != 0) {
      match.length = content_[match.m] == x ? std::min<std::size_t>(match.length + 1, 400) : 0;
      ++match.m;
    }
    const std::size_t least = match.least, hashed = least - 1;
    if (match.asked != nullptr) {
      const Match::Entry entry = *match.asked;
      if (match.length < least && (entry.check != 0 || entry.position != 0) &&
          entry.check == match.check) {
        const std::size_t p = entry.position + 1;
        std::size_t equal = 0;
        while (equal < std::min<std::size_t>(p, 400) &&
               content_[p - 1 - equal] == content_[e_ - 1 - equal]) {
          ++equal;
        }
        if (equal >= least) {
          match.m = p;
          match.length = equal;
        }
      }
      *match.asked = {match.check, e_ - 1};
    }
    if (e_ < hashed) return;
    const std::size_t width = std::min<std::size_t>(hashed, 8);
    std::uint64_t u = 0, v = 0;
    for (std::size_t i = 0; i < width; ++i) {
      u |= at(width - i) << (8 * i);
      v |= at(hashed - i) << (8 * i);
    }
    std::uint64_t q = u * 0x9E3779B97F4A7C15;
    q = (q ^ (q >> 29) ^ v) * 0xC2B2AE3D27D4EB4F;
    match.asked = &match.entries[q >> (64 - match_bits_)];
    match.check = (q >> 32) % (std::uint64_t{1} << (32 - position_bits_));
  }

  const Bytes& content_;
  Layout layout_;
  Plan plan_;
  int line_bits_, match_bits_, position_bits_;  // G, M, P
  std::vector<Line> lines_;
  std::vector<std::uint8_t> order1_;
  std::vector<Match> matches_;
  Refiner by_c1_, by_expected_;
  std::vector<std::vector<Counter>> counters_;
  std::vector<std::vector<Weights>> sets_;

  std::size_t e_ = 0, line_ = 0;
  unsigned begin_ = 0, end_ = 256;  // values that the byte may have
  std::uint32_t word_ = 0;
  std::uint64_t kinds_ = 0;
  CodeState code_;
  std::uint64_t bits_ = 0;
  std::vector<Slot*> slots_;
  unsigned place_ = 1;
};

}  // namespace

Bytes lean_reference(const Bytes& content, const Layout& layout, Effort effort) {
  return LeanReference(content, layout, effort).code();
}

}  // namespace nnzip::mixer_reference
