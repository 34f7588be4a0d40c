// SPDX-License-Identifier: Apache-2.0
// Block after block: how many coefficients are not zero, these, the edges, the mean.
#include "jpeg/coefficient_coder.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "jpeg/coefficient_model.h"
#include "mixer/core/mixer_targets.h"

namespace nnzip::jpeg {
namespace {

// sqrt(2) * cos(k * pi / 16), in 1/8192; of k = 0: 1.
constexpr std::array<std::int32_t, 8> kEdge = {8192, 11363, 10703, 9633, 8192, 6436, 4433, 2260};
constexpr std::array<std::int32_t, 8> kBorder = {8192,  11585, 11585, 11585,
                                                 11585, 11585, 11585, 11585};

enum Kind : std::uint32_t { kInner, kRow, kColumn, kMean, kCount };

struct EncodeBits {
  RangeEncoder& coder;
  bool bit(bool value, std::uint32_t p) {
    coder.encode_bit(value, p);
    return value;
  }
  bool failed() const { return false; }
};
struct DecodeBits {
  RangeDecoder& coder;
  bool bit(bool, std::uint32_t p) { return coder.decode_bit(p); }
  bool failed() const { return coder.overrun(); }
};

// What the blocks that come later ask of a block.
struct Edges {
  std::array<std::int32_t, 8> bottom{}, right{};    // sums over the frequencies across the edge
  std::array<std::int32_t, 8> bottom2{}, right2{};  // the same at the border itself
  int nonzero = 0, row = 0, column = 0;
  int residual = 0;  // of the mean
};

std::uint32_t level_of(std::uint32_t x) {
  if (x < 4) return x;
  const auto top = static_cast<std::uint32_t>(std::bit_width(x)) - 1;
  return 2 * top + (x >> (top - 1) & 1);
}
std::uint32_t level_of(int x) { return level_of(static_cast<std::uint32_t>(x)); }
std::uint32_t signed_level(int x) { return x < 0 ? 64 - level_of(-x) : level_of(x); }

class Hash {
 public:
  Hash& operator()(std::uint32_t x) {
    h_ = (h_ ^ (x + 0x7F4A7C15U)) * 0x2C1B3C6DU;
    h_ ^= h_ >> 15;
    return *this;
  }
  Hash& operator()(int x) { return (*this)(static_cast<std::uint32_t>(x)); }
  operator std::uint32_t() const { return h_; }

 private:
  std::uint32_t h_ = 0x165667B1U;
};

template <typename Bits, typename Values>
class Coder {
 public:
  Coder(const Headers& headers, Values* coefficients, Bits bits)
      : headers_(headers),
        frame_(headers.frame()),
        coefficients_(coefficients),
        bits_(bits),
        model_(frame_.blocks, mixer::find_mix_kernels("")) {}

  bool run(const std::function<void(std::uint32_t)>& progress) {
    std::size_t done = 0;
    for (std::size_t c = 0; c < frame_.components.size(); ++c) {
      component_ = &frame_.components[c];
      number_ = static_cast<std::uint32_t>(std::min<std::size_t>(c, 2));
      quantiser_ = headers_.quantiser(*component_);
      edges_.assign(2 * component_->width, {});
      for (std::size_t y = 0; y < component_->height; ++y) {
        for (std::size_t x = 0; x < component_->width; ++x) block(x, y);
        if (bits_.failed()) return false;
        done += component_->width;
        if (progress) progress(static_cast<std::uint32_t>((done << 16) / frame_.blocks));
      }
    }
    return true;
  }

 private:
  using Block = const std::int16_t*;

  Block at(const Component& c, std::size_t x, std::size_t y) const {
    return coefficients_ + (c.first + y * c.width + x) * kBlock;
  }

  // One decision.
  bool decide(bool value, std::uint32_t group, std::uint32_t node, std::uint32_t step,
              std::int32_t threshold) {
    const std::uint32_t p =
        model_.predict(group, node, (s_.kind * 8 + step) * 2 + (number_ != 0), threshold);
    const bool bit = bits_.bit(value, p);
    model_.update(bit);
    return bit;
  }

