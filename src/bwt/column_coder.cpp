// SPDX-License-Identifier: Apache-2.0
// Bit after bit, predicted from the two bytes before by counters that follow fast, whose mean is
// refined as bcm (Ilya Muravyov) does it, and once more by how far the column repeats itself.
#include "bwt/column_coder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>

#include "coder/range_decoder.h"
#include "coder/range_encoder.h"
#if defined(__SSE2__)
#include "bwt/column_lanes.h"
#endif

namespace nnzip {
namespace {

using Counter = std::uint16_t;  // a P16

constexpr int kQuick = 2, kUsual = 4, kSlow = 6, kSlowest = 7;  // a counter moves by 2^-rate
constexpr std::uint32_t kShortRun = 2;
constexpr std::size_t kPoints = 17;
constexpr std::uint32_t kRuns = 16;  // classes of the lengths of runs

// target: 65535 for a 1, else 0.
void move(Counter& p, std::int32_t target, int rate) {
  p = static_cast<Counter>(p + ((target - p) >> rate));
}

constexpr std::array<std::uint8_t, 7> kFirstRates = {2, 2, 3, 3, 3, 3, kUsual};

// A counter that is quick while it is new.
struct Learner {
  Counter p = 32768;
  std::uint16_t seen = 0;

  void learn(std::int32_t target) {
    move(p, target, kFirstRates[seen]);
    seen = static_cast<std::uint16_t>(seen + (seen < kFirstRates.size() - 1));
  }
};

// Points between which a P16 is refined.
class Curve {
 public:
  static constexpr std::array<Counter, kPoints> kStraight = [] {
    std::array<Counter, kPoints> at;
    for (std::size_t i = 0; i < kPoints; ++i) {
      at[i] = static_cast<Counter>(std::min<std::size_t>(i << 12, 65535));
    }
    return at;
  }();

  std::int32_t refine(std::int32_t p) const {
    const Counter* const at = &at_[static_cast<std::size_t>(p >> 12)];
    return at[0] + (((at[1] - at[0]) * (p & 4095)) >> 12);
  }
  void learn(std::int32_t p, std::int32_t target, int rate) {
    Counter* const at = &at_[static_cast<std::size_t>(p >> 12)];
    move(at[0], target, rate);
    move(at[1], target, rate);
  }

  Counter* at(std::size_t j) { return &at_[j]; }

 private:
  std::array<Counter, kPoints> at_ = kStraight;
};

std::uint32_t class_of(std::uint32_t run) {
  if (run < 8) return run;
  return std::min(static_cast<std::uint32_t>(std::bit_width(run)) + 4, kRuns - 1);
}

// The bits of a byte as bytes of 0 or 1.
constexpr std::array<std::uint64_t, 256> kSpread = [] {
  std::array<std::uint64_t, 256> spread{};
  for (std::size_t byte = 0; byte < spread.size(); ++byte) {
    for (std::size_t k = 0; k < 8; ++k) spread[byte] |= (byte >> k & std::uint64_t{1}) << (8 * k);
  }
  return spread;
}();

// Of two bytes' difference, byte k: 1 if they have the bits above k.
constexpr std::array<std::uint64_t, 256> kAlike = [] {
  std::array<std::uint64_t, 256> alike{};
  for (std::size_t difference = 0; difference < alike.size(); ++difference) {
    for (std::size_t k = 0; k < 8; ++k) {
      alike[difference] |= std::uint64_t{difference >> (k + 1) == 0} << (8 * k);
    }
  }
  return alike;
}();

class ColumnModel {
 public:
  ColumnModel() {
    quick_.fill(32768);
    for (auto& of_run : by_run_) of_run.fill(Curve::kStraight);
  }

  // Fills ones with what decode() asks for bit by bit.
  void encode(std::uint8_t byte, std::array<std::uint16_t, 8>& ones) {
    const Contexts contexts = choose();
    const auto other = [&](std::size_t i) { return kAlike[byte ^ last_[i]]; };
    encode_bits(byte, contexts, other(0) << 2 | other(1) << 1 | other(2), ones);
    follow(byte);
  }

