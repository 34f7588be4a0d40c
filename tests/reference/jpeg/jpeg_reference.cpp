// SPDX-License-Identifier: Apache-2.0
// The sections Numbers, Neighbourhood and Situations of JPEG.md, in their order.
#include "reference/jpeg/jpeg_reference.h"

#include <algorithm>
#include <cstdlib>

#include "reference/jpeg/jpeg_reference_prediction.h"

namespace nnzip {
namespace {

using jpeg_reference::Decision;
using jpeg_reference::Prediction;
using jpeg_reference::Situation;
using Int = JpegReference::Int;
using Coefficients = JpegReference::Block;
using Component = JpegReference::Component;

enum Kind { kInside, kRow, kColumn, kMean, kInsideCount, kRowCount, kColumnCount };

// A block and what is said of it.
struct Known {
  Coefficients x{};
  Int surprise = 0;
  // bottom_e and right_e of edge and of border.
  std::array<std::array<Int, 8>, 2> bottom{}, right{};

  Int count(bool in_row, bool in_column) const {
    Int n = 0;
    for (std::size_t p = 1; p < 64; ++p) {
      n += x[p] != 0 && (p / 8 == 0) == in_row && (p % 8 == 0) == in_column;
    }
    return n;
  }
  Int inside() const { return count(false, false); }
  Int row() const { return count(true, false); }
  Int column() const { return count(false, true); }
};

Int level(Int x) {
  if (x < 4) return x;
  Int t = 0;
  while (x >> (t + 1) != 0) ++t;
  return 2 * t + (x >> (t - 1)) % 2;
}
Int slevel(Int x) { return x < 0 ? -level(-x) : level(x); }
Int clip(Int x, Int b) { return std::clamp(x, -b, b); }
Int least(Int x, Int y) { return std::min(x, y); }

std::vector<std::size_t> zigzag_inside() {
  std::vector<std::size_t> places;
  for (std::size_t sum = 0; sum <= 14; ++sum) {
    for (std::size_t i = 0; i <= sum; ++i) {
      const std::size_t v = sum % 2 == 0 ? sum - i : i, u = sum - v;
      if (u >= 1 && v >= 1 && u <= 7 && v <= 7) places.push_back(8 * v + u);
    }
  }
  return places;
}

constexpr Int kEdges[2][8] = {{8192, 11363, 10703, 9633, 8192, 6436, 4433, 2260},
                              {8192, 11585, 11585, 11585, 11585, 11585, 11585, 11585}};

class Encoder {
 public:
  Encoder(const std::vector<Component>& components, Prediction& prediction, RangeEncoder& coder)
      : components_(components), prediction_(prediction), coder_(coder) {}

  void component(std::size_t number) {
    number_ = number;
    const Component& own = components_[number];
    known_.assign(own.across * own.down, {});
    for (y_ = 0; y_ < own.down; ++y_) {
      for (x_ = 0; x_ < own.across; ++x_) block(own.blocks[y_ * own.across + x_]);
    }
  }

 private:
  const Component& own() const { return components_[number_]; }

  // The block so far to the right and down; none of zeros.
  Known there(int right, int down) const {
    const auto x = static_cast<Int>(x_) + right, y = static_cast<Int>(y_) + down;
    const auto across = static_cast<Int>(own().across);
    if (x < 0 || y < 0 || x >= across) return {};
    return known_[static_cast<std::size_t>(y * across + x)];
  }
  Known of_component(std::size_t other) const {
    const Component& c = components_[other];
    Known known;
    known.x = c.blocks[y_ * c.v / own().v * c.across + x_ * c.h / own().h];
    return known;
  }

