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

std::vector<Int> first_weights(std::size_t inputs, Int weight) {
  std::vector<Int> weights(32);
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

SoundReference::SoundReference(std::size_t n, std::size_t streams, const Layout& layout, bool)
    : length_(std::max<std::size_t>((n + streams - 1) / streams, 1)),
      b_(layout.number_bytes()),
      channels_(layout.channels),
      companded_(layout.form == Form::kCompanded),
      a_law_(layout.a_law),
      E_(companded_ ? 1 << 14 : std::max<Int>((Int{1} << (32 - 8 * b_)) / 16, 16)),
      final_set_(256, first_weights(3, 16384 / 3)),
      refiner_(768),
      inputs_(32),
      logits_(32) {
  for (const std::size_t of : {256, 2048, 768}) {
    sets_.emplace_back(of, first_weights(kDistributions, 16384 / 14));
  }
  Channel first;
  first.share.fill(1 << 16);
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

void SoundReference::predict_number() {
  Channel& c = channel();
  const std::vector<Int>& own = c.amplitudes;
  const std::vector<Int>& y = stream_->channels[c_ == 0 ? channels_ - 1 : c_ - 1].amplitudes;
  c.inputs0.clear();
  c.inputs5.clear();
  if (channels_ == 1) {
    append_last(own, 32, c.inputs0);
    append_last(own, 16, c.inputs5);
  } else {
    append_last(own, 20, c.inputs0);
    append_last(y, 12, c.inputs0);
    append_last(own, 10, c.inputs5);
    append_last(y, 6, c.inputs5);
  }
  c.p[0] = c.p0.predict(c.inputs0);
  Int sum = c.p[0], shared = c.p[0] * 65536;
  c.m[0] = 256 * sum;
  for (std::size_t i = 1; i <= 4; ++i) {
    c.p[i] = c.stages[i - 1].predict();
    sum += c.p[i];
    shared += c.share[i] * c.p[i];
    c.m[i] = 256 * sum;
  }
  c.m[5] = 256 * c.p5.predict(c.inputs5);
  c.m[6] = clamp(shared, Int{1} << 40) >> 8;
}

// x: its level.
void SoundReference::learn_number(Int x) {
  Channel& c = channel();
  const Int a = x >> 8;
  for (std::size_t i = 0; i < kPredictions; ++i) {
    for (const std::size_t k : {0, 1}) {
      Int& M = c.M[i][k];
      M += ((256 * std::abs(x - c.m[i]) - M) *
            mixer_reference::reciprocal(std::min(c.n, k == 0 ? 8u : 98u))) >>
           16;
    }
  }
  ++c.n;
  const Int D = mean(6, 1) / 256 + 64;
  const int s = sign_of(x - c.m[6]);
  for (std::size_t i = 1; i <= 4; ++i) {
    c.share[i] = clamp(c.share[i] + s * (200 * c.p[i] / D), 1 << 18);
  }
  Int left = a - c.p[0];
  for (std::size_t i = 1; i <= 4; ++i) {
    c.stages[i - 1].learn(sign_of(left - c.p[i]));
    c.stages[i - 1].take_up(left);
    left -= c.p[i];
  }
  c.inputs0.push_back(a);
  c.inputs5.push_back(a);
  c.p0.learn(c.inputs0);
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
  for (std::size_t i = 0; i < kDistributions; ++i) {
    const Int odds = a == b ? 0 : shrinkage(i, b) - shrinkage(i, a);
    inputs_[i] = clamp(
        (softplus(place(i, lower)) - softplus(place(i, upper)) - scaled(i, a) + odds) >> 4, kLimit);
  }
  inputs_[14] = inputs_[15] = 0;
  value_ = nullptr;
  if (s.known < 16) {
    value_ = &values_
                  .try_emplace({c_, static_cast<std::uint64_t>(s.known), s.bits},
                               Counter::start(32768, 0))
                  .first->second;
    if (value_->count >= 2) {
      inputs_[14] = value_->x();
      inputs_[15] = value_->x() * static_cast<Int>(std::min(value_->count, 32u)) / 32;
    }
  }
  const bool inverted = is_inverted();
  inputs_[16] = 0;
  if (distribution_ != nullptr) {
    const Int logit = mixer_reference::network_logit(*distribution_, partial_, k_);
    inputs_[16] = inverted ? -logit : logit;
  }
  inputs_[17] = 256;

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
