// SPDX-License-Identifier: Apache-2.0
// Every number is computed where it is needed.
#include "reference/lean/pixels_reference.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <vector>

#include "coder/range_encoder.h"
#include "reference/lean/lean_tree.h"
#include "reference/mixer/mixer_reference_tables.h"

namespace nnzip::mixer_reference {
namespace {

using Row = std::vector<std::int64_t>;

int highest_bit(std::int64_t n) {
  int t = 0;
  while (n >> (t + 1) > 0) ++t;
  return t;
}

std::int64_t energy(std::int64_t m) {
  const int t = highest_bit(m);
  return std::min<std::int64_t>(2 * t + (t == 0 ? 0 : m >> (t - 1) & 1), 23);
}

std::int64_t step(std::int64_t z, std::int64_t n) {
  std::int64_t bits = 0;
  while ((std::abs(z) / 2) >> bits != 0) ++bits;
  return n + (z < 0 ? -1 : 1) * std::min(bits, n);
}

std::int64_t log8(std::int64_t n) {
  const int t = highest_bit(n);
  return 8 * t + ((8 * n >> t) % 8);
}

class PixelsReference {
 public:
  PixelsReference(const Bytes& content, const Layout& layout)
      : content_(content),
        s_(layout.stride),
        p_(layout.element),
        b_(layout.number_bytes()),
        most_((std::int64_t{1} << (8 * b_)) - 1),
        low_first_(layout.low_first) {}

  Bytes code() {
    walk([&](unsigned kind, unsigned symbol) {
      symbols_[kind].push_back(static_cast<std::uint8_t>(symbol));
    });
    std::vector<Numbers> numbers;
    for (const Bytes& all : symbols_) {
      numbers.push_back(all.size() < 256 ? Numbers(256, 1) : numbers_of(all));
      code_numbers(numbers.back(), out_);
    }
    walk([&](unsigned kind, unsigned symbol) { code_symbol(numbers[kind], kind, symbol); });
    return out_.finish();
  }

 private:
  // Calls take(kind, symbol) for all that the content is.
  template <typename Take>
  void walk(Take take) {
    values_.clear();
    errors_.clear();
    costs_.clear();
    weights_.assign(4, Row(10));
    q_.assign(4, 0);
    for (e_ = 0; e_ < content_.size();) {
      const std::size_t offset = e_ % s_, width = s_ / p_;
      padding_ = offset >= width * p_;
      x_ = padding_ ? 0 : offset / p_;
      c_ = padding_ ? 0 : offset % p_ / b_;
      is_last_ = x_ + 1 == width;
      const bool wide = b_ == 2 && !padding_ && e_ + 1 < content_.size();
      std::int64_t v = content_[e_];
      if (wide) v = low_first_ ? v + 256 * content_[e_ + 1] : 256 * v + content_[e_ + 1];
      guess();
      if (wide) {
        const auto d = static_cast<unsigned>(v - g_ + 32768 + 128) % 65536;
        take(1, d / 256);
        take(d / 256 == 128 ? 0 : 2, d % 256);
      } else {
        take(padding_ ? 3 : 0, static_cast<unsigned>(v - g_ + 128) % 256);
      }
      learn(v);
      e_ += wide ? 2 : 1;
    }
  }

  static std::int64_t from(const std::map<std::size_t, std::int64_t>& all, std::size_t e,
                           std::size_t d) {
    const auto found = d > e ? all.end() : all.find(e - d);
    return found == all.end() ? 0 : found->second;
  }
  std::int64_t at(std::size_t d) const { return from(values_, e_, d); }
  std::int64_t error(std::size_t d) const { return from(errors_, e_, d); }

  std::int64_t cost(std::int64_t x, std::size_t i) const {
    const auto found = costs_.find({x, c_});
    return found == costs_.end() ? 0 : found->second[i];
  }