  void block(const Coefficients& given) {
    A = there(0, -1), L = there(-1, 0), D = there(-1, -1), R = there(1, -1);
    A2 = there(0, -2), L2 = there(-2, 0);
    Y = number_ > 0 ? of_component(0) : Known{};
    O = number_ > 1 ? of_component(number_ - 1) : Known{};
    class_ = std::min<Int>(static_cast<Int>(number_), 2);
    has_a_ = y_ > 0, has_l_ = x_ > 0;
    now = {};
    Known whole;
    whole.x = given;
    sum_ = c1_ = c2_ = 0;
    n_ = inside_ = whole.inside();
    count(inside_, 6, inside_count());
    const std::vector<std::size_t> order = zigzag_inside();
    for (std::size_t k = 0; k < 49 && n_ > 0; ++k) {
      put(order[k], given, inside(order[k], static_cast<Int>(k)));
    }
    row_ = whole.row();
    edge(given, true, row_);
    column_ = whole.column();
    edge(given, false, column_);
    predict_mean();
    number(given[0] - P_, mean());
    now.surprise = given[0] - P_;
    now.x[0] = given[0];
    for (std::size_t e = 0; e < 2; ++e) {
      for (std::size_t i = 0; i < 8; ++i) {
        for (std::size_t j = 0; j < 8; ++j) {
          const Int weight = j % 2 == 0 ? kEdges[e][j] : -kEdges[e][j];
          now.bottom[e][i] += weight * real(i, j);
          now.right[e][i] += weight * real(j, i);
        }
      }
    }
    known_[y_ * own().across + x_] = now;
  }

  void edge(const Coefficients& given, bool row, Int count_of) {
    count(count_of, 3, edge_count(row));
    n_ = count_of;
    c1_ = c2_ = 0;
    for (std::size_t k = 1; k < 8 && n_ > 0; ++k) {
      put(row ? k : 8 * k, given, edge_number(row, k));
    }
  }

  void put(std::size_t p, const Coefficients& given, const Situation& situation) {
    number(given[p], situation);
    now.x[p] = given[p];
    n_ -= given[p] != 0;
    sum_ += std::abs(given[p]);
    c2_ = c1_;
    c1_ = given[p];
  }

  // Numbers.

  void decide(bool bit, const Situation& situation, const Decision& decision) {
    coder_.encode_bit(bit, prediction_.predict(situation, decision));
    prediction_.learn(bit ? 1 : 0);
  }

  void count(Int value, Int b, const Situation& situation) {
    Int m = 1;
    for (Int d = 0; d < b; ++d) {
      const Int group = d < 4 ? 0 : m >> (d % 4), mask = Int{1} << (d % 4);
      decide(value >> (b - 1 - d) & 1, situation,
             {group, mask + m % mask, d, ((2 * (m - (Int{1} << d)) + 1) << (b - 1 - d)) * 8 - 4});
      m = 2 * m + (value >> (b - 1 - d) & 1);
    }
  }

  void number(Int x, Situation situation) {
    decide(x != 0, situation, {0, 0, 0, 4});
    if (x == 0) return;
    decide(x < 0, situation, {0, 1, 1, 0});
    if (x < 0) {
      for (Int& guess : situation.guesses) guess = -guess;
    }
    const Int magnitude = std::abs(x);
    Int n = 1;
    for (Int j = 1; j < 12; ++j) {
      const bool yes = magnitude >= Int{1} << j;
      decide(yes, situation, {0, 1 + j, least(1 + j, 5), 8 * (Int{1} << j) - 4});
      if (!yes) break;
      n = j + 1;
    }
    Int m = 1;
    for (Int d = 0; d < n - 1; ++d) {
      const Int mask = Int{1} << d;
      const Int node = (d < 3 ? mask + m % mask : 0) + (x < 0 ? 8 : 0);
      const Int bit = magnitude >> (n - 2 - d) & 1;
      decide(bit != 0, situation,
             {d < 3 ? n : n + 16 * d, node, d == 0 ? 6 : 7, ((2 * m + 1) << (n - 2 - d)) * 8 - 4});
      m = 2 * m + bit;
    }
  }

  // Neighbourhood.

  Int step(std::size_t p) const { return std::clamp<Int>(own().steps[p], 1, 32767); }
  Int real(std::size_t u, std::size_t v) const {
    return clip(now.x[8 * v + u] * step(8 * v + u), 8191);
  }
  Int above(std::size_t e, std::size_t u) const {
    Int sum = A.bottom[e][u];
    for (std::size_t j = 1; j < 8; ++j) sum -= kEdges[e][j] * real(u, j);
    return sum;
  }
  Int left(std::size_t e, std::size_t v) const {
    Int sum = L.right[e][v];
    for (std::size_t j = 1; j < 8; ++j) sum -= kEdges[e][j] * real(j, v);
    return sum;
  }
  Int G(Int s, std::size_t p) const { return clip(s / (1024 * step(p)), 16376); }

