// SPDX-License-Identifier: Apache-2.0
// The path of one bit.
#include "mixer/image_predictor.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace nnzip::mixer {
namespace {

int P(const char* n, int d) { const char* v = std::getenv(n); return v ? std::atoi(v) : d; }
const int kWls = P("WLS", 0);
const int kWfs[4][12] = {{64,48,40,32,24,20,16,12,10,8,6,5},{128,96,64,48,32,24,16,12,8,6,4,3},{128,128,128,64,32,16,8,4,2,1,1,1},{40,36,32,28,24,20,16,14,12,10,8,7}};
const int* const kWf = kWfs[kWls > 0 ? kWls - 1 : 0];
const int kRateBase = P("RATE", 24), kRateMul = P("RATEM", 6), kFinalRate = P("FRATE", 60),
          kNlms = P("NLMS", 1), kEOff = P("EOFF", 0), FS = P("FS", 64), FINE=P("FINE",0), REP=P("REP",0), kLimit = P("LIMIT", 255), kCount0 = P("COUNT0", 6), kW0 = P("WINIT", 20), kRefShift=P("NOREF",0);
const std::uint64_t kOff = static_cast<std::uint64_t>(std::strtoull(std::getenv("OFF") ? std::getenv("OFF") : "0", nullptr, 0));

constexpr int kSetContexts[ImagePredictor::kSets] = {192, 256, 512, 1024, 256, 1024};
constexpr int kFinalContexts[ImagePredictor::kFinalSets] = {192, 512, 256};
constexpr std::uint32_t kContexts = 48;  // small contexts of a guess
constexpr std::int32_t kOne = 1 << 16;

struct EnergyTables {
  std::int32_t inverse[ImagePredictor::kEnergies];  // 2^20 / (bin width in 1/16)
  std::vector<Counter> first;  // [energy][level][bin]
  EnergyTables() : first(ImagePredictor::kEnergies * ImagePredictor::kLevels * ImagePredictor::kBins) {
    // mean errors in 1/256: 2^(q/2) * 64 * 1.19
    for (int q = 0; q < ImagePredictor::kEnergies; ++q) {
      const std::int64_t mean = (q % 2 == 0 ? 76 : 108) << (q / 2);
      inverse[q] = static_cast<std::int32_t>((std::int64_t{1} << 20) * 16 * 4 / mean);
      for (int l = 0; l < ImagePredictor::kLevels; ++l) {
        for (int b = 0; b < ImagePredictor::kBins; ++b) {
          // in 1/256 nat: a bin is mean / 4, a mean is 1.386 scales: 355 units
          const int d = (2 * (b - ImagePredictor::kBins / 2) + 1) * 355 / 8;
          // level: h = 2^(l-2) means
          const int h = 355 * (1 << l) / 4;
          const auto cdf = [](int t) { return squash(clamp_logit(t)); };
          // mirrored, so that tails are small numbers
          const bool mirror = d > 0;
          const int a = mirror ? -d : d;
          // P(X >= d) within [d-h, d+h); mirrored: P(X < a)
          const int upper = cdf(a + h) - cdf(a), lower = cdf(a) - cdf(a - h);
          std::int64_t p = (std::int64_t{65536} * (mirror ? lower : upper) + 32) / std::max(upper + lower, 1);
          if (l == ImagePredictor::kLevels - 1) p = squash(clamp_logit(-d));
          first[static_cast<std::size_t>((q * ImagePredictor::kLevels + l) * ImagePredictor::kBins + b)] =
              make_counter(static_cast<std::uint32_t>(std::clamp<std::int64_t>(p, 16, 65520)), static_cast<std::uint32_t>(kCount0));
        }
      }
    }
  }
};
const EnergyTables kEnergyTables;

struct FineTable {
  std::int32_t inverse[256];  // of log energy / 16
  FineTable() {
    // at log 0 the mean error is 1/4 (n=1..): bin width 1/16 -> 1/16 * 16 = 1 unit: 2^20
    std::uint64_t e = std::uint64_t{1} << 31;
    for (int i = 0; i < 256; ++i) {
      inverse[i] = static_cast<std::int32_t>(std::clamp<std::uint64_t>((e >> 11) * static_cast<std::uint64_t>(FS) / 64, 8, 1 << 20));
      e = (e * 2017375423 + (1u << 30)) >> 31;
    }
  }
};
const FineTable kFine;
// 2 * log2, with halves.
int log2_twice(std::uint32_t v) {
  const int top = static_cast<int>(std::bit_width(v | 1)) - 1;
  const std::uint32_t next = top > 0 ? v >> (top - 1) & 1 : 0;
  return 2 * top + static_cast<int>(next);
}
int energy_of(std::uint32_t sixteenths) { return std::clamp(log2_twice(sixteenths) - 4, 0, ImagePredictor::kEnergies - 1); }

std::int32_t median(std::int32_t w, std::int32_t n, std::int32_t nw) {
  return std::clamp(w + n - nw, std::min(w, n), std::max(w, n));
}

std::int16_t tap(std::int32_t v) { return static_cast<std::int16_t>(std::clamp(v, -kTapLimit, kTapLimit)); }

}  // namespace