  std::uint8_t decode(RangeDecoder& in) {
    const Contexts contexts = choose();
    const std::uint64_t last = kSpread[last_[0]] << 2 | kSpread[last_[1]] << 1 | kSpread[last_[2]];
    std::uint32_t alike = 7;  // which of the last bytes have the bits above k: 4 is the newest
    std::uint32_t node = 1;
    for (std::uint32_t k = 8; k-- > 0;) {
      Bit bit(*this, contexts, node, k, alike);
      const bool one = in.decode_bit(static_cast<std::uint32_t>(bit.one()));
      bit.learn(one ? 65535 : 0);
      alike &= static_cast<std::uint32_t>(last >> (8 * k)) ^ (one ? 0U : 7U);
      node = node << 1 | (one ? 1 : 0);
    }
    const auto byte = static_cast<std::uint8_t>(node);
    follow(byte);
    return byte;
  }

 private:
  using Turns = std::array<std::array<Counter, kPoints>, 64>;

  // What lasts for a byte.
  struct Contexts {
    Learner* newest;
    Learner* before;
    Curve* by_node;
    Turns& by_run;
  };
  Contexts choose() {
    run_ = last_[0] == last_[1] ? run_ + 1 : 0;
    return {after_[last_[0]].data(), after_[last_[1]].data(),
            by_node_[run_ > kShortRun ? 1 : 0].data(), by_run_[class_of(run_)]};
  }
  void follow(std::uint8_t byte) { last_ = {byte, last_[0], last_[1]}; }

  static std::uint32_t node_of(std::uint32_t byte, std::size_t i) {
    return (256 | byte) >> (8 - i);
  }

  // alike: a byte for each bit, the lowest bit in the lowest one.
#if defined(__SSE2__)
  // All of them at once, as decode() does it one after the other. Halves are numbers of 32 bits.
  void encode_bits(std::uint32_t byte, const Contexts& contexts, std::uint64_t alike,
                   std::array<std::uint16_t, 8>& ones) {
    using namespace column;
    const auto quick_at = [&](std::size_t i) { return &quick_[node_of(byte, i)]; };
    const auto newest_at = [&](std::size_t i) { return &contexts.newest[node_of(byte, i)].p; };
    const auto before_at = [&](std::size_t i) { return &contexts.before[node_of(byte, i)].p; };
    const Lanes quick = gather(quick_at), before = gather(before_at);
    const Pairs newest = gather_pairs(newest_at);
    const Lanes newest_p = firsts(newest), seen = seconds(newest);

    const Pairs both = interleave(flip(quick), flip(newest_p));
    // 32 * 16384 is what flips take away.
    const Pairs third = interleave(flip(before), all(16384));
    const Lanes sevens = all(7), by = _mm_set1_epi32(32 << 16 | 2);
    const auto mean = [&](Lanes two, Lanes one) {
      return _mm_srli_epi32(_mm_add_epi32(_mm_madd_epi16(two, sevens), _mm_madd_epi16(one, by)), 4);
    };
    const Lanes p_low = mean(both.low, third.low), p_high = mean(both.high, third.high);
    const Lanes p = narrow(p_low, p_high);

    alignas(16) std::array<std::uint16_t, 8> j, turn;
    _mm_store_si128(reinterpret_cast<Lanes*>(j.data()), _mm_srli_epi16(p, 12));
    _mm_store_si128(reinterpret_cast<Lanes*>(turn.data()),
                    _mm_srli_epi16(_mm_add_epi16(_mm_srli_epi16(p, 11), all(1)), 1));
    std::array<Counter*, 8> points_of, turns_of;
    each([&](auto i) {
      points_of[i] = contexts.by_node[node_of(byte, i)].at(j[i]);
      turns_of[i] = &contexts.by_run[(7 - i) << 3 | (alike >> (8 * (7 - i)) & 7)][turn[i]];
    });
    const auto points_at = [&](std::size_t i) { return points_of[i]; };
    const auto turns_at = [&](std::size_t i) { return turns_of[i]; };
    const Pairs points = gather_pairs(points_at);
    const Lanes turns = gather(turns_at);
    const Lanes within = _mm_and_si128(p, all(4095));
    const Pairs weights = interleave(_mm_sub_epi16(_mm_setzero_si128(), within), within);
    const Pairs turns32 = interleave(turns, _mm_setzero_si128());
    const auto one = [](Lanes point, Lanes weight, Lanes t, Lanes of) {
      const Lanes steps = _mm_srai_epi32(_mm_madd_epi16(flip(point), weight), 12);
      const Lanes q = _mm_add_epi32(_mm_and_si128(point, _mm_set1_epi32(65535)), steps);
      const Lanes thrice = _mm_add_epi32(t, _mm_slli_epi32(t, 1));
      return _mm_srli_epi32(_mm_add_epi32(_mm_add_epi32(_mm_slli_epi32(q, 2), thrice), of), 3);
    };
    const Lanes made = narrow(one(points.low, weights.low, turns32.low, p_low),
                              one(points.high, weights.high, turns32.high, p_high));
    // At least 1.
    _mm_storeu_si128(reinterpret_cast<Lanes*>(ones.data()),
                     _mm_sub_epi16(made, _mm_cmpeq_epi16(made, _mm_setzero_si128())));

    const Lanes bits = bits_of(byte);
    scatter(moved(quick, bits, all(1 << (16 - kQuick))), quick_at);
    const Lanes is_new = _mm_cmplt_epi16(seen, all(2)), is_young = _mm_cmplt_epi16(seen, all(6));
    const Lanes parts = _mm_add_epi16(all(4096), _mm_add_epi16(_mm_and_si128(is_young, all(4096)),
                                                               _mm_and_si128(is_new, all(8192))));
    scatter_pairs(interleave(moved(newest_p, bits, parts), _mm_sub_epi16(seen, is_young)),
                  newest_at);
    const Pairs twice = interleave(bits, bits);
    const Lanes slow = all(1 << (16 - kSlow));
    scatter_pairs({moved(points.low, twice.low, slow), moved(points.high, twice.high, slow)},
                  points_at);
    scatter(moved(turns, bits, all(1 << (16 - kSlowest))), turns_at);
  }
#else
  void encode_bits(std::uint32_t byte, const Contexts& contexts, std::uint64_t alike,
                   std::array<std::uint16_t, 8>& ones) {
    for (std::uint32_t i = 0; i < 8; ++i) {
      const std::uint32_t k = 7 - i;
      Bit bit(*this, contexts, node_of(byte, i), k,
              static_cast<std::uint32_t>(alike >> (8 * k)) & 7);
      ones[i] = static_cast<std::uint16_t>(bit.one());
      bit.learn((byte >> k & 1) != 0 ? 65535 : 0);
    }
  }
#endif