  void guess() {
    for (std::int64_t* z : {&eW_, &eN_, &eNW_, &eNE_, &eWW_, &e1_, &texture_, &activity_}) *z = 0;
    if (padding_) {
      g_ = at(s_) % 256;
      fine_ = blended_ = 16 * g_;
      return;
    }
    const std::size_t left = x_ == 0 ? s_ : p_, corner = x_ == 0 ? s_ : s_ + p_;
    const std::size_t right = is_last_ ? s_ : s_ - p_, far = x_ < 2 ? left : 2 * p_;
    const std::array<std::size_t, 6> distances = {left, s_, corner, right, far, 2 * s_};
    std::array<std::int64_t, 6> whole, less;  // W, N, NW, NE, WW, NN
    for (std::size_t i = 0; i < 6; ++i) {
      whole[i] = less[i] = at(distances[i]);
      if (c_ > 0) less[i] -= at(distances[i] + b_);
    }
    const std::int64_t a = c_ > 0 ? at(b_) : 0;
    const auto [W, N, NW, NE, WW, NN] = whole;
    const auto [w, n, nw, ne, ww, nn] = less;
    candidates_ = {16 * (a + std::clamp(w + n - nw, std::min(w, n), std::max(w, n))),
                   16 * (a + w + n - nw),
                   16 * (a + w + ne - n),
                   16 * a + 8 * (w + n) + 4 * (ne - nw),
                   16 * (a + 2 * n - nn),
                   16 * (a + 2 * w - ww),
                   c_ == 0 ? 16 * N : 16 * (W + N - NW),
                   c_ == 0 ? 16 * W : 8 * (W + N)};
    Row logs;
    for (std::size_t i = 0; i < 8; ++i) {
      candidates_[i] = std::clamp<std::int64_t>(candidates_[i], 0, 16 * most_);
      const auto x = static_cast<std::int64_t>(x_);
      logs.push_back(
          log8(4 + 2 * cost(x - 1, i) + 2 * cost(x, i) + cost(x + 1, i) + cost(x - 2, i)));
    }
    std::int64_t sum = 0, shares = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      const std::int64_t k =
          std::min<std::int64_t>(logs[i] - *std::min_element(logs.begin(), logs.end()), 47);
      const std::int64_t share = std::array{4096, 3444, 2896, 2435}[k % 4] >> (k / 4);
      sum += share * candidates_[i];
      shares += share;
    }
    blended_ = (sum + shares / 2) / shares;
    eW_ = error(left);
    eN_ = error(s_);
    eNW_ = error(corner);
    eNE_ = error(right);
    eWW_ = error(far);
    e1_ = c_ > 0 ? error(b_) : 0;
    taps_.clear();
    for (const std::int64_t candidate : candidates_) taps_.push_back(candidate - blended_);
    taps_.push_back(4 * e1_);
    taps_.push_back(c_ > 1 ? 4 * error(2 * b_) : 0);
    std::int64_t correction = 0;
    energy_ = 256;
    for (std::size_t i = 0; i < 10; ++i) {
      taps_[i] = std::clamp<std::int64_t>(taps_[i], -4095, 4095);
      correction += taps_[i] * weights_[c_][i];
      energy_ += taps_[i] * taps_[i];
    }
    fine_ = std::clamp<std::int64_t>(blended_ + (correction >> 20), 0, 16 * most_);
    g_ = std::min((fine_ + 8) >> 4, most_);
    for (std::size_t i = 0; i < 6; ++i) texture_ += 16 * whole[i] > fine_ ? 1 << i : 0;
    activity_ = std::abs(W - NW) + std::abs(N - NW) + std::abs(N - NE);
  }

  void learn(std::int64_t v) {
    values_[e_] = v;
    if (padding_) return;
    errors_[e_] = std::clamp<std::int64_t>((16 * v - fine_) / 4, -32767, 32767);
    Row& costs = costs_[{static_cast<std::int64_t>(x_), c_}];
    costs.clear();
    for (const std::int64_t candidate : candidates_) {
      costs.push_back(std::min<std::int64_t>(std::abs(16 * v - candidate) >> 1, 65535));
    }
    const std::int64_t u = std::clamp<std::int64_t>(16 * v - fine_, -2000, 2000);
    const std::int64_t pace = u * (std::int64_t{1} << 32) / (energy_ + (q_[c_] >> 3));
    for (std::size_t i = 0; i < 10; ++i) {
      std::int64_t& weight = weights_[c_][i];
      weight = std::clamp<std::int64_t>(weight + ((taps_[i] * pace) >> 17), -(1 << 24), 1 << 24);
    }
    q_[c_] += (8 * energy_ - q_[c_]) >> 6;
  }