std::size_t ImagePredictor::memory_bytes(const MixerPlan& plan) { return plan.content_bytes * 5 + (std::size_t{64} << 20); }

ImagePredictor::ImagePredictor(const MixerPlan& plan, const MixKernels& kernels)
    : kernels_(kernels),
      plane_(plan.layout, plan.content_bytes),
      errors_(plan.content_bytes + 8),
      low_first_(plan.layout.high_parity == 1),
      inputs_(kInputs), final_inputs_(kFinalInputs),
      weights_(kInputs * (192 + 256 + 512 + 1024 + 256 + 1024)),
      final_weights_(kFinalInputs * (192 + 512 + 256)) {
  const std::size_t length = std::max<std::size_t>((plan.content_bytes + static_cast<std::size_t>(plan.streams) - 1) / static_cast<std::size_t>(plan.streams), 1);
  for (int i = 0; i < plan.streams; ++i) {
    streams_.emplace_back();
    streams_.back().begin = streams_.back().end = static_cast<std::size_t>(i) * length;
  }
  for (std::uint32_t c = 0; c < plane_.channels(); ++c) {
    const int n = plane_.channels() == 1 ? 11 : c == 0 ? 18 : c == 1 ? 20 : 20;
    regressions_.emplace_back(n, plane_.width());
    energy_models_.emplace_back(20, plane_.width());
  }
  const std::size_t per = static_cast<std::size_t>(kEnergies) * kLevels * kBins;
  counters_.resize(kGuesses * kContexts * per);
  for (std::size_t i = 0; i < kGuesses * kContexts; ++i) {
    std::copy(kEnergyTables.first.begin(), kEnergyTables.first.end(), counters_.begin() + static_cast<std::ptrdiff_t>(i * per));
  }
  for (std::size_t i = 0; i < kInputs * (192 + 256 + 512 + 1024 + 256 + 1024); ++i) {
    weights_.data()[i] = i % kInputs < kGuesses ? kOne * kW0 / 100 / 2 : 0;
  }
  for (std::size_t i = 0; i < kFinalInputs * (192 + 512 + 256); ++i) {
    final_weights_.data()[i] = i % kFinalInputs < kSets ? kOne / kSets : 0;
  }
  for (auto& b : bias_) b.resize(4096);
  refiners_.emplace_back(kEnergies * kLevels * kBins);
  refiners_.emplace_back(65536);
  refiners_.emplace_back(65536);
}

void ImagePredictor::begin_byte(int stream, const Distribution* network) {
  stream_ = static_cast<std::size_t>(stream);
  Stream& s = streams_[stream_];
  network_ = network;
  partial_ = 1;
  bit_ = 0;
  place_ = plane_.place(s.end);
  if (place_.byte == 0 || s.end == s.begin) begin_number(s);
  known_ = s.last;
}

void ImagePredictor::begin_number(Stream& s) {
  channel_ = place_.channel;
  if (place_.padding) {
    const std::size_t above = s.end >= s.begin + plane_.stride() ? s.end - plane_.stride() : ~std::size_t{0};
    const std::int32_t v = above != ~std::size_t{0} ? plane_.number(above) : 0;
    mu_.fill(v * 16);
    energy_ = energy2_ = 0;
    texture_ = texture0_ = 0;
    guesses_ = kGuesses;
    for (int i = 0; i < kGuesses; ++i) {
      guess_[i] = {v * 16, kEnergyTables.inverse[0], 4, static_cast<std::uint32_t>((static_cast<std::size_t>(i) * kContexts + kContexts - 1) * kEnergies * kLevels * kBins), nullptr};
    }
    return;
  }
  if (channel_ == 0 || s.end == s.begin) plane_.surround(place_, s.begin, s.around);
  experts(s);
}

