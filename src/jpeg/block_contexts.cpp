// SPDX-License-Identifier: Apache-2.0
// Contexts of the five sorts of numbers.
#include "jpeg/block_contexts.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace nnzip::jpeg {
namespace {

// sqrt(2) * cos(k * pi / 16), of the mean 1: what frequency k has at the edge row of samples; and
// without the cosine, at the border.
constexpr std::array<std::int32_t, 8> kEdge = {8192, 11363, 10703, 9633, 8192, 6436, 4433, 2260};
constexpr std::array<std::int32_t, 8> kBorder = {8192,  11585, 11585, 11585,
                                                 11585, 11585, 11585, 11585};
constexpr int kMostReal = 8191;  // 8 * 8191 * 11585, and as much again, stay below 2^31
constexpr int kMostGuess = 8 * kMaxCoefficient;

constexpr std::array<std::int16_t, kBlock> kNone{};
constexpr BlockTrace kNoTrace;

int count_inside(const std::int16_t* block) {
  int count = 0;
  for (int position = 9; position < kBlock; ++position) {
    count += block[position] != 0 && position % 8 != 0 ? 1 : 0;
  }
  return count;
}

// Exact below 4, then two levels for each power of two.
std::uint32_t level(int magnitude) {
  const auto x = static_cast<std::uint32_t>(magnitude);
  if (x < 4) return x;
  const auto top = static_cast<std::uint32_t>(std::bit_width(x)) - 1;
  return 2 * top + (x >> (top - 1) & 1);
}
std::uint32_t level_below_16(int magnitude) { return std::min(level(magnitude), 15U); }
int signed_level(int x) {
  const int magnitude = static_cast<int>(level(std::abs(x)));
  return x < 0 ? -magnitude : magnitude;
}

int clip(int x, int limit) { return std::clamp(x, -limit, limit); }

// Fills in the contexts of a situation, one after the other.
class ContextList {
 public:
  ContextList(Situation& situation, Kind kind, std::uint32_t number, std::uint32_t sides)
      : situation_(situation), base_(hash(kStart, kind, number, sides)) {
    situation.contexts = {};
    situation.kind = kind;
    situation.chroma = number != 0;
  }

  template <typename... Values>
  void add(Values... values) {
    situation_.contexts[count_] = hash(base_, static_cast<std::uint32_t>(count_), values...);
    ++count_;
  }

 private:
  static constexpr std::uint32_t kStart = 0x165667B1;

  static std::uint32_t hash(std::uint32_t h) { return h; }
  template <typename First, typename... Rest>
  static std::uint32_t hash(std::uint32_t h, First first, Rest... rest) {
    h = (h ^ (static_cast<std::uint32_t>(first) + 0x7F4A7C15U)) * 0x2C1B3C6DU;
    return hash(h ^ h >> 15, rest...);
  }

  Situation& situation_;
  std::uint32_t base_;
  std::size_t count_ = 0;
};

}  // namespace

BlockContexts::BlockContexts(const Headers& headers, const Coefficients& coefficients)
    : headers_(headers), frame_(headers.frame()), coefficients_(coefficients) {}

void BlockContexts::begin_component(std::size_t component) {
  component_ = &frame_.components[component];
  index_ = component;
  class_ = static_cast<std::uint32_t>(std::min<std::size_t>(component, 2));
  traces_.assign(2 * component_->width, {});
}

BlockContexts::Block BlockContexts::block_at(const Component& component, std::size_t x,
                                             std::size_t y) const {
  return coefficients_.data() + (component.first + y * component.width + x) * kBlock;
}

// The block of another component at the place of this one's block.
BlockContexts::Block BlockContexts::block_beside(const Component& component, std::size_t x,
                                                 std::size_t y) const {
  const auto scaled = [](std::size_t at, int its, int own) {
    return at * static_cast<std::size_t>(its) / static_cast<std::size_t>(own);
  };
  return block_at(component, scaled(x, component.across, component_->across),
                  scaled(y, component.down, component_->down));
}