  void code_symbol(const Numbers& numbers, unsigned kind, unsigned symbol) {
    const auto size = [](std::int64_t e) { return std::abs(e); };
    const std::int64_t around =
        2 * size(eW_) + 2 * size(eN_) + size(eNW_) + size(eNE_) + size(eWW_);
    const std::int64_t E = c_ == 0 ? energy(around / 4) : energy((around + 2 * size(e1_)) / 5);
    const std::int64_t other = step(c_ == 0 ? eNE_ : e1_, 7);
    const Row contexts = {E,
                          9 * step(eW_ / 2, 4) + step(eN_ / 2, 4),
                          8 * other + E / 3,
                          5 * texture_ + step((fine_ - blended_) / 4, 2),
                          4 * (g_ >> (8 * b_ - 5)) + std::min<std::int64_t>(E / 4, 3),
                          12 * std::min<std::int64_t>(energy(activity_), 15) + E / 2,
                          24 * ((fine_ + 8) % 16 / 2) + E};
    const auto c = static_cast<std::int64_t>(c_);
    unsigned begin = 0, end = 256;
    for (std::int64_t d = 0;; ++d) {
      const auto [place, is_new] = nodes_.try_emplace({kind, begin, end});
      if (is_new) place->second = node_of(numbers, begin, end);
      const unsigned node = place->second;
      if (node == 0) return;
      std::vector<Counter*> counters;
      Row inputs;
      for (std::size_t i = 0; i < contexts.size(); ++i) {
        const Row key = {static_cast<std::int64_t>(i), contexts[i], c, kind, node};
        counters.push_back(&counters_.try_emplace(key, Counter::start(32768, 0)).first->second);
        inputs.push_back(counters.back()->x());
      }
      inputs.push_back(256);
      std::vector<Row*> sets;
      for (const Row& key :
           {Row{0, kind, node}, Row{1, E, kind, c},
            Row{2, 4 * other + std::min<std::int64_t>(E / 4, 3), std::min<std::int64_t>(d, 7)}}) {
        sets.push_back(&sets_.try_emplace(key, Row(8, 1600)).first->second);
      }
      std::int64_t total = 0;
      for (std::size_t lane = 0; lane < 8; lane += 2) {
        std::int64_t sum = 0;
        for (const Row* set : sets) {
          sum += inputs[lane] * (*set)[lane] + inputs[lane + 1] * (*set)[lane + 1];
        }
        total += sum >> 4;
      }
      const std::int64_t one = squash(clamp(total >> 10, kLimit));
      const int y = symbol >= node ? 1 : 0;
      out_.encode_bit(y == 1, static_cast<std::uint32_t>(std::clamp<std::int64_t>(one, 8, 65528)));
      for (Row* set : sets) {
        for (std::size_t i = 0; i < 8; ++i) {
          const std::int64_t w =
              (*set)[i] + ((6 * inputs[i] * ((65536 * y - one) / 64) + 32768) >> 16);
          (*set)[i] = std::clamp<std::int64_t>(w, -32768, 32767);
        }
      }
      for (Counter* counter : counters) counter->learn(y);
      (y == 1 ? begin : end) = node;
    }
  }

  const Bytes& content_;
  std::size_t s_, p_, b_;
  std::int64_t most_;
  bool low_first_;
  RangeEncoder out_;
  std::array<Bytes, 4> symbols_;  // [kind]

  std::map<std::size_t, std::int64_t> values_, errors_;        // by position
  std::map<std::pair<std::int64_t, std::size_t>, Row> costs_;  // by column and channel
  std::vector<Row> weights_;                                   // [channel]
  Row q_;                                                      // [channel]
  std::map<std::array<unsigned, 3>, unsigned> nodes_;          // by kind, begin and end
  std::map<Row, Counter> counters_;
  std::map<Row, Row> sets_;

  // Of the number at hand.
  std::size_t e_ = 0, x_ = 0, c_ = 0;
  bool padding_ = false, is_last_ = false;
  Row candidates_, taps_;
  std::int64_t g_ = 0, fine_ = 0, blended_ = 0, energy_ = 0;
  std::int64_t eW_ = 0, eN_ = 0, eNW_ = 0, eNE_ = 0, eWW_ = 0, e1_ = 0, texture_ = 0, activity_ = 0;
};

}  // namespace

Bytes pixels_reference(const Bytes& content, const Layout& layout) {
  return PixelsReference(content, layout).code();
}

}  // namespace nnzip::mixer_reference