void ImagePredictor::experts(Stream& s) {
  const std::uint32_t c = channel_, channels = plane_.channels();
  const auto& o = s.around[c];
  const std::int32_t most = plane_.number_bytes() == 2 ? 65535 : 255;
  base_ = (o[kW] + o[kN]) >> 1;
  int n = 0;
  for (const int i : {kN, kNW, kNE, kWW, kNN, kNNE, kNWW, kNEE, kNNW, kWWW, kNNN}) taps_[n++] = tap(o[i] - base_);
  for (std::uint32_t k = 1; k <= std::min(c, 2u); ++k) {
    const auto& p = s.around[c - k];
    const std::int32_t b = (p[kW] + p[kN]) >> 1;
    taps_[n++] = tap(current_[c - k] - b);
    taps_[n++] = tap(p[kN] - b);
    taps_[n++] = tap(p[kNW] - b);
    if (k == 1) {
      taps_[n++] = tap(p[kNE] - b);
      taps_[n++] = tap(p[kWW] - b);
      taps_[n++] = tap(p[kNN] - b);
    }
  }
  if (channels > 1) for (std::uint32_t k = c + 1; n < regressions_[c].taps() && k < channels; ++k) {
    const auto& p = s.around[k];
    const std::int32_t b = (p[kW] + p[kN]) >> 1;
    for (const int i : {kN, kNW, kNE, kWW}) if (n < regressions_[c].taps()) taps_[n++] = tap(p[i] - b);
  }
  while (n < regressions_[c].taps()) taps_[n++] = 0;
  Regression& r = regressions_[c];
  tap_count_ = r.taps();
  if (Regression::begins_cell(place_.x) || s.end - s.begin < plane_.element()) r.choose(place_.x, s.weights[c]);
  const auto bound = [&](std::int32_t v) { return std::clamp(v, 0, most * 16); };

  const auto e = [&](std::size_t back) -> std::int32_t { return s.end - s.begin >= back ? errors_[s.end - back] : 0; };
  const std::size_t el = plane_.element(), st = plane_.stride();
  const std::int32_t eW = e(el), eN = e(st), eNW = e(st + el), eNE = e(st - el), eWW = e(2 * el), eNN = e(2 * st);
  const auto A = [](std::int32_t v) { return static_cast<std::uint32_t>(std::abs(v)); };
  const std::uint32_t own = (2 * A(eW) + 2 * A(eN) + A(eNW) + A(eNE) + A(eWW) + A(eNN)) / 2;
  std::uint32_t with = own;
  std::int32_t ep = 0;
  if (c > 0) {
    ep = current_error_[c - 1];
    with = (own + 4 * A(ep) + (c > 1 ? 2 * A(current_error_[c - 2]) : 2 * A(ep))) / 2;
  } else if (channels > 1) {
    with = (3 * own + 2 * A(e(el - 1 * plane_.number_bytes())) + 2 * A(e(st - plane_.number_bytes()))) / 4;
  }
  const std::uint32_t activity = (A(o[kW] - o[kNW]) + A(o[kN] - o[kNW]) + A(o[kN] - o[kNE]) + A(o[kW] - o[kWW])) * 4;
  energy_ = energy_of(own);
  energy2_ = energy_of(with);
  const int energy3 = energy_of(activity);
  const int energy4 = energy_of((own + with + activity / 2) / 2);
  const int energyW = energy_of(4 * A(eW) + 2 * A(ep) + 2 * A(eWW));

  const auto L = [](std::uint32_t v) { return static_cast<std::int16_t>((logarithm(v + 2) - 300) / 2); };
  {
    int k = 0;
    for (const std::int32_t v : {eW, eN, eNW, eNE, eWW, eNN, e(st - 2 * el), e(3 * el), e(2 * st - el), e(st + 2 * el)}) energy_taps_[k++] = L(A(v));
    energy_taps_[k++] = 128;
    energy_taps_[k++] = L(A(o[kW] - o[kNW]) * 4);
    energy_taps_[k++] = L(A(o[kN] - o[kNW]) * 4);
    energy_taps_[k++] = L(A(o[kN] - o[kNE]) * 4);
    energy_taps_[k++] = L(own / 4);
    energy_taps_[k++] = L(activity / 4);
    if (c > 0) { energy_taps_[k++] = L(A(ep)); energy_taps_[k++] = L(A(e(el + plane_.number_bytes()))); }
    if (c > 1) energy_taps_[k++] = L(A(current_error_[c - 2]));
    while (k < 20) energy_taps_[k++] = 0;
    if (place_.x % 8 == 0) { TapWeights dummy; energy_models_[c].choose(place_.x, dummy); }
    const std::int32_t predicted = weighted(energy_taps_, 20, energy_models_[c].whole()) / 16 * 2 + 300;
    log_energy_ = std::clamp(predicted, 0, 3000);
  }
  // 2*log2 units: 177.4 each; offset: E=0.25 -> q 0
  energy5_ = std::clamp((log_energy_ + kEOff) / 177, 0, kEnergies - 1);
  // p corrects by the previous channel
  std::int32_t cW = o[kW], cN = o[kN], cNW = o[kNW], cNE = o[kNE], cWW = o[kWW], cNN = o[kNN], cNNE = o[kNNE], add = 0;
  if (c > 0) {
    const auto& p = s.around[c - 1];
    cW -= p[kW]; cN -= p[kN]; cNW -= p[kNW]; cNE -= p[kNE]; cWW -= p[kWW]; cNN -= p[kNN]; cNNE -= p[kNNE];
    add = current_[c - 1];
  }
  int m = 0;
  const std::int32_t local = base_ * 16 + weighted(taps_, tap_count_, s.weights[c]);
  const std::int32_t whole = base_ * 16 + weighted(taps_, tap_count_, r.whole());
  mu_[m++] = bound(local);                                        // 0
  mu_[m++] = bound(whole);                                        // 1
  mu_[m++] = bound((add + median(cW, cN, cNW)) * 16);             // 2
  mu_[m++] = bound((add + cW + cN - cNW) * 16);                   // 3
  mu_[m++] = bound((add + cW) * 16);                              // 4
  mu_[m++] = bound((add + cN) * 16);                              // 5
  mu_[m++] = bound((add * 16) + (cW + cN) * 8 + (cNE - cNW) * 4); // 6 
  mu_[m++] = bound((add + cW + cNE - cN) * 16);                   // 7
  mu_[m++] = bound((add + cN + cNE - cNNE) * 16);                 // 8
  mu_[m++] = bound((add + 2 * cN - cNN) * 16);                    // 9
  mu_[m++] = bound((add + 2 * cW - cWW) * 16);                    // 10
  mu_[m++] = bound(o[kW] * 16);                                   // 11
  mu_[m++] = bound(o[kN] * 16);                                   // 12
  mu_[m++] = bound((o[kW] + o[kN] - o[kNW]) * 16);                // 13
  // bias cancelled
  const auto sign3 = [](std::int32_t v, std::int32_t t) { return v > t ? 2u : v < -t ? 0u : 1u; };
  texture0_ = static_cast<std::uint32_t>((o[kW] * 16 > local) + 2 * (o[kN] * 16 > local) + 4 * (o[kNW] * 16 > local) + 8 * (o[kNE] * 16 > local));
  texture_ = texture0_ + 16u * static_cast<std::uint32_t>(o[kWW] * 16 > local) + 32u * static_cast<std::uint32_t>(o[kNN] * 16 > local);
  const auto bias = [&](int i, std::uint32_t ctx) {
    bias_at_[i] = ctx & 4095;
    return bias_[i][ctx & 4095] >> 12;
  };
  const auto E = static_cast<std::uint32_t>(energy_);
  const std::int32_t b0 = bias(0, (texture_ * 4 + c) * 8 + E / 3);
  const std::int32_t b1 = bias(1, ((((sign3(eW, 4) * 3 + sign3(eN, 4)) * 3 + sign3(ep, 4)) * 3 + sign3(eNE, 4)) * 4 + c) * 6 + E / 4);
  const std::int32_t b2 = bias(2, (static_cast<std::uint32_t>(std::clamp((whole - local) / 16, -16, 15) + 16) * 4 + c) * 16 + static_cast<std::uint32_t>(std::clamp((mu_[2] - local) / 32, -8, 7) + 8));
  mu_[m++] = bound(local + b0);                                   // 14
  mu_[m++] = bound(local + b1);                                   // 15
  mu_[m++] = bound(local + b2);                                   // 16
  // blend by running errors
  {
    std::int64_t sum = 0, weight = 0;
    for (const int i : {0, 1, 2, 3, 6, 7, 8, 9}) {
      const std::int64_t d = running_[c][i] + 16;
      const std::int64_t w = (std::int64_t{1} << 40) / (d * d);
      sum += w * mu_[i];
      weight += w;
    }
    mu_[m++] = bound(static_cast<std::int32_t>(sum / std::max<std::int64_t>(weight, 1)));  // 17
  }
  mu_[m++] = bound(local + (b0 + b1 + b2) / 3);                       // 18
  // second stage
  {
    std::int64_t sum = 0;
    norm_ = 256;
    for (int i = 0; i < kStage; ++i) {
      static const int from[] = {0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,17};
      const std::int32_t v = std::clamp(mu_[from[i]] - mu_[18], -4095, 4095);
      stage_in_[i] = v;
      norm_ += std::int64_t{v} * v;
      sum += std::int64_t{v} * stage_w_[c][i];
    }
    mu_[m++] = bound(mu_[18] + static_cast<std::int32_t>(std::clamp<std::int64_t>(sum >> 20, -100000, 100000)));  // 19
  }
  {
    const std::int32_t p2 = c > 1 ? current_[c - 2] : add;
    const auto& q = s.around[c > 1 ? c - 2 : c > 0 ? c - 1 : 0];
    mu_[m++] = bound(c > 0 ? (p2 - ((q[kW] + q[kN]) >> 1) + base_) * 16 : (o[kW] + o[kNE]) * 8);   // 20
    mu_[m++] = bound((add + 3 * cW - 3 * cWW + (o[kWWW] - (c > 0 ? s.around[c - 1][kWWW] : 0))) * 16);   // 21
    mu_[m++] = bound((add + cNE) * 16);   // 22
    mu_[m++] = bound((add + cNW) * 16);   // 23
  }
  best_ = mu_[18];
  struct Spec { int mu; int energy; std::uint32_t context; };
  const std::uint32_t spread = static_cast<std::uint32_t>(std::clamp(log2_twice(A(local - whole) + A(local - mu_[2])) / 2 - 2, 0, 7));
  const std::uint32_t pe = sign3(ep, 2) + (A(ep) > 12 ? 3u : 0u);
  const Spec specs[] = {
      {20, energy5_, c}, {0, energy3, c}, {1, energy5_, c}, {21, energy5_, c}, {3, energy5_, c}, {4, energy5_, c}, {5, energy5_, c}, {6, energy5_, c},
      {7, energy5_, c}, {8, energy5_, c}, {9, energy3, c}, {10, energy3, c}, {11, energy3, c}, {12, energy3, c}, {22, energy5_, c}, {15, energy4, c},
      {23, energy5_, c}, {17, energy3, c}, {19, energy4, texture0_ + c % 2 * 16}, {18, energyW, c}, {18, energy5_, c * 6 + pe},
      {19, energy5_, c}, {19, energy2_, c}, {18, energy_, c}};
  guesses_ = 0;
  for (const Spec& spec : specs) {
    Guess& g = guess_[guesses_];
    g.mu = mu_[spec.mu];
    g.inverse = kEnergyTables.inverse[spec.energy];
    if (FINE && spec.energy == energy5_) g.inverse = kFine.inverse[std::min(log_energy_ / 16, 255)];
    g.level = 4 - spec.energy / 2;
    g.base = static_cast<std::uint32_t>(((static_cast<std::size_t>(guesses_) * kContexts + spec.context) * kEnergies + static_cast<std::size_t>(spec.energy / 2 * 2)) * kLevels * kBins);
    ++guesses_;
  }
}