void BlockContexts::begin_block(std::size_t x, std::size_t y) {
  const std::size_t width = component_->width;
  const bool has_right = x + 1 < width;
  has_above_ = y > 0;
  has_left_ = x > 0;
  const auto block_if = [&](bool there, std::size_t left, std::size_t up, std::size_t right = 0) {
    return there ? block_at(*component_, x - left + right, y - up) : kNone.data();
  };
  above_ = block_if(has_above_, 0, 1);
  left_ = block_if(has_left_, 1, 0);
  above_left_ = block_if(has_above_ && has_left_, 1, 1);
  above_right_ = block_if(has_above_ && has_right, 0, 1, 1);
  above2_ = block_if(y > 1, 0, 2);
  left2_ = block_if(x > 1, 2, 0);
  luma_ = index_ > 0 ? block_beside(frame_.components[0], x, y) : kNone.data();
  other_ = index_ > 1 ? block_beside(frame_.components[index_ - 1], x, y) : kNone.data();
  luma_inside_ = count_inside(luma_);
  other_inside_ = count_inside(other_);
  BlockTrace* const above_row = traces_.data() + (y + 1) % 2 * width;
  trace_ = traces_.data() + y % 2 * width + x;
  above_trace_ = has_above_ ? above_row + x : &kNoTrace;
  left_trace_ = has_left_ ? trace_ - 1 : &kNoTrace;
  above_left_trace_ = has_above_ && has_left_ ? above_row + x - 1 : &kNoTrace;
  above_right_trace_ = has_above_ && has_right ? above_row + x + 1 : &kNoTrace;
  *trace_ = {};
  block_ = {};
}

Situation& BlockContexts::inside_count() {
  const int a = above_trace_->inside, l = left_trace_->inside, d = above_left_trace_->inside,
            r = above_right_trace_->inside;
  const int near = has_above_ && has_left_ ? 2 * (a + l) + d + r : 6 * (a + l);
  ContextList list(now_, kInsideCount, class_, known_sides());
  list.add(near / 3);
  list.add(a, l);
  list.add(a / 2, l / 2, d / 4, r / 4);
  list.add(luma_inside_, other_inside_);
  list.add(near / 6, luma_inside_ / 4, other_inside_ / 2);
  list.add(a, r);
  list.add(l, luma_inside_ / 4);
  list.add(above_trace_->row, above_trace_->column, left_trace_->row, left_trace_->column);
  list.add(count_inside(above2_) / 2, count_inside(left2_) / 2, near / 12);
  list.add(a + l, left_trace_->row + above_trace_->column);
  list.add(level(std::abs(left_trace_->surprise)), level(std::abs(above_trace_->surprise)),
           near / 12);
  list.add(other_inside_, near / 6);
  now_.guesses = {near * 8 / 6, 8 * a, 8 * l, 8 * (a + l - d), 8 * luma_inside_, 8 * other_inside_};
  now_.trusts.fill(level_below_16(std::abs(a - l)) + (class_ == 2 ? 16 : 0));
  now_.place = static_cast<std::uint32_t>(std::min(near / 6, 49));
  now_.left = level_below_16(std::abs(a - l));
  now_.energy = level_below_16(luma_inside_);
  return now_;
}

void BlockContexts::set_inside_count(int count) {
  trace_->inside = left_to_come_ = count;
  sum_ = last_ = last2_ = 0;
}

void BlockContexts::put(int position, int value) {
  block_[static_cast<std::size_t>(position)] = static_cast<std::int16_t>(value);
  left_to_come_ -= value != 0 ? 1 : 0;
  sum_ += std::abs(value);
  last2_ = last_;
  last_ = value;
}