  // A whole number.
  int number(int value) {
    model_.begin(s_);
    if (!decide(value != 0, 0, 0, 0, 4)) return 0;
    const bool negative = decide(value < 0, 0, 1, 1, 0);
    if (negative)
      for (auto& guess : s_.guesses) guess = -guess;
    const int magnitude = value < 0 ? -value : value;
    int size = 1;
    while (size < 12 && decide(magnitude >= 1 << size, 0, 1 + static_cast<std::uint32_t>(size),
                               static_cast<std::uint32_t>(std::min(1 + size, 5)), (8 << size) - 4))
      ++size;
    int made = 1;
    for (int bit = size - 2; bit >= 0; --bit) {
      const int depth = size - 2 - bit;
      const auto group = static_cast<std::uint32_t>(size + (depth < 3 ? 0 : 16 * depth));
      const auto node =
          static_cast<std::uint32_t>(depth < 3 ? (made & ((1 << depth) - 1)) | 1 << depth : 0);
      const int threshold = ((made * 2 + 1) << bit) * 8 - 4;
      made = made * 2 + decide(magnitude >> bit & 1, group, node + (negative ? 8 : 0),
                               depth == 0 ? 6 : 7, threshold);
    }
    return negative ? -made : made;
  }

  // A number of so many bits.
  int count(int value, int bits) {
    model_.begin(s_);
    int made = 1;
    for (int bit = bits - 1; bit >= 0; --bit) {
      const int depth = bits - 1 - bit;
      const std::uint32_t group = depth < 4 ? 0 : static_cast<std::uint32_t>(made >> (depth - 4));
      const std::uint32_t node =
          depth < 4
              ? static_cast<std::uint32_t>(made)
              : static_cast<std::uint32_t>((made & ((1 << (depth - 4)) - 1)) | 1 << (depth - 4));
      const int threshold = (((made * 2 + 1) << bit) - (1 << bits)) * 8 - 4;
      made = made * 2 +
             decide(value >> bit & 1, group, node, static_cast<std::uint32_t>(depth), threshold);
    }
    return made - (1 << bits);
  }

  static void store(Values* to, int at, int value) {
    if constexpr (!std::is_const_v<Values>) to[at] = static_cast<std::int16_t>(value);
  }
  void block(std::size_t x, std::size_t y);
  void inner(Values* to, int nonzero);
  void edge(Values* to, bool row, int nonzero, const Edges& mine);
  void mean(Values* to);

  const Headers& headers_;
  const Frame& frame_;
  Values* coefficients_;
  Bits bits_;
  CoefficientModel model_;

  const Component* component_ = nullptr;
  std::uint32_t number_ = 0;
  const std::array<std::uint16_t, kBlock>* quantiser_ = nullptr;
  std::vector<Edges> edges_;
  Situation s_;