std::uint32_t ImagePredictor::predict() {
  const bool two = plane_.number_bytes() == 2 && !place_.padding;
  const int within = 7 - bit_;
  const std::uint32_t middle = ((partial_ << 1 | 1) << within) & 255;
  std::int32_t threshold;
  int level = within;
  bool circular = false;
  if (!two) {
    threshold = static_cast<std::int32_t>(middle) * 16 - 8;
  } else if (low_first_) {
    if (place_.byte == 0) {
      circular = true;
      threshold = static_cast<std::int32_t>(middle) * 16 - 8;
    } else {
      level += 8;
      threshold = (static_cast<std::int32_t>(middle) * 256 + static_cast<std::int32_t>(known_) - 128) * 16;
    }
  } else if (place_.byte == 0) {
    level += 8;
    threshold = static_cast<std::int32_t>(middle) * 256 * 16 - 8;
  } else {
    threshold = static_cast<std::int32_t>(known_ * 256 + middle) * 16 - 8;
  }
  const auto distance = [&](std::int32_t mu) {
    std::int32_t d = threshold - mu;
    if (!circular) return d;
    d = ((d + 2048) & 4095) - 2048;
    if (level == 7 && d > 1024) return 2048 - d;
    if (level == 7 && d < -1024) return -2048 - d;
    return d;
  };
  std::int32_t* const x = inputs_.data();
  const auto bin_of = [&](const Guess& g) {
    const std::int64_t t = std::int64_t{distance(g.mu)} * g.inverse >> 20;
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(t, -kBins / 2, kBins / 2 - 1) + kBins / 2);
  };
  std::uint32_t bin0 = 0, rel0 = 0;
  for (int i = 0; i < guesses_; ++i) {
    Guess& g = guess_[i];
    const std::uint32_t bin = bin_of(g);
    const auto rel = static_cast<std::uint32_t>(std::clamp(level + g.level, 0, kLevels - 1));
    g.counter = &counters_[g.base + rel * kBins + bin];
    x[i] = (kOff >> i & 1) ? 0 : stretch(probability16(*g.counter));
    if (i == 21) { bin0 = bin; rel0 = rel; }
  }
  const auto E = static_cast<std::uint32_t>(energy5_);
  const std::uint32_t lv = static_cast<std::uint32_t>(level);
  x[kGuesses] = 256;
  std::uint32_t contexts[kSets] = {
      static_cast<std::uint32_t>(energy5_) * 8 + rel0,
      lv * 4 + channel_ + (place_.padding ? 64u : 0u),
      rel0 * 64 + bin0,
      std::min(lv, 7u) * 64 + texture_,
      partial_,
      std::min(lv, 7u) * 96 + static_cast<std::uint32_t>(energy2_) * 4 + channel_,
  };
  std::int32_t offset = 0;
  for (int k = 0; k < kSets; ++k) {
    set_[k] = weights_.data() + (offset + static_cast<std::int32_t>(contexts[k])) * kInputs;
    offset += kSetContexts[k];
  }
  const std::uint32_t finals[kFinalSets] = {contexts[0], contexts[2], contexts[1]};
  offset = 0;
  for (int k = 0; k < kFinalSets; ++k) {
    final_set_[k] = final_weights_.data() + (offset + static_cast<std::int32_t>(finals[k])) * kFinalInputs;
    offset += kFinalContexts[k];
  }
  std::array<std::int32_t, kSets> sums;
  kernels_.dot(inputs_.data(), kInputs, set_.data(), kSets, sums.data());
  for (int k = 0; k < kSets; ++k) {
    logits_[k] = clamp_logit(sums[k] >> 8);
    probabilities_[k] = squash(logits_[k]);
    final_inputs_.data()[k] = logits_[k];
  }
  std::array<std::int32_t, kFinalSets> final_sums;
  kernels_.dot(final_inputs_.data(), kFinalInputs, final_set_.data(), kFinalSets, final_sums.data());
  std::int32_t logit = 0;
  for (int k = 0; k < kFinalSets; ++k) {
    const std::int32_t v = clamp_logit(final_sums[k] >> 8);
    final_probabilities_[k] = squash(v);
    logit += v;
  }
  logit /= kFinalSets;
  const Stream& s = streams_[stream_];
  refiners_[0].select((E * kLevels + rel0) * kBins + bin0);
  refiners_[1].select((static_cast<std::uint32_t>(s.around[channel_][kW] & 255) << 8 | partial_) & 65535);
  refiners_[2].select((static_cast<std::uint32_t>(std::clamp(best_ / 16, 0, 255)) << 8 | partial_) & 65535);
  std::int32_t p = squash(logit);
  const std::int32_t r0 = refiners_[0].refine(logit), r1 = refiners_[1].refine(logit), r2 = refiners_[2].refine(logit);
  if (kRefShift == 0) p = (4 * p + 2 * r0 + r1 + r2 + 4) >> 3;
  return static_cast<std::uint32_t>(std::clamp(p, 1, 65535));
}