Situation& BlockContexts::inside(int k) {
  const int p = kInsideOrder[static_cast<std::size_t>(k)], u = p % 8, v = p / 8;
  const int a = std::abs(above_[p]), l = std::abs(left_[p]), d = std::abs(above_left_[p]),
            r = std::abs(above_right_[p]);
  const int beside = 13 * (a + l) + 6 * (d + r);
  // Within the block; what is not coded yet is 0.
  const auto own = [&](int du, int dv) {
    const int i = u + du, j = v + dv;
    return i < 1 || j < 1 || i > 7 || j > 7 ? 0 : int{block_[static_cast<std::size_t>(8 * j + i)]};
  };
  const int side = (u + v) % 2 == 0 ? -1 : 1;
  const int w = own(-1, 0), n = own(0, -1), nw = own(-1, -1), ww = own(-2, 0), nn = own(0, -2),
            before = own(side, -side), before2 = own(2 * side, -2 * side);
  const int near = 2 * (std::abs(w) + std::abs(n)) + std::abs(nw) + std::abs(ww) + std::abs(nn) +
                   std::abs(before) + std::abs(before2);
  int around = 0;
  for (const Block block : {above_, left_}) {
    around += 2 * std::abs(block[p]) + std::abs(block[p - 1]) + std::abs(block[p - 8]) +
              (u < 7 ? std::abs(block[p + 1]) : 0) + (v < 7 ? std::abs(block[p + 8]) : 0);
  }
  const int left = left_to_come_;
  const std::uint32_t at_beside = level(beside / 4), at_near = level(near), at_left = level(left),
                      at_around = level(around);
  ContextList list(now_, kInside, class_, 0);
  list.add(p, at_beside, at_left);
  list.add(p, left, kInsideSize - k - left);
  list.add(p, clip(above_[p], 8), clip(left_[p], 8));
  list.add(p, std::min(std::abs(w), 7), std::min(std::abs(n), 7), std::min(std::abs(nw), 3));
  list.add(p, level(sum_), left);
  list.add(p, clip(last_, 3), clip(last2_, 3), at_left);
  list.add(p, at_beside, at_near);
  list.add(p, at_around, at_near / 2, at_left / 2);
  list.add(p, clip(luma_[p], 6), clip(other_[p], 6));
  list.add(p, above_trace_->inside / 3, left_trace_->inside / 3, at_left);
  list.add(p, trace_->inside);
  list.add(p, clip(w, 3), clip(n, 3), clip(before, 3), clip(before2, 3));
  list.add(u + v, at_beside, at_near, at_left / 2);
  list.add(p, std::min(l, 5), std::min(a, 5), std::min(d, 3), std::min(r, 3));
  list.add(p, std::min(std::abs(above2_[p]), 4), std::min(std::abs(left2_[p]), 4),
           std::min(a + l, 4));
  list.add(p, at_left, clip(other_[p], 3), std::min(near, 6));
  list.add(p, at_around, known_sides());
  list.add(p, at_near, at_left);
  list.add(p, clip(ww, 3), clip(nn, 3), clip(above_[p], 3), clip(left_[p], 3));
  list.add(p);
  now_.guesses = {beside * 8 / 38, around * 8 / 12,        near * 8 / 9,
                  4 * (a + l),     8 * std::abs(luma_[p]), 8 * std::abs(other_[p])};
  now_.trusts.fill(level_below_16(left) + (u + v > 5 ? 16 : 0));
  now_.place = static_cast<std::uint32_t>(p);
  now_.left = level_below_16(left);
  now_.energy = std::min(at_beside, 15U);
  return now_;
}

std::int32_t BlockContexts::step_at(int position) const {
  return std::clamp<std::int32_t>(
      (*headers_.quantiser(*component_))[static_cast<std::size_t>(position)], 1, 32767);
}

// The coefficient as it was before it was divided.
std::int32_t BlockContexts::real_at(int position) const {
  return clip(block_[static_cast<std::size_t>(position)] * step_at(position), kMostReal);
}

// What the blocks above and on the left say of the row and the column, the inside being known.
void BlockContexts::predict_edges() {
  from_above_ = above_trace_->bottom;
  above_border_ = above_trace_->bottom_border;
  from_left_ = left_trace_->right;
  left_border_ = left_trace_->right_border;
  for (std::size_t v = 1; v < 8; ++v) {
    for (std::size_t u = 1; u < 8; ++u) {
      const std::int32_t real = real_at(static_cast<int>(8 * v + u));
      from_above_[u] -= real * kEdge[v];
      above_border_[u] -= real * kBorder[v];
      from_left_[v] -= real * kEdge[u];
      left_border_[v] -= real * kBorder[u];
    }
  }
}

Situation& BlockContexts::edge_count(bool row) {
  if (row) predict_edges();
  const int a = row ? above_trace_->row : above_trace_->column,
            l = row ? left_trace_->row : left_trace_->column,
            d = row ? above_left_trace_->row : above_left_trace_->column;
  const int inside = trace_->inside, before = row ? 0 : trace_->row + 1;
  int reach_u = 0, reach_v = 0;  // the highest frequencies inside
  for (const int p : kInsideOrder) {
    if (block_[static_cast<std::size_t>(p)] == 0) continue;
    reach_u = std::max(reach_u, p % 8);
    reach_v = std::max(reach_v, p / 8);
  }
  const int reach = row ? reach_u : reach_v;
  int guessed = 0, sure = 0, of_luma = 0, of_other = 0;
  for (int k = 1; k < 8; ++k) {
    const int p = row ? k : 8 * k;
    const std::int32_t guess = (row ? from_above_ : from_left_)[static_cast<std::size_t>(k)];
    const std::int32_t magnitude = std::abs(guess) / 8192;
    guessed += 2 * magnitude >= step_at(p) ? 1 : 0;
    sure += magnitude >= step_at(p) ? 1 : 0;
    of_luma += luma_[p] != 0 ? 1 : 0;
    of_other += other_[p] != 0 ? 1 : 0;
  }
  ContextList list(now_, row ? kRowCount : kColumnCount, class_, known_sides());
  list.add(inside, before);
  list.add(a, l, before);
  list.add(reach, inside / 3, before);
  list.add(guessed, sure, before);
  list.add(guessed, a, l);
  list.add(guessed, reach, inside / 4);
  list.add(reach_u, reach_v, before);
  list.add(sure, inside, before);
  list.add(a + l + d, inside / 2, before);
  list.add(luma_inside_ / 4, other_inside_ / 4, a + l);
  list.add(of_luma, of_other, a + l, before);
  list.add(of_other, guessed, inside / 2);
  now_.guesses = {8 * guessed, 4 * (a + l), 8 * reach, 8 * of_luma, 8 * of_other, 8 * sure};
  now_.trusts.fill(level_below_16(inside) + (row ? 0 : 16));
  now_.place = static_cast<std::uint32_t>(inside);
  now_.left = static_cast<std::uint32_t>(before);
  now_.energy = static_cast<std::uint32_t>(a + l);
  return now_;
}

