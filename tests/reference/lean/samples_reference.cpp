// SPDX-License-Identifier: Apache-2.0
// Every number is computed where it is needed.
#include "reference/lean/samples_reference.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <vector>

#include "coder/range_encoder.h"
#include "reference/mixer/mixer_reference_least_squares.h"
#include "reference/mixer/mixer_reference_tables.h"

namespace nnzip::mixer_reference {
namespace {

using Int = std::int64_t;
using Row = std::vector<Int>;

int bits_of(Int n) {
  int bits = 0;
  for (; n > 0; n >>= 1) ++bits;
  return bits;
}
Int sign_of(Int z) { return z > 0 ? 1 : z < 0 ? -1 : 0; }
Int power(Int n) { return Int{1} << n; }

Int half(Int r) {
  const int t = std::max(bits_of(r) - 1, 0);
  return 2 * t + (t > 0 && (r & power(t - 1)) != 0 ? 1 : 0);
}

Int place(Int z, Int T) {
  const int w = bits_of(T);
  const Int v = power(w + 15) / T, r = (z * v + power(w + 12)) >> (w + 13), a = std::abs(r);
  return 12 + sign_of(r) * (a <= 8 ? a : a <= 12 ? 9 : a <= 20 ? 10 : a <= 40 ? 11 : 12);
}

Int step(Int z, Int T) {
  const int w = bits_of(T);
  const Int v = power(w + 15) / T, r = (std::abs(z) * v) >> (w + 12);
  return sign_of(z) * (r == 0 ? 0 : std::min<Int>(1 + half(r), 8));
}

struct Mean {
  void learn(Int e, std::size_t n, std::size_t limit) {
    M += ((256 * std::abs(e) - M) * reciprocal(static_cast<unsigned>(std::min(n, limit)))) >> 16;
  }
  Int M;
};

struct Cascade {
  std::size_t own, other;
  LeastSquares squares;
  std::vector<Stage> stages;
  Mean M{};
  Row share = {}, inputs = {}, q = {};
  Int p0 = 0, best = 0;
};

struct Channel {
  std::vector<Cascade> cascades;
  Row amplitudes = Row(32), levels = Row(2), steps = Row(3);  // the last ones, the oldest first
  Mean F{}, S{};
  std::size_t n = 0;
};

std::vector<Cascade> cascades_of(Effort effort, bool alone) {
  const std::size_t o = alone ? 0 : 1;
  if (effort == Effort::kSmall) {
    return {{16 - 6 * o, 6 * o, {16, 1 << 9, 64}, {{256, 500000}, {16, 3200000}}}};
  }
  return {{16 - 6 * o, 6 * o, {16, 1 << 9, 64}, {{256, 500000}, {32, 1600000}, {16, 3200000}}},
          {4 - 2 * o,
           2 * o,
           {4, 1 << 13, 32},
           {{2048, 7000}, {1024, 40000}, {256, 200000}, {32, 1000000}}}};
}

class SamplesReference {
 public:
  SamplesReference(const Bytes& content, const Layout& layout, Effort effort)
      : content_(content), b_(layout.number_bytes()) {
    for (std::size_t i = 0; i + b_ <= content.size(); i += b_) {
      Int x = 0;
      for (std::size_t k = 0; k < b_; ++k) x = 256 * x + content[i + k];
      if (b_ == 1) x -= 128;
      if (b_ > 1 && x >= power(8 * static_cast<Int>(b_) - 1)) x -= power(8 * static_cast<Int>(b_));
      numbers_.push_back(x);
    }
    code_meaning();
    const Int E = least_mean();
    Channel first;
    first.cascades = cascades_of(effort, layout.channels == 1);
    first.F.M = first.S.M = power(12) * E;
    for (Cascade& cascade : first.cascades) {
      cascade.M.M = power(12) * E;
      cascade.share.assign(cascade.stages.size(), power(16));
    }
    channels_.assign(layout.channels, first);
  }

  Bytes code() {
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      c_ = i % channels_.size();
      d_ = (c_ + channels_.size() - 1) % channels_.size();
      predict();
      code_number(numbers_[i]);
      learn(numbers_[i] * unit());
    }
    for (std::size_t i = numbers_.size() * b_; i < content_.size(); ++i) plain(content_[i], 8);
    return out_.finish();
  }

 private:
  Int unit() const { return power(32 - W_); }
  Int least_mean() const { return std::max<Int>(unit() / 16, 16); }

  void plain(Int value, int bits) {
    for (int i = bits - 1; i >= 0; --i) out_.encode_bit((value >> i & 1) != 0, 32768);
  }

  // Makes short numbers of the numbers.
  void code_meaning() {
    if (b_ >= 3) {
      int u = 8 * static_cast<int>(b_) - 1;
      for (const Int x : numbers_) {
        while (x % power(u) != 0) --u;
      }
      plain(u, 5);
      for (Int& x : numbers_) x /= power(u);
    } else {
      code_used();
    }
    W_ = 1;
    for (const Int x : numbers_) {
      while (x < -power(W_ - 1) || x >= power(W_ - 1)) ++W_;
    }
    plain(W_ - 1, 5);
  }