void ImagePredictor::update(int bit) {
  const std::int32_t target = bit << 16;
  const auto rate = static_cast<std::int32_t>(static_cast<std::uint32_t>(kRateBase) + 65536u * static_cast<std::uint32_t>(kRateMul) / (seen_ + 4096));
  ++seen_;
  std::array<std::int32_t, kSets> errors;
  for (int k = 0; k < kSets; ++k) errors[k] = ((target - probabilities_[k]) * rate) >> 10;
  kernels_.train(inputs_.data(), kInputs, set_.data(), kSets, errors.data());
  std::array<std::int32_t, kFinalSets> final_errors;
  for (int k = 0; k < kFinalSets; ++k) final_errors[k] = ((target - final_probabilities_[k]) * kFinalRate) >> 10;
  kernels_.train(final_inputs_.data(), kFinalInputs, final_set_.data(), kFinalSets, final_errors.data());
  const auto dither = static_cast<std::int32_t>(seen_ * 0x9E3779B1u >> 26);
  for (Refiner& refiner : refiners_) refiner.update(bit, dither);
  for (int i = 0; i < guesses_; ++i) *guess_[i].counter = updated(*guess_[i].counter, bit, static_cast<std::uint32_t>(kLimit));
  partial_ = partial_ << 1 | static_cast<std::uint32_t>(bit);
  ++bit_;
}