  // All that predicts a bit.
  class Bit {
   public:
    Bit(ColumnModel& model, const Contexts& contexts, std::uint32_t node, std::uint32_t k,
        std::uint32_t alike)
        : quick_(model.quick_[node]),
          newest_(contexts.newest[node]),
          first_(contexts.by_node[node]),
          p_((7 * (quick_ + newest_.p) + 2 * contexts.before[node].p) >> 4),
          turn_(contexts.by_run[k << 3 | alike][static_cast<std::size_t>((p_ + 2048) >> 12)]) {}

    // The probability of a 1 in 1/65536.
    std::int32_t one() const {
      return std::clamp((4 * first_.refine(p_) + 3 * turn_ + p_) >> 3, 1, 65535);
    }
    void learn(std::int32_t target) {
      move(quick_, target, kQuick);
      newest_.learn(target);
      first_.learn(p_, target, kSlow);
      move(turn_, target, kSlowest);
    }

   private:
    Counter& quick_;
    Learner& newest_;
    Curve& first_;
    std::int32_t p_;
    Counter& turn_;
  };

  std::array<std::uint8_t, 3> last_{};  // the newest first
  std::uint32_t run_ = 0;               // how often two bytes were the same
  std::array<Counter, 256> quick_;
  std::array<std::array<Learner, 256>, 256> after_;
  std::array<std::array<Curve, 256>, 2> by_node_;
  std::array<Turns, kRuns> by_run_;
};

}  // namespace

Bytes encode_column(std::span<const std::uint8_t> column) {
  const auto model = std::make_unique<ColumnModel>();
  RangeEncoder out;
  std::array<std::uint16_t, 8> ones;
  for (const std::uint8_t byte : column) {
    model->encode(byte, ones);
    out.encode_bits(byte, ones);
  }
  return out.finish();
}

bool decode_column(std::span<const std::uint8_t> coded, std::span<std::uint8_t> column) {
  const auto model = std::make_unique<ColumnModel>();
  RangeDecoder in(coded);
  for (std::uint8_t& byte : column) {
    byte = model->decode(in);
    if (in.overrun()) return false;
  }
  return in.ended_well();
}

std::uint64_t column_coder_memory() { return sizeof(ColumnModel); }

}  // namespace nnzip