  void predict_mean() {
    a_ = G(above(0, 0), 0), l_ = G(left(0, 0), 0);
    b_ = (G(above(1, 0), 0) + G(left(1, 0), 0)) / 2;
    Int of_a = 0, of_l = 0;
    for (std::size_t k = 1; k <= 5; ++k) {
      of_a += std::abs(above(0, k) - 8192 * real(k, 0)) / 1024;
      of_l += std::abs(left(0, k) - 8192 * real(0, k)) / 1024;
    }
    wa_ = least(of_a / step(0) + 4, 65536), wl_ = least(of_l / step(0) + 4, 65536);
    g_ = has_a_ && has_l_ ? (a_ * wl_ + l_ * wa_) / (wa_ + wl_) : has_a_ ? a_ : has_l_ ? l_ : 0;
    P_ = (g_ < 0 ? g_ - 4 : g_ + 4) / 8;
  }

  // Situations.

  Int sides() const { return 2 * has_a_ + has_l_; }

  Situation situation(Kind kind, Int sides, const std::vector<std::vector<Int>>& lists) const {
    Situation s;
    s.kind = kind;
    s.first_component = number_ == 0;
    for (std::size_t i = 0; i < lists.size(); ++i) {
      std::vector<Int> values = {kind, class_, sides, static_cast<Int>(i)};
      values.insert(values.end(), lists[i].begin(), lists[i].end());
      s.contexts.push_back(jpeg_reference::hash(values));
    }
    return s;
  }

  Situation inside(std::size_t place, Int k) const {
    const auto p = static_cast<Int>(place);
    const Int u = p % 8, v = p / 8;
    const auto own = [&](Int i, Int j) {
      const Int x = u + i, y = v + j;
      return x < 1 || y < 1 || x > 7 || y > 7 ? Int{0} : now.x[static_cast<std::size_t>(8 * y + x)];
    };
    const Int a = std::abs(A.x[place]), l = std::abs(L.x[place]), d = std::abs(D.x[place]),
              r = std::abs(R.x[place]);
    const Int W = own(-1, 0), N = own(0, -1), NW = own(-1, -1), WW = own(-2, 0), NN = own(0, -2);
    const Int s = (u + v) % 2 == 0 ? -1 : 1, Z = own(s, -s), ZZ = own(2 * s, -2 * s);
    const Int beside = 13 * (a + l) + 6 * (d + r);
    const Int near = 2 * (std::abs(W) + std::abs(N)) + std::abs(NW) + std::abs(WW) + std::abs(NN) +
                     std::abs(Z) + std::abs(ZZ);
    Int around = 0;
    for (const Known* B : {&A, &L}) {
      around += 2 * std::abs(B->x[place]) + std::abs(B->x[place - 1]) + std::abs(B->x[place - 8]);
      if (u < 7) around += std::abs(B->x[place + 1]);
      if (v < 7) around += std::abs(B->x[place + 8]);
    }
    const Int B = level(beside / 4), E = level(near), M = level(n_), F = level(around);
    const auto c = [](Int x) { return clip(x, 3); };
    const Int Ap = A.x[place], Lp = L.x[place], Yp = Y.x[place], Op = O.x[place];
    Situation made = situation(
        kInside, 0,
        {{p, B, M},
         {p, n_, 49 - k - n_},
         {p, clip(Ap, 8), clip(Lp, 8)},
         {p, least(std::abs(W), 7), least(std::abs(N), 7), least(std::abs(NW), 3)},
         {p, level(sum_), n_},
         {p, c(c1_), c(c2_), M},
         {p, B, E},
         {p, F, E / 2, M / 2},
         {p, clip(Yp, 6), clip(Op, 6)},
         {p, A.inside() / 3, L.inside() / 3, M},
         {p, inside_},
         {p, c(W), c(N), c(Z), c(ZZ)},
         {u + v, B, E, M / 2},
         {p, least(l, 5), least(a, 5), least(d, 3), least(r, 3)},
         {p, least(std::abs(A2.x[place]), 4), least(std::abs(L2.x[place]), 4), least(a + l, 4)},
         {p, M, c(Op), least(near, 6)},
         {p, F, sides()},
         {p, E, M},
         {p, c(WW), c(NN), c(Ap), c(Lp)},
         {p}});
    made.guesses = {8 * beside / 38, 8 * around / 12,  8 * near / 9,
                    4 * (a + l),     8 * std::abs(Yp), 8 * std::abs(Op)};
    made.trust = least(M, 15) + (u + v > 5 ? 16 : 0);
    made.place = p;
    made.left = least(M, 15);
    made.energy = least(B, 15);
    return made;
  }