  void code_used() {
    const Int end = power(8 * static_cast<Int>(b_) - 1);
    std::map<Int, Int> times;
    for (const Int x : numbers_) ++times[x];
    const auto of = [&](Int x) {
      const auto found = times.find(x);
      return found == times.end() ? 0 : found->second;
    };
    Int dense = 0, unused = 0, covered = 0, near = 0, last = -end, even = 0;
    std::map<Int, Int> distances;
    for (Int x = -end; x < -end + 32; ++x) near += of(x);
    for (Int x = -end + 16; x + 16 < end; ++x) {
      near += of(x + 16);
      if (near >= 132) {
        ++dense;
        unused += of(x) == 0 ? 1 : 0;
        covered += of(x);
        if (of(x) != 0) {
          ++distances[std::min<Int>(x - last, 1024)];
          last = x;
        }
      }
      near -= of(x - 16);
    }
    for (Int d = 0; d < 1024; ++d) even = std::max(even, distances[d] + distances[d + 1]);
    const bool flags = 4 * unused >= dense && 2 * covered > static_cast<Int>(numbers_.size()) &&
                       16 * even >= 15 * (dense - unused);
    plain(flags ? 1 : 0, 1);
    if (!flags) return;
    std::map<Int, Int> ranks;
    std::map<unsigned, Counter> counters;
    unsigned before = 0;
    Int z = 0;
    for (Int x = -end; x < end; ++x) {
      const int used = of(x) != 0 ? 1 : 0;
      Counter& counter = counters.try_emplace(before, Counter::start(32768, 0)).first->second;
      const Int P16 = std::clamp<Int>(counter.p16(), 64, 65472);
      out_.encode_bit(used == 1, static_cast<std::uint32_t>(P16));
      counter.learn(used);
      before = (2 * before + static_cast<unsigned>(used)) % 256;
      if (used == 1) {
        const auto rank = static_cast<Int>(ranks.size());
        ranks[x] = rank;
        z += x < 0 ? 1 : 0;
      }
    }
    for (Int& x : numbers_) x = ranks[x] - z;
  }

  void predict() {
    Channel &c = channels_[c_], &d = channels_[d_];
    for (Cascade& cascade : c.cascades) {
      cascade.inputs.assign(c.amplitudes.end() - static_cast<Int>(cascade.own), c.amplitudes.end());
      cascade.inputs.insert(cascade.inputs.end(),
                            d.amplitudes.end() - static_cast<Int>(cascade.other),
                            d.amplitudes.end());
      cascade.p0 = cascade.squares.predict(cascade.inputs);
      Int sum = power(16) * cascade.p0;
      cascade.q.clear();
      for (std::size_t j = 0; j < cascade.stages.size(); ++j) {
        cascade.q.push_back(cascade.stages[j].predict());
        sum += cascade.share[j] * cascade.q[j];
      }
      cascade.best = clamp(sum, power(40)) >> 8;
    }
    const Cascade& one = c.cascades.front();
    const Int X1 = c.levels[1], X2 = c.levels[0];
    if (c.cascades.size() == 1) {
      g_ = one.best;
      o_ = {256 * one.p0, 256 * (one.p0 + one.q[0]), 2 * X1 - X2, X1};
    } else {
      const Cascade& two = c.cascades[1];
      const auto weight = [&](Int M) {
        const Int f = 1024 * std::max<Int>(std::min(one.M.M, two.M.M), 1) / std::max<Int>(M, 1);
        const Int v = (f * f) >> 10;
        return (v * v) >> 10;
      };
      const Int w1 = weight(one.M.M), w2 = weight(two.M.M);
      g_ = one.best + w2 * (two.best - one.best) / (w1 + w2);
      o_ = {256 * one.p0, two.best, 256 * two.p0, X1};
    }
    g_ = std::clamp(g_, -power(31), power(31) - 1);
  }

  void learn(Int X) {
    Channel& c = channels_[c_];
    const Int a = X >> 8;
    c.F.learn(X - g_, c.n, 8);
    c.S.learn(X - g_, c.n, 98);
    c.steps = {c.steps[1], c.steps[2], step(X - g_, std::max(c.S.M >> 8, least_mean()))};
    for (Cascade& cascade : c.cascades) {
      cascade.M.learn(X - cascade.best, c.n, 98);
      const Int s = sign_of(X - cascade.best);
      Int rest = a - cascade.p0;
      for (std::size_t j = 0; j < cascade.stages.size(); ++j) {
        Int& share = cascade.share[j];
        share = clamp(share + s * (200 * cascade.q[j] / ((cascade.M.M >> 16) + 64)), power(18));
        cascade.stages[j].learn(static_cast<int>(sign_of(rest - cascade.q[j])));
        cascade.stages[j].take_up(rest);
        rest -= cascade.q[j];
      }
      cascade.inputs.push_back(a);
      cascade.squares.learn(cascade.inputs);
    }
    c.amplitudes.erase(c.amplitudes.begin());
    c.amplitudes.push_back(a);
    c.levels = {c.levels[1], X};
    ++c.n;
  }