void BlockContexts::set_edge_count(bool row, int count) {
  (row ? trace_->row : trace_->column) = left_to_come_ = count;
  last_ = last2_ = 0;
}

Situation& BlockContexts::edge(bool row, int k) {
  const int p = row ? k : 8 * k;
  const auto at = static_cast<std::size_t>(k);
  const auto in_steps = [&](std::int32_t sum) {  // in 1/8
    return clip(static_cast<int>(sum / (std::int64_t{1024} * step_at(p))), kMostGuess);
  };
  const int guess = in_steps(row ? from_above_[at] : from_left_[at]),
            border = in_steps(row ? above_border_[at] : left_border_[at]);
  const int a = std::abs(above_[p]), l = std::abs(left_[p]), d = std::abs(above_left_[p]);
  const int beside = 13 * (a + l) + 6 * d;
  int along = 0;  // inside, the same frequency
  for (int j = 1; j < 8; ++j)
    along += std::abs(block_[static_cast<std::size_t>(row ? 8 * j + k : 8 * k + j)]);
  const int next = block_[static_cast<std::size_t>(row ? 8 + k : 8 * k + 1)],
            next2 = block_[static_cast<std::size_t>(row ? 16 + k : 8 * k + 2)];
  const int left = left_to_come_, inside = trace_->inside;
  const int at_guess = signed_level(guess), at_border = signed_level(border);
  const std::uint32_t at_beside = level(beside / 4), at_along = level(along), at_left = level(left);
  ContextList list(now_, row ? kRow : kColumn, class_, row ? has_above_ : has_left_);
  list.add(k, at_guess, left);
  list.add(k, at_border, at_guess / 2);
  list.add(k, at_guess, at_along);
  list.add(k, guess / 2, at_left);
  list.add(k, clip(above_[p], 8), clip(left_[p], 8));
  list.add(k, at_beside, left);
  list.add(k, at_beside, at_guess);
  list.add(k, inside, left);
  list.add(k, inside / 4, at_guess);
  list.add(k, clip(last_, 3), clip(last2_, 3), at_guess);
  list.add(k, level(std::abs(last_)), level(std::abs(last2_)), left);
  list.add(k, clip(luma_[p], 8), clip(other_[p], 8));
  list.add(k, at_guess, clip(other_[p], 4));
  list.add(k, clip(next, 3), clip(next2, 3), at_guess);
  list.add(k, at_along, left);
  list.add(k, row ? trace_->row : trace_->column, left, inside / 4);
  list.add(k, std::min(a, 4), std::min(l, 4), std::min(d, 4), clip(guess / 8, 3));
  list.add(k, clip(row ? left_[p] : above_[p], 3), at_guess, clip(border / 8, 3));
  list.add(k, level(std::abs(guess)), level(std::abs(border)), left);
  list.add(k);
  now_.guesses = {guess,        border, (guess + border) / 2, beside / 4, 8 * std::abs(luma_[p]),
                  8 * other_[p]};
  now_.trusts.fill(level_below_16(along) + (k > 3 ? 16 : 0));
  now_.place = static_cast<std::uint32_t>(p);
  now_.left = static_cast<std::uint32_t>(left);
  now_.energy = std::min(at_beside, 15U);
  return now_;
}