  Situation edge_number(bool row, std::size_t at) const {
    const auto k = static_cast<Int>(at);
    const std::size_t p = row ? at : 8 * at;
    const Int g = G(row ? above(0, at) : left(0, at), p),
              h = G(row ? above(1, at) : left(1, at), p);
    const Int a = std::abs(A.x[p]), l = std::abs(L.x[p]), d = std::abs(D.x[p]);
    const Int beside = 13 * (a + l) + 6 * d;
    const auto across = [&](std::size_t j) { return now.x[row ? 8 * j + at : 8 * at + j]; };
    Int along = 0;
    for (std::size_t j = 1; j < 8; ++j) along += std::abs(across(j));
    const Int B = level(beside / 4), F = level(along), M = level(n_), G1 = slevel(g),
              H1 = slevel(h), Yp = Y.x[p], Op = O.x[p];
    const auto c = [](Int x) { return clip(x, 3); };
    Situation made = situation(row ? kRow : kColumn, row ? has_a_ : has_l_,
                               {{k, G1, n_},
                                {k, H1, G1 / 2},
                                {k, G1, F},
                                {k, g / 2, M},
                                {k, clip(A.x[p], 8), clip(L.x[p], 8)},
                                {k, B, n_},
                                {k, B, G1},
                                {k, inside_, n_},
                                {k, inside_ / 4, G1},
                                {k, c(c1_), c(c2_), G1},
                                {k, level(std::abs(c1_)), level(std::abs(c2_)), n_},
                                {k, clip(Yp, 8), clip(Op, 8)},
                                {k, G1, clip(Op, 4)},
                                {k, c(across(1)), c(across(2)), G1},
                                {k, F, n_},
                                {k, row ? row_ : column_, n_, inside_ / 4},
                                {k, least(a, 4), least(l, 4), least(d, 4), c(g / 8)},
                                {k, c(row ? L.x[p] : A.x[p]), G1, c(h / 8)},
                                {k, level(std::abs(g)), level(std::abs(h)), n_},
                                {k}});
    made.guesses = {g, h, (g + h) / 2, beside / 4, 8 * std::abs(Yp), 8 * Op};
    made.trust = least(F, 15) + (k > 3 ? 16 : 0);
    made.place = static_cast<Int>(p);
    made.left = n_;
    made.energy = least(B, 15);
    return made;
  }

  Situation mean() const {
    const Int plane = L.x[0] + A.x[0] - D.x[0];
    const Int S = level(std::abs(a_ - l_)), V = level(wa_ + wl_), V1 = level(least(wa_, wl_));
    Situation made =
        situation(kMean, sides(),
                  {{S, V},
                   {V, g_ - 8 * P_},
                   {inside_ / 2, S / 2},
                   {slevel(L.surprise), slevel(A.surprise)},
                   {level(std::abs(L.surprise) + std::abs(A.surprise)), V},
                   {slevel(b_ - g_), V1},
                   {slevel(l_ - g_), slevel(a_ - g_)},
                   {row_, column_, V1},
                   {V1, S},
                   {slevel(L.x[0] - P_), slevel(A.x[0] - P_)},
                   {slevel(plane - P_), V1},
                   {level(std::abs(L.x[0] - D.x[0])), level(std::abs(A.x[0] - D.x[0])), V / 2},
                   {Y.inside(), O.inside() / 2}});
    made.guesses = {g_, a_, l_, b_, 8 * plane, 4 * (L.x[0] + A.x[0])};
    for (Int& guess : made.guesses) guess -= 8 * P_;
    made.trust = least(V, 31);
    made.place = least(V, 63);
    made.left = least(S, 15);
    made.energy = least(V1, 15);
    return made;
  }

