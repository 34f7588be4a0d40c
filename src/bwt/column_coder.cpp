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

namespace nnzip {
namespace {

using Counter = std::uint16_t;  // a P16

constexpr int kQuick = 2, kUsual = 4, kSlow = 6, kSlowest = 7;  // a counter moves by 2^-rate
constexpr std::uint32_t kShortRun = 2;
constexpr std::size_t kPoints = 17;
constexpr std::uint32_t kRuns = 16;  // classes of the lengths of runs

void move(Counter& p, bool bit, int rate) {
  p = static_cast<Counter>(p + (((bit ? 65535 : 0) - p) >> rate));
}

constexpr std::array<std::uint8_t, 7> kFirstRates = {2, 2, 3, 3, 3, 3, kUsual};

// A counter that is quick while it is new.
struct Learner {
  Counter p = 32768;
  std::uint16_t seen = 0;

  void learn(bool bit) {
    move(p, bit, kFirstRates[seen]);
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
  void learn(std::int32_t p, bool bit, int rate) {
    Counter* const at = &at_[static_cast<std::size_t>(p >> 12)];
    move(at[0], bit, rate);
    move(at[1], bit, rate);
  }

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

class ColumnModel {
 public:
  ColumnModel() {
    quick_.fill(32768);
    for (auto& of_run : by_run_) of_run.fill(Curve::kStraight);
  }

  // coder(bit, one) encodes or decodes a bit, whose probability of a 1 is one / 65536.
  template <typename Bit>
  void code(std::uint8_t& byte, const Bit& coder) {
    run_ = last_[0] == last_[1] ? run_ + 1 : 0;
    Learner* const after_newest = after_[last_[0]].data();
    const Learner* const after_before = after_[last_[1]].data();
    Curve* const by_node = by_node_[run_ > kShortRun ? 1 : 0].data();
    auto* const by_run = by_run_[class_of(run_)].data();
    const std::uint64_t last = kSpread[last_[0]] << 2 | kSpread[last_[1]] << 1 | kSpread[last_[2]];
    std::uint32_t alike = 7;  // which of the last bytes have the bits above k: 4 is the newest
    std::uint32_t node = 1;
    for (int k = 7; k >= 0; --k) {
      Counter& quick = quick_[node];
      Learner& newest = after_newest[node];
      const std::int32_t p = (7 * (quick + newest.p) + 2 * after_before[node].p) >> 4;
      Curve& first = by_node[node];
      Counter& turn = by_run[static_cast<std::uint32_t>(k) << 3 | alike]
                            [static_cast<std::size_t>((p + 2048) >> 12)];
      const std::int32_t one = std::clamp((4 * first.refine(p) + 3 * turn + p) >> 3, 1, 65535);
      const bool bit = coder((byte >> k & 1) != 0, static_cast<std::uint32_t>(one));
      move(quick, bit, kQuick);
      newest.learn(bit);
      first.learn(p, bit, kSlow);
      move(turn, bit, kSlowest);
      alike &= static_cast<std::uint32_t>(last >> (8 * k)) ^ (bit ? 0U : 7U);
      node = node << 1 | (bit ? 1 : 0);
    }
    byte = static_cast<std::uint8_t>(node);
    last_ = {byte, last_[0], last_[1]};
  }

 private:
  std::array<std::uint8_t, 3> last_{};  // the newest first
  std::uint32_t run_ = 0;               // how often two bytes were the same
  std::array<Counter, 256> quick_;
  std::array<std::array<Learner, 256>, 256> after_;
  std::array<std::array<Curve, 256>, 2> by_node_;
  std::array<std::array<std::array<Counter, kPoints>, 64>, kRuns> by_run_;
};

}  // namespace

Bytes encode_column(std::span<const std::uint8_t> column) {
  const auto model = std::make_unique<ColumnModel>();
  RangeEncoder out;
  std::array<std::uint16_t, 8> ones;
  for (std::uint8_t byte : column) {
    std::uint16_t* next = ones.data();
    model->code(byte, [&next](bool bit, std::uint32_t one) {
      *next++ = static_cast<std::uint16_t>(one);
      return bit;
    });
    out.encode_bits(byte, ones);
  }
  return out.finish();
}

bool decode_column(std::span<const std::uint8_t> coded, std::span<std::uint8_t> column) {
  const auto model = std::make_unique<ColumnModel>();
  RangeDecoder in(coded);
  const auto coder = [&in](bool, std::uint32_t one) { return in.decode_bit(one); };
  for (std::uint8_t& byte : column) {
    model->code(byte, coder);
    if (in.overrun()) return false;
  }
  return in.ended_well();
}

std::uint64_t column_coder_memory() { return sizeof(ColumnModel); }

}  // namespace nnzip