  void code_number(Int y) {
    const Channel& c = channels_[c_];
    const Int N = g_ >> (32 - W_);
    Int D = (y - N) & (power(W_) - 1);
    if (D >= power(W_ - 1)) D -= power(W_);
    const Int F = c.F.M >> 8, S = c.S.M >> 8, T = std::max((F + S) >> 1, least_mean());
    const Int t = bits_of(T) - 1, h = std::max<Int>(t - (32 - W_) - 1, 0);
    choose(N, T, t, h, std::clamp<Int>(half(F) - half(S), -8, 8) + 8);

    decide(0, D > 0 ? 1 : 0);
    const Int m = D > 0 ? D - 1 : -D, side = D > 0 ? 26 : 1;
    Int k = 0;
    for (; k < 4; ++k) {
      const int more = (m >> h) >= 4 * power(k) ? 1 : 0;
      decide(side + k, more);
      if (more == 0) break;
    }
    if (k == 4) {
      const int most = bits_of(m >> h);
      int j = 6;
      for (; j < 32; ++j) {
        decide(std::min(51 + j - 6, 63), most > j ? 1 : 0);
        if (most <= j) break;
      }
      plain(m, static_cast<int>(h) + j - 1);
      return;
    }
    const auto i = static_cast<std::size_t>(k);
    const Int l = k == 3 ? 1 : 0;
    Int so_far = 1;
    for (int bit = std::array{2, 2, 3, 3}[i] - 1; bit >= 0; --bit) {
      const int one = static_cast<int>(m >> (h + l + bit) & 1);
      decide(side + std::array{4, 7, 10, 17}[i] - 1 + so_far, one);
      so_far = 2 * so_far + one;
    }
    plain(m, static_cast<int>(h + l));
  }

  void choose(Int N, Int T, Int t, Int h, Int trend) {
    const Channel& c = channels_[c_];
    const Int origin = N * unit() + unit() / 2;
    const Int G = place(g_ - origin, T);
    Row P;
    for (const Int o : o_) P.push_back(place(o - origin, T));
    const Int O = channels_.size() == 1 ? c.steps[0] : channels_[d_].steps[2];
    const Int level = std::min<Int>(8 * (t - (32 - W_) + 4 - h) + ((8 * T >> t) % 8), 47);
    contexts_ = {48 * G + level,
                 12 * trend + level / 4,
                 5 * (6 * (O + 8) + level / 8) + std::clamp<Int>(G, 10, 14) - 10,
                 13 * clamp(c.steps[2], 6) + clamp(c.steps[1], 6) + 84,
                 12 * P[0] + level / 4,
                 48 * P[1] + level,
                 17 * P[2] + trend,
                 h == 0 ? N & 1023 : 1024 + 12 * P[3] + level / 4};
    sets_of_ = {std::min<Int>(h, 3), level, 17 * P[1] + trend, O + 8};
  }

  void decide(Int node, int y) {
    std::vector<Counter*> counters;
    Row inputs;
    for (std::size_t i = 0; i < contexts_.size(); ++i) {
      const Row key = {static_cast<Int>(i), contexts_[i], static_cast<Int>(c_), node};
      counters.push_back(&counters_.try_emplace(key, Counter::start(32768, 0)).first->second);
      inputs.push_back(counters.back()->x());
    }
    std::vector<Row*> sets;
    for (std::size_t i = 0; i < 4; ++i) {
      const Row key = {static_cast<Int>(i), sets_of_[i] + (i == 0 ? 4 * node : 0)};
      sets.push_back(&sets_.try_emplace(key, Row(8, 1200)).first->second);
    }
    Int total = 0;
    for (std::size_t lane = 0; lane < 8; lane += 2) {
      Int sum = 0;
      for (const Row* set : sets) {
        sum += inputs[lane] * (*set)[lane] + inputs[lane + 1] * (*set)[lane + 1];
      }
      total += sum >> 4;
    }
    const Int one = squash(clamp(total >> 10, kLimit));
    out_.encode_bit(y == 1, static_cast<std::uint32_t>(std::clamp<Int>(one, 8, 65528)));
    for (Row* set : sets) {
      for (std::size_t i = 0; i < 8; ++i) {
        const Int w = (*set)[i] + ((6 * inputs[i] * ((65536 * y - one) / 64) + 32768) >> 16);
        (*set)[i] = std::clamp<Int>(w, -32768, 32767);
      }
    }
    for (Counter* counter : counters) counter->learn(y);
  }

  const Bytes& content_;
  std::size_t b_;
  RangeEncoder out_;
  Row numbers_;  // short ones
  int W_ = 0;
  std::vector<Channel> channels_;
  std::map<Row, Counter> counters_;
  std::map<Row, Row> sets_;

  // Of the number at hand.
  std::size_t c_ = 0, d_ = 0;
  Int g_ = 0;
  Row o_, contexts_, sets_of_;
};

}  // namespace

Bytes samples_reference(const Bytes& content, const Layout& layout, Effort effort) {
  return SamplesReference(content, layout, effort).code();
}

}  // namespace nnzip::mixer_reference