  Situation inside_count() const {
    const Int a = A.inside(), l = L.inside(), d = D.inside(), r = R.inside(), y = Y.inside(),
              o = O.inside();
    const Int near = has_a_ && has_l_ ? 2 * (a + l) + d + r : 6 * (a + l);
    Situation made =
        situation(kInsideCount, sides(),
                  {{near / 3},
                   {a, l},
                   {a / 2, l / 2, d / 4, r / 4},
                   {y, o},
                   {near / 6, y / 4, o / 2},
                   {a, r},
                   {l, y / 4},
                   {A.row(), A.column(), L.row(), L.column()},
                   {A2.inside() / 2, L2.inside() / 2, near / 12},
                   {a + l, L.row() + A.column()},
                   {level(std::abs(L.surprise)), level(std::abs(A.surprise)), near / 12},
                   {o, near / 6}});
    made.guesses = {8 * near / 6, 8 * a, 8 * l, 8 * (a + l - d), 8 * y, 8 * o};
    made.trust = least(level(std::abs(a - l)), 15) + (class_ == 2 ? 16 : 0);
    made.place = least(near / 6, 49);
    made.left = least(level(std::abs(a - l)), 15);
    made.energy = least(level(y), 15);
    return made;
  }

  Situation edge_count(bool row) const {
    const auto of = [&](const Known& block) { return row ? block.row() : block.column(); };
    const Int a = of(A), l = of(L), d = of(D), y = of(Y), o = of(O);
    const Int N = row ? 0 : 1 + row_;
    Int reach_u = 0, reach_v = 0;
    for (Int v = 1; v < 8; ++v) {
      for (Int u = 1; u < 8; ++u) {
        if (now.x[static_cast<std::size_t>(8 * v + u)] == 0) continue;
        reach_u = std::max(reach_u, u);
        reach_v = std::max(reach_v, v);
      }
    }
    const Int reach = row ? reach_u : reach_v;
    Int i = 0, j = 0;
    for (std::size_t k = 1; k < 8; ++k) {
      const Int m = std::abs(row ? above(0, k) : left(0, k)) / 8192, q = step(row ? k : 8 * k);
      i += 2 * m >= q;
      j += m >= q;
    }
    Situation made = situation(row ? kRowCount : kColumnCount, sides(),
                               {{inside_, N},
                                {a, l, N},
                                {reach, inside_ / 3, N},
                                {i, j, N},
                                {i, a, l},
                                {i, reach, inside_ / 4},
                                {reach_u, reach_v, N},
                                {j, inside_, N},
                                {a + l + d, inside_ / 2, N},
                                {Y.inside() / 4, O.inside() / 4, a + l},
                                {y, o, a + l, N},
                                {o, i, inside_ / 2}});
    made.guesses = {8 * i, 4 * (a + l), 8 * reach, 8 * y, 8 * o, 8 * j};
    made.trust = least(level(inside_), 15) + (row ? 0 : 16);
    made.place = inside_;
    made.left = N;
    made.energy = a + l;
    return made;
  }

  const std::vector<Component>& components_;
  Prediction& prediction_;
  RangeEncoder& coder_;
  std::vector<Known> known_;  // of the component

  std::size_t number_ = 0, x_ = 0, y_ = 0;
  Known A, L, D, R, A2, L2, Y, O, now;  // now: the block as far as it is coded
  Int class_ = 0, n_ = 0, sum_ = 0, c1_ = 0, c2_ = 0, inside_ = 0, row_ = 0, column_ = 0;
  Int a_ = 0, l_ = 0, b_ = 0, g_ = 0, wa_ = 0, wl_ = 0, P_ = 0;
  bool has_a_ = false, has_l_ = false;
};

}  // namespace

void JpegReference::encode(const std::vector<std::vector<Component>>& files, RangeEncoder& coder) {
  std::size_t blocks = 0;
  for (const auto& components : files) {
    for (const Component& component : components) blocks += component.blocks.size();
  }
  Prediction prediction(blocks);
  for (const auto& components : files) {
    Encoder encoder(components, prediction, coder);
    for (std::size_t i = 0; i < components.size(); ++i) encoder.component(i);
  }
}

}  // namespace nnzip
