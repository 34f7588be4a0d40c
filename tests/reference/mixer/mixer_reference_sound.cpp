// SPDX-License-Identifier: Apache-2.0
// The path of one bit of sound, and what a number that is complete teaches.
#include "reference/mixer/mixer_reference_sound.h"

#include <algorithm>
#include <cstdlib>

namespace nnzip {
namespace {

using mixer_reference::clamp;
using mixer_reference::Counter;
using mixer_reference::kLimit;
using mixer_reference::Sets;
using mixer_reference::squash;
using mixer_reference::stretch;
using Int = std::int64_t;

int bits_of(Int n) {
  int bits = 0;
  for (; n != 0; n >>= 1) ++bits;
  return bits;
}

int sign_of(Int n) { return n > 0 ? 1 : n < 0 ? -1 : 0; }

Int half(Int n) {
  const int j = bits_of(n) - 1;
  return 2 * j + ((n * 128) >> j >= 181 ? 1 : 0);
}

std::vector<Int> make_softplus() {
  std::vector<Int> t;
  std::uint64_t e = std::uint64_t{1} << 32, sum = 2977044472 * 1536;
  const auto slope = [&] { return (e << 31) / (((std::uint64_t{1} << 32) + e) >> 1); };
  const auto step = [&] { e = (e * 2143293437 + (1 << 30)) >> 31; };
  while (t.size() <= 4096) {
    t.push_back(static_cast<Int>((sum / 1536 + (1 << 19)) >> 20));
    std::uint64_t area = slope();
    step();
    area += 4 * slope();
    step();
    area += slope();
    sum -= std::min(area, sum);
  }
  return t;
}

const std::vector<Int> kSoftplus = make_softplus();

Int softplus(Int z) {
  const Int f = std::abs(z);
  if (f >= 1 << 16) return std::max<Int>(z, 0);
  const auto j = static_cast<std::size_t>(f >> 4);
  return std::max<Int>(z, 0) + kSoftplus[j] - (((kSoftplus[j] - kSoftplus[j + 1]) * (f % 16)) >> 4);
}

std::vector<Int> first_weights(std::size_t all, std::size_t inputs, Int weight) {
  std::vector<Int> weights(all);
  std::fill_n(weights.begin(), inputs, weight);
  return weights;
}

// The level of a companded number 0..255.
Int companded_level(bool a_law, std::size_t y) {
  const Int e = static_cast<Int>(y < 128 ? 127 - y : y - 128), g = e / 16, u = e % 16;
  Int x = 0;
  if (a_law) {
    x = g == 0 ? 16 * u + 8 : (16 * u + 264) << (g - 1);
  } else {
    x = ((8 * u + 132) << g) - 132;
  }
  return 65536 * (y < 128 ? -x : x);
}

// The last numbers of those, the oldest first.
void append_last(const std::vector<Int>& amplitudes, Int count, std::vector<Int>& inputs) {
  inputs.insert(inputs.end(), amplitudes.end() - count, amplitudes.end());
}

}  // namespace

SoundReference::SoundReference(std::size_t n, std::size_t streams, const Layout& layout, bool,
                               Effort effort)
    : length_(std::max<std::size_t>((n + streams - 1) / streams, 1)),
      b_(layout.number_bytes()),
      channels_(layout.channels),
      companded_(layout.form == Form::kCompanded),
      a_law_(layout.a_law),
      large_(effort == Effort::kLarge),
      predictions_(large_ ? 35 : 13),
      distributions_(2 * predictions_),
      E_(companded_ ? 1 << 14 : std::max<Int>((Int{1} << (32 - 8 * b_)) / 16, 16)),
      final_set_(256, first_weights(32, 3, 16384 / 3)),
      refiner_(768),
      inputs_(large_ ? 96 : 32),
      logits_(32) {
  for (const std::size_t of : {256, 2048, 768}) {
    const Int weight = 16384 / static_cast<Int>(distributions_);
    sets_.emplace_back(of, first_weights(inputs_.size(), distributions_, weight));
  }
  Channel first;
  first.cascades = first_cascades();
  for (auto& means : first.M) means.fill(E_ << 12);
  for (std::size_t i = 0; i < streams; ++i) {
    streams_.push_back({i * length_, i * length_, std::vector<Channel>(channels_, first)});
  }
}

void SoundReference::start(std::size_t stream, const Distribution* distribution) {
  stream_ = &streams_[stream];
  distribution_ = distribution;
  partial_ = 1;
  k_ = 0;
  Stream& s = *stream_;
  c_ = s.e % (channels_ * b_) / b_;
  const std::size_t place = s.e % b_;
  if (place != 0 && s.e != s.b) return;
  s.known = static_cast<int>(8 * place);
  s.low = place == 0 ? -(Int{1} << 31) : 0;
  s.bits = place == 0 ? 0 : std::uint64_t{1} << (s.known - 1);  // zeros, the sign inverted
  predict_number();
}

std::vector<SoundReference::Cascade> SoundReference::first_cascades() const {
  using mixer_reference::LeastSquares;
  using mixer_reference::Stage;
  const bool alone = channels_ == 1;
  std::vector<Cascade> cascades;
  // Inputs of c alone; of c and of y, if there is one.
  const auto add = [&](std::size_t one, std::size_t own, std::size_t other, int memory,
                       int interval, const std::array<Stage, 4>& stages) {
    if (alone) {
      own = one;
      other = 0;
    }
    cascades.push_back({LeastSquares(own + other, memory, interval), stages, own, other});
  };
  add(32, 20, 12, 1 << 9, 16,
      {Stage(1024, 60000), Stage(256, 400000), Stage(32, 1600000), Stage(16, 3200000)});
  add(4, 2, 2, 1 << 13, 32,
      {Stage(2048, 7000), Stage(1024, 40000), Stage(256, 200000), Stage(32, 1000000)});
  if (large_) {
    add(24, 26, 6, 1 << 8, 8,
        {Stage(256, 400000), Stage(32, 3000000), Stage(16, 6000000), Stage(16, 1000000)});
    add(32, 16, 16, 1 << 10, 8,
        {Stage(512, 150000), Stage(128, 400000), Stage(32, 1000000), Stage(16, 3000000)});
    add(28, 22, 10, 1 << 11, 16,
        {Stage(1024, 120000), Stage(256, 800000), Stage(16, 2000000), Stage(16, 500000)});
    add(16, 10, 6, 1 << 12, 16,
        {Stage(2048, 14000), Stage(512, 100000), Stage(128, 400000), Stage(16, 2000000)});
  }
  for (Cascade& cascade : cascades) cascade.share.fill(1 << 16);
  return cascades;
}

void SoundReference::predict_cascade(Cascade& c) {
  c.inputs.clear();
  append_last(channel().amplitudes, static_cast<Int>(c.own), c.inputs);
  append_last(beside().amplitudes, static_cast<Int>(c.other), c.inputs);
  c.p[0] = c.p0.predict(c.inputs);
  Int shared = c.p[0] * 65536;
  for (std::size_t i = 1; i <= 4; ++i) {
    c.p[i] = c.stages[i - 1].predict();
    shared += c.share[i] * c.p[i];
  }
  c.best = clamp(shared, Int{1} << 40) >> 8;
}

void SoundReference::predict_number() {
  Channel& c = channel();
  for (Cascade& cascade : c.cascades) predict_cascade(cascade);
  Int sum = 0;
  for (std::size_t i = 0; i <= 4; ++i) {
    sum += c.cascades[0].p[i];
    c.m[i] = 256 * sum;
  }
  c.inputs5.clear();
  append_last(c.amplitudes, channels_ == 1 ? 16 : 10, c.inputs5);
  append_last(beside().amplitudes, channels_ == 1 ? 0 : 6, c.inputs5);
  c.m[5] = 256 * c.p5.predict(c.inputs5);
  c.m[6] = c.cascades[0].best;
  predict_more();
}

void SoundReference::predict_more() {
  Channel& c = channel();
  for (std::size_t k = 1; k < c.cascades.size(); ++k) {
    Int sum = c.cascades[k].p[0];
    for (std::size_t i = 1; i <= 4; ++i) {
      sum += c.cascades[k].p[i];
      c.m[5 * k + 1 + i] = 256 * sum;
    }
    c.m[5 * k + 6] = c.cascades[k].best;
  }
  c.m[large_ ? 32 : 12] = (c.m[6] + c.m[11]) >> 1;
  if (!large_) return;
  c.m[33] = (c.m[6] + c.m[11] + c.m[16] + c.m[21] + c.m[26] + c.m[31]) / 6;
  c.differences.clear();
  for (std::size_t i = 0; i < 33; ++i) {
    c.differences.push_back(clamp((c.m[i] - c.m[33]) >> 4, 1 << 22));
  }
  c.m[34] = c.m[33] + 16 * c.stack.predict(c.differences);
}

// best: the number of its best prediction.
void SoundReference::learn_cascade(Cascade& c, Int x, std::size_t best) {
  const Int D = mean(best, 1) / 256 + 64;
  const int s = sign_of(x - channel().m[best]);
  Int left = (x >> 8) - c.p[0];
  for (std::size_t i = 1; i <= 4; ++i) {
    c.share[i] = clamp(c.share[i] + s * (200 * c.p[i] / D), 1 << 18);
    c.stages[i - 1].learn(sign_of(left - c.p[i]));
    c.stages[i - 1].take_up(left);
    left -= c.p[i];
  }
  c.inputs.push_back(x >> 8);
  c.p0.learn(c.inputs);
}

// x: its level.
void SoundReference::learn_number(Int x) {
  Channel& c = channel();
  const Int a = x >> 8;
  for (std::size_t i = 0; i < predictions_; ++i) {
    for (const std::size_t k : {0, 1}) {
      Int& M = c.M[i][k];
      M += ((256 * std::abs(x - c.m[i]) - M) *
            mixer_reference::reciprocal(std::min(c.n, k == 0 ? 8u : 98u))) >>
           16;
    }
  }
  ++c.n;
  for (std::size_t i = 0; i < c.cascades.size(); ++i) learn_cascade(c.cascades[i], x, 5 * i + 6);
  if (large_) {
    c.differences.push_back(clamp((x - c.m[33]) >> 4, 1 << 22));
    c.stack.learn(c.differences);
  }
  c.inputs5.push_back(a);
  c.p5.learn(c.inputs5);
  c.amplitudes.erase(c.amplitudes.begin());
  c.amplitudes.push_back(a);
}

Int SoundReference::mean(std::size_t i, std::size_t k) {
  return std::max(channel().M[i][k] >> 8, E_);
}

Int SoundReference::scaled(std::size_t distribution, Int d) {
  const Int scale = (185 * mean(distribution / 2, distribution % 2)) >> 8;
  const int w = bits_of(scale);
  const Int v = (Int{1} << (w + 15)) / scale;
  return (d * v) >> (w + 3);
}

Int SoundReference::place(std::size_t distribution, Int z) {
  return scaled(distribution, channel().m[distribution / 2] - z);
}

Int SoundReference::shrinkage(std::size_t distribution, Int d) {
  Int sum = 0;
  for (Int z = std::max<Int>(scaled(distribution, d), 1); z < 65536; z *= 2) sum -= softplus(-z);
  return sum;
}

Int SoundReference::bound(std::size_t y) const {
  if (y == 0) return -(Int{1} << 31);
  if (y == 256) return Int{1} << 31;
  return (companded_level(a_law_, y - 1) + companded_level(a_law_, y)) / 2;
}

std::array<Int, 3> SoundReference::interval() const {
  const Stream& s = *stream_;
  if (companded_) {
    const std::size_t h = std::size_t{128} >> s.known, y = 2 * h * s.bits;
    return {bound(y), bound(y + h), bound(y + 2 * h)};
  }
  const Int h = Int{1} << (31 - s.known);
  const Int g = (Int{1} << (32 - 8 * b_)) / 2;
  return {s.low - g, s.low + h - g, s.low + 2 * h - g};
}

bool SoundReference::is_inverted() const {
  const int known = stream_->known;
  if (!companded_) return known == 0 && b_ > 1;
  if (known == 0) return false;
  const bool positive = (partial_ >> (known - 1)) % 2 == 1;
  if (a_law_) return (known % 2 == 1) == positive;
  return positive;
}

std::uint32_t SoundReference::predict() {
  const Stream& s = *stream_;
  const auto [lower, middle, upper] = interval();
  const Int a = middle - lower, b = upper - middle;
  for (std::size_t i = 0; i < distributions_; ++i) {
    const Int odds = a == b ? 0 : shrinkage(i, b) - shrinkage(i, a);
    inputs_[i] = clamp(
        (softplus(place(i, lower)) - softplus(place(i, upper)) - scaled(i, a) + odds) >> 4, kLimit);
  }
  inputs_[distributions_] = inputs_[distributions_ + 1] = 0;
  value_ = nullptr;
  if (s.known < 16) {
    value_ = &values_
                  .try_emplace({c_, static_cast<std::uint64_t>(s.known), s.bits},
                               Counter::start(32768, 0))
                  .first->second;
    if (value_->count >= 2) {
      inputs_[distributions_] = value_->x();
      inputs_[distributions_ + 1] =
          value_->x() * static_cast<Int>(std::min(value_->count, 32u)) / 32;
    }
  }
  const bool inverted = is_inverted();
  inputs_[distributions_ + 2] = 0;
  if (distribution_ != nullptr) {
    const Int logit = mixer_reference::network_logit(*distribution_, partial_, k_);
    inputs_[distributions_ + 2] = inverted ? -logit : logit;
  }
  inputs_[distributions_ + 3] = 256;

  const Int S = half(mean(6, 1)), F = half(mean(6, 0));
  const auto width =
      static_cast<std::size_t>(std::clamp<Int>(half((upper - lower) / 2) - S + 7, 0, 31));
  const auto liveliness = static_cast<std::size_t>(std::clamp<Int>(F - S + 4, 0, 7));
  where_ = 24 * width + 12 + static_cast<std::size_t>(clamp(place(13, middle) / 1024, 11));
  const auto known = static_cast<std::size_t>(s.known);
  sets_[0].mix(32 * c_ + width, inputs_);
  sets_[1].mix(8 * (32 * c_ + known) + liveliness, inputs_);
  sets_[2].mix(where_, inputs_);
  for (std::size_t i = 0; i < 3; ++i) logits_[i] = sets_[i].logit;
  final_set_.mix(32 * c_ + known, logits_);
  const Int X = final_set_.logit;
  const Int p16 = std::clamp<Int>((3 * squash(X) + refiner_.refine(where_, X)) >> 2, 1, 65535);
  return static_cast<std::uint32_t>(inverted ? 65536 - p16 : p16);
}

void SoundReference::learn(int bit) {
  Stream& s = *stream_;
  const int y = is_inverted() ? 1 - bit : bit;
  const Int rate = 128 + 393216 / (4096 + static_cast<Int>(bits_));
  for (Sets& sets : sets_) sets.learn(inputs_, y, rate);
  final_set_.learn(logits_, y, 120);
  refiner_.learn(where_, final_set_.logit, y, ++bits_);
  if (value_ != nullptr) value_->learn(y, 250);

  if (y == 1) s.low += Int{1} << (31 - s.known);
  s.bits = 2 * s.bits + static_cast<unsigned>(y);
  ++s.known;
  partial_ = 2 * partial_ + static_cast<unsigned>(bit);
  if (++k_ < 8) return;
  if (companded_) learn_number(companded_level(a_law_, static_cast<std::size_t>(s.bits)));
  if (!companded_ && s.e % b_ == b_ - 1) learn_number(s.low);
  ++s.e;
}

}  // namespace nnzip