std::uint8_t ImagePredictor::end_byte() {
  const auto byte = static_cast<std::uint8_t>(partial_);
  Stream& s = streams_[stream_];
  const bool two = plane_.number_bytes() == 2 && !place_.padding;
  if (place_.padding || !two || place_.byte == 1) {
    std::int32_t v = byte;
    std::size_t at = s.end;
    if (two) {
      v = low_first_ ? byte * 256 + s.last : s.last * 256 + byte;
      at = s.end > 0 ? s.end - 1 : 0;
    }
    plane_.number(at) = static_cast<std::uint16_t>(v);
    if (!place_.padding) {
      const std::uint32_t c = channel_;
      current_[c] = v;
      const std::int32_t error = v * 16 - mu_[18];
      errors_[at] = static_cast<std::int16_t>(std::clamp(error / 4, -32767, 32767));
      current_error_[c] = errors_[at];
      energy_taps_[20] = static_cast<std::int16_t>((logarithm(static_cast<std::uint32_t>(std::abs(current_error_[c])) + 2) - 300) / 2);
      energy_models_[c].learn(place_.x, energy_taps_);
      taps_[tap_count_] = tap(v - base_);
      if (kWls != 0) {
        Taps scaled = taps_;
        const int f = kWf[std::min(energy2_ / 2, 11)];
        for (int i = 0; i <= tap_count_; ++i) scaled[i] = tap(scaled[i] * f / 16);
        regressions_[c].learn(place_.x, scaled);
      } else regressions_[c].learn(place_.x, taps_);
      const std::int32_t raw = v * 16 - mu_[0];
      for (int i = 0; i < 3; ++i) {
        std::int32_t& b = bias_[i][bias_at_[i]];
        b += ((std::clamp(raw, -2048, 2047) << 12) - b) >> 6;
      }
      {
        const std::int64_t er = std::clamp(v * 16 - mu_[19], -2000, 2000);
        for (int i = 0; i < kStage; ++i) {
          stage_w_[c][i] += static_cast<std::int32_t>(er * stage_in_[i] * (std::int64_t{kNlms} << 12) / (norm_ + (norm_avg_[c] >> 3)));
        }
        norm_avg_[c] += ((norm_ << 3) - norm_avg_[c]) >> 6;
      }
      for (int i = 0; i < kMus; ++i) {
        std::int32_t& w = running_[c][i];
        w += (std::min(std::abs(v * 16 - mu_[i]), 1 << 14) * 16 - w) / 8;
      }
    }
  }
  s.last = byte;
  ++s.end;
  return byte;
}

}  // namespace nnzip::mixer