  static constexpr std::int16_t kNone[kBlock] = {};
  Block above_ = kNone, left_ = kNone, above_left_ = kNone, above_right_ = kNone, above2_ = kNone,
        left2_ = kNone;
  Block luma_ = kNone, other_ = kNone;
  bool has_above_ = false, has_left_ = false;
  Edges *ea_ = nullptr, *el_ = nullptr, *ed_ = nullptr, *er_ = nullptr;
  int luma_nonzero_ = 0, other_nonzero_ = 0;
  std::array<std::int32_t, kBlock> real_{};  // times the quantiser
  std::array<std::int32_t, 8> from_above_{}, from_left_{}, from_above2_{}, from_left2_{};
};

const Edges kNoEdges;

int nonzeros(const std::int16_t* b) {
  int n = 0;
  for (int v = 1; v < 8; ++v)
    for (int u = 1; u < 8; ++u) n += b[8 * v + u] != 0;
  return n;
}

template <typename Bits, typename Values>
void Coder<Bits, Values>::block(std::size_t x, std::size_t y) {
  Values* const to = coefficients_ + (component_->first + y * component_->width + x) * kBlock;
  const std::size_t w = component_->width;
  has_above_ = y > 0;
  has_left_ = x > 0;
  above_ = has_above_ ? at(*component_, x, y - 1) : kNone;
  left_ = has_left_ ? at(*component_, x - 1, y) : kNone;
  above_left_ = has_above_ && has_left_ ? at(*component_, x - 1, y - 1) : kNone;
  above_right_ = has_above_ && x + 1 < w ? at(*component_, x + 1, y - 1) : kNone;
  above2_ = y > 1 ? at(*component_, x, y - 2) : kNone;
  left2_ = x > 1 ? at(*component_, x - 2, y) : kNone;
  Edges& mine = edges_[(y % 2) * w + x];
  Edges none;
  ea_ = has_above_ ? &edges_[((y + 1) % 2) * w + x] : &none;
  el_ = has_left_ ? &mine - 1 : &none;
  ed_ = has_above_ && has_left_ ? ea_ - 1 : &none;
  er_ = has_above_ && x + 1 < w ? ea_ + 1 : &none;
  Edges made;
  luma_ = other_ = kNone;
  luma_nonzero_ = other_nonzero_ = 0;
  if (number_ > 0) {
    const auto place = [&](const Component& c) {
      const std::size_t cx = std::min(x * c.across / component_->across, c.width - 1),
                        cy = std::min(y * c.down / component_->down, c.height - 1);
      return at(c, cx, cy);
    };
    luma_ = place(frame_.components[0]);
    luma_nonzero_ = nonzeros(luma_);
    if (number_ == 2) {
      other_ = place(frame_.components[1]);
      other_nonzero_ = nonzeros(other_);
    }
  }
  const int na = ea_->nonzero, nl = el_->nonzero, nd = ed_->nonzero, nr = er_->nonzero;
  const std::uint32_t avail = has_above_ * 2 + has_left_;
  {
    s_ = {};
    s_.kind = kCount;
    const std::uint32_t base = Hash()(1)(number_)(avail);
    const int mix = has_above_ && has_left_ ? (2 * na + 2 * nl + nd + nr)
                    : has_above_            ? 6 * na
                                            : 6 * nl;
    int i = 0;
    const auto add = [&](std::uint32_t h) {
      s_.contexts[i] = Hash()(base)(i)(h);
      ++i;
    };
    add(mix / 3);
    add(Hash()(na)(nl));
    add(Hash()(na / 2)(nl / 2)(nd / 4)(nr / 4));
    add(Hash()(luma_nonzero_)(other_nonzero_));
    add(Hash()(mix / 6)(luma_nonzero_ / 4)(other_nonzero_ / 2));
    add(Hash()(na)(nr));
    add(Hash()(nl)(luma_nonzero_ / 4));
    add(Hash()(ea_->row)(ea_->column)(el_->row)(el_->column));
    add(0);
    add(Hash()(nonzeros(above2_) / 2)(nonzeros(left2_) / 2)(mix / 12));
    add(Hash()(na + nl)(el_->row + ea_->column));
    add(Hash()(level_of(std::abs(el_->residual)))(level_of(std::abs(ea_->residual)))(mix / 12));
    add(Hash()(other_nonzero_)(mix / 6));
    for (auto& g : s_.guesses) g = mix * 8 / 6;
    s_.guesses[1] = na * 8;
    s_.guesses[2] = nl * 8;
    s_.guesses[3] = (na + nl - nd) * 8;
    s_.guesses[4] = luma_nonzero_ * 8;
    s_.guesses[5] = other_nonzero_ * 8;
    for (auto& t : s_.trusts) t = std::min(level_of(std::abs(na - nl)), 15U) + 16 * (number_ == 2);
    s_.place = static_cast<std::uint32_t>(std::min(mix / 6, 49));
    s_.left = std::min(level_of(std::abs(na - nl)), 15U);
    s_.energy = std::min(level_of(luma_nonzero_), 15U);
    made.nonzero = count(nonzeros(to), 6);
  }
  if (made.nonzero > 49) made.nonzero = 49;
  inner(to, made.nonzero);
  // What is known across the edges.
  const auto real = [&](std::size_t k) {
    return std::clamp(to[k] * std::min<int>((*quantiser_)[k], 32767), -8191, 8191);
  };
  for (std::size_t k = 0; k < kBlock; ++k) real_[k] = 0;
  for (std::size_t v = 1; v < 8; ++v)
    for (std::size_t u = 1; u < 8; ++u) real_[8 * v + u] = real(8 * v + u);
  for (std::size_t k = 1; k < 8; ++k) {
    std::int32_t a = ea_->bottom[k], l = el_->right[k], a2 = ea_->bottom2[k], l2 = el_->right2[k];
    for (std::size_t j = 1; j < 8; ++j) {
      a -= real_[8 * j + k] * kEdge[j];
      l -= real_[8 * k + j] * kEdge[j];
      a2 -= real_[8 * j + k] * kBorder[j];
      l2 -= real_[8 * k + j] * kBorder[j];
    }
    from_above_[k] = a;
    from_left_[k] = l;
    from_above2_[k] = a2;
    from_left2_[k] = l2;
  }
  int row = 0, column = 0, reach_u = 0, reach_v = 0;
  for (int k = 1; k < 8; ++k) row += to[k] != 0, column += to[8 * k] != 0;
  for (int v = 1; v < 8; ++v)
    for (int u = 1; u < 8; ++u)
      if (to[8 * v + u] != 0) reach_u = std::max(reach_u, u), reach_v = std::max(reach_v, v);
  for (int which = 0; which < 2; ++which) {
    s_ = {};
    s_.kind = kCount + 1;
    const std::uint32_t base = Hash()(2 + which)(number_)(avail);
    int i = 0;
    const auto add = [&](std::uint32_t h) {
      s_.contexts[i] = Hash()(base)(i)(h);
      ++i;
    };
    const int ra = which == 0 ? ea_->row : ea_->column, rl = which == 0 ? el_->row : el_->column;
    const int reach = which == 0 ? reach_u : reach_v;
    const int before = which == 0 ? 0 : made.row + 1;
    int guessed = 0, guessed2 = 0;
    for (std::size_t k = 1; k < 8; ++k) {
      const std::int32_t g = which == 0 ? from_above_[k] : from_left_[k];
      const std::int32_t q = (*quantiser_)[which == 0 ? k : 8 * k];
      const int m = std::abs(g) / 8192;
      guessed += 2 * m >= q;
      guessed2 += m >= q;
    }
    add(Hash()(made.nonzero)(before));
    add(Hash()(ra)(rl)(before));
    add(Hash()(reach)(made.nonzero / 3)(before));
    add(Hash()(guessed)(guessed2)(before));
    add(Hash()(guessed)(ra)(rl));
    add(Hash()(guessed)(reach)(made.nonzero / 4));
    add(Hash()(reach_u)(reach_v)(before));
    add(Hash()(guessed2)(made.nonzero)(before));
    const int rd = which == 0 ? ed_->row : ed_->column;
    add(Hash()(ra + rl + rd)(made.nonzero / 2)(before));
    add(Hash()(luma_nonzero_ / 4)(other_nonzero_ / 4)(ra + rl));
    int ol = 0, oo = 0;
    for (int k = 1; k < 8; ++k)
      ol += luma_[which == 0 ? k : 8 * k] != 0, oo += other_[which == 0 ? k : 8 * k] != 0;
    add(Hash()(ol)(oo)(ra + rl)(before));
    add(Hash()(oo)(guessed)(made.nonzero / 2));
    s_.guesses[0] = guessed * 8;
    s_.guesses[1] = (ra + rl) * 4;
    s_.guesses[2] = reach * 8;
    s_.guesses[3] = ol * 8;
    s_.guesses[4] = oo * 8;
    s_.guesses[5] = guessed2 * 8;
    for (auto& t : s_.trusts) t = std::min(level_of(made.nonzero), 15U) + 16 * which;
    s_.place = static_cast<std::uint32_t>(made.nonzero);
    s_.left = static_cast<std::uint32_t>(before);
    s_.energy = static_cast<std::uint32_t>(ra + rl);
    const int n = count(which == 0 ? row : column, 3);
    (which == 0 ? made.row : made.column) = n;
    edge(to, which == 0, n, made);
    for (std::size_t k = 1; k < 8; ++k) {
      const std::size_t p = which == 0 ? k : 8 * k;
      real_[p] = real(p);
    }
  }
  {
    std::int32_t a = ea_->bottom[0], l = el_->right[0], a2 = ea_->bottom2[0], l2 = el_->right2[0];
    for (std::size_t j = 1; j < 8; ++j) {
      a -= real_[8 * j] * kEdge[j];
      l -= real_[j] * kEdge[j];
      a2 -= real_[8 * j] * kBorder[j];
      l2 -= real_[j] * kBorder[j];
    }
    from_above_[0] = a;
    from_left_[0] = l;
    from_above2_[0] = a2;
    from_left2_[0] = l2;
    const std::int64_t q = std::max<int>((*quantiser_)[0], 1);
    const auto value = [&](std::int32_t sum) {
      return static_cast<int>(sum / (q * 1024));
    };  // in 1/8
    // How far the edges were off.
    std::int64_t off_a = 0, off_l = 0;
    for (std::size_t k = 1; k < 6; ++k) {
      off_a += std::abs(from_above_[k] - real_[k] * 8192) / 1024;
      off_l += std::abs(from_left_[k] - real_[8 * k] * 8192) / 1024;
    }
    off_a = off_a / q + 4;
    off_l = off_l / q + 4;
    const int ga = value(a), gl = value(l), ga2 = value(a2), gl2 = value(l2);
    int guess = 0;
    if (has_above_ && has_left_)
      guess = static_cast<int>((ga * off_l + gl * off_a) / (off_a + off_l));
    else if (has_above_)
      guess = ga;
    else if (has_left_)
      guess = gl;
    guess = std::clamp(guess, -8 * kMaxCoefficient, 8 * kMaxCoefficient);
    const int rounded = (guess + (guess < 0 ? -4 : 4)) / 8;
    s_ = {};
    s_.kind = kMean;
    const auto spread = level_of(std::abs(ga - gl));
    const auto off = level_of(static_cast<int>(std::min<std::int64_t>(off_a + off_l, 1 << 20)));
    const auto worst =
        level_of(static_cast<int>(std::min<std::int64_t>(std::min(off_a, off_l), 1 << 20)));
    const std::uint32_t base = Hash()(5)(number_)(avail);
    int i = 0;
    const auto add = [&](std::uint32_t h) {
      s_.contexts[i] = Hash()(base)(i)(h);
      ++i;
    };
    const int fr = guess - rounded * 8;
    add(Hash()(spread)(off));
    add(Hash()(off)(fr));
    add(Hash()(made.nonzero / 2)(spread / 2));
    add(Hash()(signed_level(el_->residual))(signed_level(ea_->residual)));
    add(Hash()(level_of(std::abs(el_->residual) + std::abs(ea_->residual)))(off));
    add(Hash()(signed_level((ga2 + gl2) / 2 - guess))(worst));
    add(Hash()(signed_level(gl - guess))(signed_level(ga - guess)));
    add(Hash()(signed_level(gl2 - guess))(signed_level(ga2 - guess)));
    add(Hash()(made.row)(made.column)(worst));
    add(Hash()(worst)(spread));
    const int predl = left_[0] - rounded, preda = above_[0] - rounded;
    add(Hash()(signed_level(predl))(signed_level(preda)));
    add(Hash()(signed_level(left_[0] + above_[0] - above_left_[0] - rounded))(worst));
    add(Hash()(level_of(std::abs(left_[0] - above_left_[0])))(
        level_of(std::abs(above_[0] - above_left_[0])))(off / 2));
    add(0);
    add(Hash()(luma_nonzero_)(other_nonzero_ / 2));
    s_.guesses[0] = guess - rounded * 8;
    s_.guesses[1] = ga - rounded * 8;
    s_.guesses[2] = gl - rounded * 8;
    s_.guesses[3] = (ga2 + gl2) / 2 - rounded * 8;
    s_.guesses[4] = (left_[0] + above_[0] - above_left_[0] - rounded) * 8;
    s_.guesses[5] = (left_[0] + above_[0]) * 4 - rounded * 8;
    for (auto& t : s_.trusts) t = std::min(off, 31U);
    s_.place = std::min(off, 63U);
    s_.left = std::min(spread, 15U);
    s_.energy = std::min(worst, 15U);
    made.residual = number(to[0] - rounded);
    store(to, 0, made.residual + rounded);
    real_[0] = real(0);
  }
  for (std::size_t k = 0; k < 8; ++k) {
    for (std::size_t j = 0; j < 8; ++j) {
      const std::int32_t sign = j % 2 == 0 ? 1 : -1;
      made.bottom[k] += sign * real_[8 * j + k] * kEdge[j];
      made.right[k] += sign * real_[8 * k + j] * kEdge[j];
      made.bottom2[k] += sign * real_[8 * j + k] * kBorder[j];
      made.right2[k] += sign * real_[8 * k + j] * kBorder[j];
    }
  }
  mine = made;
}

// Of the 49 inside, in the order of scans.
struct Order {
  std::array<std::uint8_t, 49> inner{};
  Order() {
    int n = 0;
    for (const auto k : kNatural)
      if (k % 8 != 0 && k >= 8) inner[n++] = k;
  }
};
const std::array<std::uint8_t, 49>& inner_order() {
  static const Order order;
  return order.inner;
}

template <typename Bits, typename Values>
void Coder<Bits, Values>::inner(Values* to, int nonzero) {
  const auto& order = inner_order();
  int left = nonzero;
  int sum = 0, last = 0, last2 = 0;
  const std::uint32_t avail = has_above_ * 2 + has_left_;
  for (int k = 0; k < 49 && left > 0; ++k) {
    const int p = order[static_cast<std::size_t>(k)];
    const int u = p % 8, v = p / 8;
    const int A = above_[p], L = left_[p], D = above_left_[p], R = above_right_[p];
    const int a = std::abs(A), l = std::abs(L), d = std::abs(D), r = std::abs(R);
    const int w = 13 * (a + l) + 6 * (d + r);
    const auto in = [&](int du, int dv) {
      const int uu = u + du, vv = v + dv;
      return uu < 1 || vv < 1 || uu > 7 || vv > 7 ? 0 : static_cast<int>(to[8 * vv + uu]);
    };
    const int i1 = in(-1, 0), i2 = in(0, -1), i3 = in(-1, -1), i4 = in(-2, 0), i5 = in(0, -2),
              side = (u + v) % 2 == 0 ? -1 : 1, i6 = in(side, -side), i7 = in(2 * side, -2 * side);
    const int near = 2 * (std::abs(i1) + std::abs(i2)) + std::abs(i3) + std::abs(i4) +
                     std::abs(i5) + std::abs(i6) + std::abs(i7);
    int around = 0;
    for (const Block b : {above_, left_}) {
      around += 2 * std::abs(b[p]) + std::abs(b[p - 1]) + std::abs(b[p - 8]) +
                (u < 7 ? std::abs(b[p + 1]) : 0) + (v < 7 ? std::abs(b[p + 8]) : 0);
    }
    s_.kind = kInner;
    const std::uint32_t base = Hash()(7)(number_);
    int i = 0;
    const auto add = [&](std::uint32_t h) {
      s_.contexts[i] = Hash()(base)(i)(h);
      ++i;
    };
    const auto c3 = [](int x) { return std::clamp(x, -3, 3); };
    const std::uint32_t lw = level_of(w / 4);
    add(Hash()(p)(lw)(level_of(left)));
    add(Hash()(p)(left)(49 - k - left));
    add(Hash()(p)(std::clamp(A, -8, 8))(std::clamp(L, -8, 8)));
    add(Hash()(p)(std::min(std::abs(i1), 7))(std::min(std::abs(i2), 7))(std::min(std::abs(i3), 3)));
    add(Hash()(p)(level_of(sum))(left));
    add(Hash()(p)(c3(last))(c3(last2))(level_of(left)));
    add(Hash()(p)(lw)(level_of(near)));
    add(Hash()(p)(level_of(around))(level_of(near) / 2)(level_of(left) / 2));
    add(Hash()(p)(std::clamp(static_cast<int>(luma_[p]), -6, 6))(
        std::clamp(static_cast<int>(other_[p]), -6, 6)));
    add(Hash()(p)(ea_->nonzero / 3)(el_->nonzero / 3)(level_of(left)));
    add(Hash()(k)(nonzero));
    add(Hash()(p)(c3(i1))(c3(i2))(c3(i6))(c3(i7)));
    add(Hash()(u + v)(lw)(level_of(near))(level_of(left) / 2));
    add(Hash()(p)(std::min(l, 5))(std::min(a, 5))(std::min(d, 3))(std::min(r, 3)));
    add(Hash()(p)(std::min(std::abs(static_cast<int>(above2_[p])), 4))(
        std::min(std::abs(static_cast<int>(left2_[p])), 4))(std::min(a + l, 4)));
    add(Hash()(p)(level_of(left))(std::clamp(static_cast<int>(other_[p]), -3, 3))(
        std::min(near, 6)));
    add(Hash()(p)(level_of(around))(avail));
    add(Hash()(p)(level_of(near))(level_of(left)));
    add(Hash()(p)(c3(i4))(c3(i5))(c3(A))(c3(L)));
    add(p);
    s_.guesses[0] = w * 8 / 38;
    s_.guesses[1] = around * 8 / 12;
    s_.guesses[2] = near * 8 / 9;
    s_.guesses[3] = (a + l) * 4;
    s_.guesses[4] = std::abs(static_cast<int>(luma_[p])) * 8;
    s_.guesses[5] = std::abs(static_cast<int>(other_[p])) * 8;
    for (auto& t : s_.trusts) t = std::min(level_of(left), 15U) + 16 * (u + v > 5);
    const auto keep = s_.guesses;
    s_.place = static_cast<std::uint32_t>(p);
    s_.left = std::min(level_of(left), 15U);
    s_.energy = std::min(lw, 15U);
    const int value = number(to[p]);
    (void)keep;
    store(to, p, value);
    left -= value != 0;
    sum += std::abs(value);
    last2 = last;
    last = value;
  }
}

template <typename Bits, typename Values>
void Coder<Bits, Values>::edge(Values* to, bool row, int nonzero, const Edges& mine) {
  int left = nonzero;
  int last = 0, last2 = 0;
  const int step = row ? 1 : 8;
  for (int k = 1; k < 8 && left > 0; ++k) {
    const int p = k * step;
    const auto kk = static_cast<std::size_t>(k);
    const std::int64_t q = std::max<int>((*quantiser_)[static_cast<std::size_t>(p)], 1);
    const auto scaled = [&](std::int32_t sum) {
      return std::clamp(static_cast<int>(sum / (q * 1024)), -16384, 16384);
    };
    const int g = scaled(row ? from_above_[kk] : from_left_[kk]),
              g2 = scaled(row ? from_above2_[kk] : from_left2_[kk]);
    const int A = above_[p], L = left_[p], D = above_left_[p];
    const int a = std::abs(A), l = std::abs(L), d = std::abs(D);
    const int w = 13 * (a + l) + 6 * d;
    const int n1 = to[8 + k * step - (row ? 0 : 7) + 0];
    s_.kind = row ? kRow : kColumn;
    const bool known = row ? has_above_ : has_left_;
    const std::uint32_t base = Hash()(9 + row)(number_)(known);
    int i = 0;
    const auto add = [&](std::uint32_t h) {
      s_.contexts[i] = Hash()(base)(i)(h);
      ++i;
    };
    const auto c3 = [](int x) { return std::clamp(x, -3, 3); };
    const auto gl = signed_level(g), gl2 = signed_level(g2);
    const std::uint32_t lw = level_of(w / 4);
    // Inside, along the same frequency.
    int along = 0;
    for (int j = 1; j < 8; ++j)
      along += std::abs(static_cast<int>(to[row ? 8 * j + k : 8 * k + j]));
    (void)n1;
    const int in1 = to[row ? 8 + k : 8 * k + 1], in2 = to[row ? 16 + k : 8 * k + 2];
    add(Hash()(k)(gl)(left));
    add(Hash()(k)(gl2)(gl / 2));
    add(Hash()(k)(gl)(level_of(along)));
    add(Hash()(k)(g / 2)(level_of(left)));
    add(Hash()(k)(std::clamp(A, -8, 8))(std::clamp(L, -8, 8)));
    add(Hash()(k)(lw)(left));
    add(Hash()(k)(lw)(gl));
    add(Hash()(k)(mine.nonzero)(left));
    add(Hash()(k)(mine.nonzero / 4)(gl));
    add(Hash()(k)(c3(last))(c3(last2))(gl));
    add(Hash()(k)(level_of(std::abs(last)))(level_of(std::abs(last2)))(left));
    add(Hash()(k)(std::clamp(static_cast<int>(luma_[p]), -8, 8))(
        std::clamp(static_cast<int>(other_[p]), -8, 8)));
    add(Hash()(k)(gl)(std::clamp(static_cast<int>(other_[p]), -4, 4)));
    add(Hash()(k)(c3(in1))(c3(in2))(gl));
    add(Hash()(k)(level_of(along))(left));
    add(Hash()(k)(row ? mine.row : 0)(row ? 0 : 1)(left)(mine.nonzero / 4));
    add(Hash()(k)(std::min(a, 4))(std::min(l, 4))(std::min(d, 4))(c3(g / 8)));
    add(Hash()(k)(c3(row ? L : A))(gl)(c3(g2 / 8)));
    add(Hash()(k)(level_of(std::abs(g)))(level_of(std::abs(g2)))(left));
    add(k);
    s_.guesses[0] = g;
    s_.guesses[1] = g2;
    s_.guesses[2] = (g + g2) / 2;
    s_.guesses[3] = w * 8 / 32;
    s_.guesses[4] = std::abs(luma_[p]) * 8;
    s_.guesses[5] = other_[p] * 8;
    for (auto& t : s_.trusts) t = std::min(level_of(along), 15U);
    for (std::size_t j = 0; j < 3; ++j) s_.trusts[j] += 16 * (k > 3);
    s_.place = static_cast<std::uint32_t>(p);
    s_.left = static_cast<std::uint32_t>(left);
    s_.energy = std::min(lw, 15U);
    const int value = number(to[p]);
    store(to, p, value);
    left -= value != 0;
    last2 = last;
    last = value;
  }
}

}  // namespace

void encode_coefficients(const Headers& headers, const Coefficients& coefficients,
                         RangeEncoder& coder, const std::function<void(std::uint32_t)>& progress) {
  Coder<EncodeBits, const std::int16_t>(headers, coefficients.data(), {coder}).run(progress);
}

bool decode_coefficients(const Headers& headers, Coefficients& coefficients, RangeDecoder& coder,
                         const std::function<void(std::uint32_t)>& progress) {
  return Coder<DecodeBits, std::int16_t>(headers, coefficients.data(), {coder}).run(progress);
}

}  // namespace nnzip::jpeg
