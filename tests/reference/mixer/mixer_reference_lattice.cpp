// SPDX-License-Identifier: Apache-2.0
// Sums over everything a pixel may come from, each time anew.
#include "reference/mixer/mixer_reference_lattice.h"

#include <algorithm>
#include <cstdlib>

namespace nnzip::mixer_reference {
namespace {

using Int = std::int64_t;

struct Rule {
  Int b, f, t, s0, s1, o;
  bool rounded = false;

  Int product(Int gain, Int n) const {
    return rounded ? ((gain * n + 32768) >> 16) * 65536 : gain * n;
  }
};

// The document's table, then the same with the colours in the other order.
Rule rule_number(std::size_t i) {
  constexpr Rule kRules[] = {{65536, 91881, 116130, -46802, -22554, 32768},
                             {65536, 103206, 121609, -30679, -12276, 32768},
                             {76309, 104597, 132201, -53279, -25675, 32768},
                             {76309, 117489, 138438, -34925, -13975, 32768},
                             {89024, 119374, 145352, -60761, -28198, 32768},
                             {89024, 119374, 145352, -60761, -28198, 0},
                             {89024, 119374, 145352, -60761, -28198, 0, true},
                             {91881, 123206, 150015, -62712, -29103, 32768},
                             {91881, 123206, 150015, -62712, -29103, 0},
                             {91881, 123206, 150015, -62712, -29103, 0, true}};
  Rule rule = kRules[i % 10];
  if (i >= 10) {
    std::swap(rule.f, rule.t);
    std::swap(rule.s0, rule.s1);
  }
  return rule;
}

Int part_of(const Rule& r, std::size_t colour, Int d0, Int d1) {
  const Int parts[] = {r.product(r.f, d0), r.product(r.s0, d0) + r.product(r.s1, d1),
                       r.product(r.t, d1)};
  return parts[colour];
}

Int colour_of(const Rule& r, std::size_t colour, Int y, Int d0, Int d1) {
  return (r.product(r.b, y) + part_of(r, colour, d0, d1) + r.o) >> 16;
}

Int floor_of(Int a, Int b) {
  Int q = a / b;
  while (q * b > a) --q;
  return q;
}

// The y that gives that colour, if there is one: near where it would be without rounding.
std::optional<Int> find_y(const Rule& r, std::size_t colour, Int value, Int d0, Int d1) {
  const Int near = floor_of(65536 * value - part_of(r, colour, d0, d1) - r.o, r.b);
  for (Int y = near - 2; y <= near + 2; ++y) {
    if (colour_of(r, colour, y, d0, d1) == value) return y;
  }
  return std::nullopt;
}

struct Origin {
  Int d0, d1;
  bool exact;
};

Origin origin(const Rule& r, const std::array<Int, 3>& colours) {
  const Int a = r.f - r.s0, e = -r.s1, c = -r.s0, f = r.t - r.s1, w = a * f - c * e;
  const Int m = 65536 * (colours[0] - colours[1]), n = 65536 * (colours[2] - colours[1]);
  const Int d0 = floor_of(m * f - n * e + w / 2, w), d1 = floor_of(n * a - m * c + w / 2, w);
  constexpr Int kSteps[9][2] = {{0, 0},   {-1, 0}, {1, 0},  {0, -1}, {0, 1},
                                {-1, -1}, {-1, 1}, {1, -1}, {1, 1}};
  for (const auto& step : kSteps) {
    const Int i = d0 + step[0], j = d1 + step[1];
    const auto y = find_y(r, 1, colours[1], i, j);
    if (y && colour_of(r, 0, *y, i, j) == colours[0] && colour_of(r, 2, *y, i, j) == colours[2]) {
      return {i, j, true};
    }
  }
  return {d0, d1, false};
}

Int logistic(Int z, Int scale) {
  const Int v = ((z * scale) >> 14) * 355 >> 8;
  if (v >= kLimit) return 0;
  const Int p = squash(-v);
  return p * (65536 - p) >> 16;
}

Int scale_of(unsigned likely) {
  return (Int{1} << 26) / (Int{likely % 2 == 0 ? 76 : 108} << (likely / 2));
}

int bits_of(Int v) {
  int bits = 0;
  for (; v != 0; v >>= 1) ++bits;
  return bits;
}

}  // namespace

LatticeReference::LatticeReference(Int stride, Int pixel)
    : stride_(stride), pixel_(pixel), rates_(20) {
  for (auto& of_parity : regressions_) of_parity.assign(4, WholeRegression(15, 32, 6));
  for (Int i = 0; i < 192 * 48; ++i) {
    map_.push_back(Counter::start(squash(128 * (i % 48) + 64 - 3072), 0));
  }
}

Int LatticeReference::kept(std::size_t k, Int e) const {
  const auto off = e < 0 ? off_[k].end() : off_[k].find(e / pixel_);
  return off == off_[k].end() ? 0 : off->second;
}

Int LatticeReference::seen(std::size_t k, const LatticeStream& s, Int d) const {
  const Int i = d - s.least[k];
  const auto counts = counts_[k].find(s.row[k]);
  if (counts != counts_[k].end()) return counts->second[static_cast<std::size_t>(i)];
  return 2 + (128 >> std::abs(i - 5));
}

void LatticeReference::expect(LatticeStream& s, Int e, Int x, const std::vector<Colours>& around) {
  const Rule rule = rule_number(*s.rule);
  std::vector<std::array<Int, 2>> d;
  for (const Colours& colours : around) {
    const Origin o = origin(rule, colours);
    d.push_back({o.d0, o.d1});
  }
  s.parity = static_cast<std::size_t>(x % 2 + 2 * (e / stride_ % 2));
  for (std::size_t k = 0; k < 2; ++k) {
    s.sum[k] = d[0][k] + d[1][k];
    s.taps[k].clear();
    for (std::size_t i = 1; i < 12; ++i) s.taps[k].push_back(limit_tap(2 * d[i][k] - s.sum[k]));
    const Int other = d[0][1 - k] + d[1][1 - k];
    for (std::size_t i = 0; i < 4; ++i) s.taps[k].push_back(limit_tap(2 * d[i][1 - k] - other));
    const Int p = predict(s.taps[k], regressions_[k][s.parity].weights);
    const Int expected = clamp(8 * s.sum[k] + (p >> 1) + 8, 16384);
    const Int off = kept(k, e - pixel_) + kept(k, e - stride_) + kept(k, e - 2 * pixel_) +
                    kept(k, e - 2 * stride_);
    const Int calm = off < 2 ? off : off < 4 ? 2 : off < 8 ? 3 : 4;
    s.least[k] = (expected >> 4) - 5;
    s.row[k] = {static_cast<Int>(s.parity), (expected & 15) / 4, calm};
  }
}

std::map<Int, Int> LatticeReference::masses(const LatticeStream& s, std::size_t c,
                                            const Colours& current) const {
  const Rule r = rule_number(*s.rule);
  std::map<Int, Int> mass;
  const auto of = [&](Int y) {
    return logistic(std::abs(r.product(r.b, y) - s.light) >> 12, s.scale);
  };
  for (Int d0 = s.least[0]; d0 < s.least[0] + 11; ++d0) {
    const Int n0 = c == 0 ? seen(0, s, d0) : s.n0[static_cast<std::size_t>(d0 - s.least[0])];
    if (c == 0) {
      const Int m = s.light / r.b;
      for (Int y = m - 48; y < m + 48; ++y) mass[colour_of(r, 0, y, d0, 0)] += of(y) * n0;
      continue;
    }
    const auto y = find_y(r, 0, current[0], d0, 0);
    if (!y) continue;
    for (Int d1 = s.least[1]; d1 < s.least[1] + 11; ++d1) {
      if (c == 2 && colour_of(r, 1, *y, d0, d1) != current[1]) continue;
      mass[colour_of(r, c, *y, d0, d1)] += (of(*y) + 1) * n0 * seen(1, s, d1);
    }
  }
  return mass;
}

void LatticeReference::begin(LatticeStream& s, std::size_t c, Int e, Int x,
                             const std::vector<Colours>& around, const Colours& current,
                             Int stacked, unsigned likely) {
  c_ = c;
  speaks = false;
  if (c == 0) {
    s.rule = s.taken = rule_;
    if (!s.rule) return;
    expect(s, e, x, around);
    const Rule r = rule_number(*s.rule);
    s.scale = scale_of(likely);
    s.light = 4096 * stacked - (part_of(r, 0, s.least[0] + 5, 0) + r.o);
  } else if (current[c - 1] == 0 || current[c - 1] == 255) {
    s.rule.reset();
  }
  if (!s.rule) return;
  for (std::size_t i = 0; c == 1 && i < 11; ++i) {
    s.n0[i] = seen(0, s, s.least[0] + static_cast<Int>(i));
  }
  const auto mass = masses(s, c, current);
  Int all = 0;
  for (Int v = 0; v < 256; ++v) all += mass.contains(v) ? mass.at(v) : 0;
  if (all == 0) return;
  speaks = true;
  const int drop = bits_of(all) - 24;
  for (Int v = 0; v < 256; ++v) {
    const Int m = mass.contains(v) ? mass.at(v) : 0;
    weight_[static_cast<std::size_t>(v)] = (drop >= 0 ? m >> drop : m << -drop) +
                                           logistic(std::abs(16 * v - stacked), scale_of(likely)) +
                                           1;
  }
}

std::array<Int, 2> LatticeReference::inputs(unsigned partial, unsigned k) {
  if (!speaks) return {0, 0};
  const std::size_t h = std::size_t{128} >> k, low = partial * 2 * h - 256;
  Int below = 0, above = 0;
  for (std::size_t v = low; v < low + 2 * h; ++v) (v < low + h ? below : above) += weight_[v];
  const int drop = std::max(bits_of(below | above) - 22, 0);
  const auto of = [&](Int sum) { return log(static_cast<std::uint32_t>(sum >> drop | 1)); };
  const Int x = clamp(of(above) - of(below), kLimit);
  const int left = std::clamp((bits_of(below + above) - 10) / 2, 0, 7);
  state = 8 * (3 * static_cast<std::size_t>(left) + c_) + k;
  map_at_ = 48 * state + static_cast<std::size_t>((x + 3072) >> 7);
  return {map_[map_at_].x(), x};
}

void LatticeReference::learn(int bit) {
  if (speaks) map_[map_at_].learn(bit, 1023);
}

void LatticeReference::end(LatticeStream& s, Int e, const Colours& colours) {
  if (s.taken) {
    const Origin o = origin(rule_number(*s.taken), colours);
    for (std::size_t k = 0; k < 2; ++k) {
      const Int d = k == 0 ? o.d0 : o.d1, i = d - s.least[k];
      off_[k][e / pixel_] = std::min<Int>(std::abs(i - 5), 15);
      s.taps[k].push_back(limit_tap(2 * d - s.sum[k]));
      regressions_[k][s.parity].learn(s.taps[k]);
      if (i < 0 || i > 10) continue;
      std::array<Int, 11> counts;
      for (Int j = 0; j < 11; ++j) counts[static_cast<std::size_t>(j)] = seen(k, s, s.least[k] + j);
      if ((counts[static_cast<std::size_t>(i)] += 32) > 4000) {
        for (Int& n : counts) n = n / 2 + 1;
      }
      counts_[k][s.row[k]] = counts;
    }
  }
  if (++pixels_ % 16 != 0) return;
  for (std::size_t i = 0; i < 20; ++i) {
    rates_[i] += ((origin(rule_number(i), colours).exact ? 65536 : 0) - rates_[i]) >> 6;
  }
  if (pixels_ % 256 != 0) return;
  Int most = 28000;
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < 20; ++i) {
    const Int rate = rates_[i] + (rule_ == i ? 3000 : 0);
    if (rate <= most) continue;
    most = rate;
    best = i;
  }
  rule_ = best;
}

}  // namespace nnzip::mixer_reference