// What the blocks above and on the left say of the mean, all else being known.
void BlockContexts::predict_mean() {
  from_above_[0] = above_trace_->bottom[0];
  above_border_[0] = above_trace_->bottom_border[0];
  from_left_[0] = left_trace_->right[0];
  left_border_[0] = left_trace_->right_border[0];
  for (std::size_t k = 1; k < 8; ++k) {
    const std::int32_t row = real_at(static_cast<int>(k)),
                       column = real_at(static_cast<int>(8 * k));
    from_above_[0] -= column * kEdge[k];
    above_border_[0] -= column * kBorder[k];
    from_left_[0] -= row * kEdge[k];
    left_border_[0] -= row * kBorder[k];
  }
}

Situation& BlockContexts::mean() {
  predict_mean();
  const std::int32_t step = step_at(0);
  const auto in_steps = [&](std::int32_t sum) {  // in 1/8
    return clip(static_cast<int>(sum / (std::int64_t{1024} * step)), kMostGuess);
  };
  const int a = in_steps(from_above_[0]), l = in_steps(from_left_[0]),
            border = (in_steps(above_border_[0]) + in_steps(left_border_[0])) / 2;
  // How wrong the blocks were of the edges, in 1/8 steps.
  std::int64_t sums[2] = {};
  for (std::size_t k = 1; k < 6; ++k) {
    const std::int64_t row = real_at(static_cast<int>(k)),
                       column = real_at(static_cast<int>(8 * k));
    sums[0] += std::abs(from_above_[k] - row * 8192) / 1024;
    sums[1] += std::abs(from_left_[k] - column * 8192) / 1024;
  }
  const auto wrong_a = static_cast<int>(std::min<std::int64_t>(sums[0] / step + 4, 1 << 16)),
             wrong_l = static_cast<int>(std::min<std::int64_t>(sums[1] / step + 4, 1 << 16));
  int guess = has_above_ ? a : has_left_ ? l : 0;
  if (has_above_ && has_left_) {
    guess = static_cast<int>((std::int64_t{a} * wrong_l + std::int64_t{l} * wrong_a) /
                             (wrong_a + wrong_l));
  }
  predicted_mean_ = (guess + (guess < 0 ? -4 : 4)) / 8;
  const int base = 8 * predicted_mean_, plane = left_[0] + above_[0] - above_left_[0];
  const std::uint32_t spread = level(std::abs(a - l)), wrong = level(wrong_a + wrong_l),
                      least = level(std::min(wrong_a, wrong_l));
  const int of_left = left_trace_->surprise, of_above = above_trace_->surprise;
  ContextList list(now_, kMean, class_, known_sides());
  list.add(spread, wrong);
  list.add(wrong, guess - base);
  list.add(trace_->inside / 2, spread / 2);
  list.add(signed_level(of_left), signed_level(of_above));
  list.add(level(std::abs(of_left) + std::abs(of_above)), wrong);
  list.add(signed_level(border - guess), least);
  list.add(signed_level(l - guess), signed_level(a - guess));
  list.add(trace_->row, trace_->column, least);
  list.add(least, spread);
  list.add(signed_level(left_[0] - predicted_mean_), signed_level(above_[0] - predicted_mean_));
  list.add(signed_level(plane - predicted_mean_), least);
  list.add(level(std::abs(left_[0] - above_left_[0])), level(std::abs(above_[0] - above_left_[0])),
           wrong / 2);
  list.add(luma_inside_, other_inside_ / 2);
  now_.guesses = {guess - base,  a - base,         l - base,
                  border - base, 8 * plane - base, 4 * (left_[0] + above_[0]) - base};
  now_.trusts.fill(std::min(wrong, 31U));
  now_.place = std::min(wrong, 63U);
  now_.left = std::min(spread, 15U);
  now_.energy = std::min(least, 15U);
  return now_;
}

void BlockContexts::set_mean(int difference) {
  trace_->surprise = difference;
  block_[0] = static_cast<std::int16_t>(predicted_mean_ + difference);
}

void BlockContexts::end_block() {
  for (std::size_t v = 0; v < 8; ++v) {
    for (std::size_t u = 0; u < 8; ++u) {
      const std::int32_t real = real_at(static_cast<int>(8 * v + u));
      const std::int32_t down = v % 2 == 0 ? real : -real, across = u % 2 == 0 ? real : -real;
      trace_->bottom[u] += down * kEdge[v];
      trace_->bottom_border[u] += down * kBorder[v];
      trace_->right[v] += across * kEdge[u];
      trace_->right_border[v] += across * kBorder[u];
    }
  }
}

}  // namespace nnzip::jpeg
