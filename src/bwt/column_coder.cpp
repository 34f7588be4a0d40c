// SPDX-License-Identifier: Apache-2.0
// Bit after bit, predicted from the two bytes before by counters that follow fast, whose mean is
// refined: what bcm (Ilya Muravyov) has shown to be enough for a column.
#include "bwt/column_coder.h"

#include <algorithm>
#include <array>
#include <memory>

#include "coder/range_decoder.h"
#include "coder/range_encoder.h"

namespace nnzip {
namespace {

using Counter = std::uint16_t;  // a P16

constexpr int kQuick = 2, kUsual = 4, kSlow = 6;  // a counter moves by a part of 2^rate
constexpr std::uint32_t kShortRun = 2;
constexpr std::size_t kPoints = 17;

void move(Counter& p, bool bit, int rate) {
  p = static_cast<Counter>(p + (((bit ? 65535 : 0) - p) >> rate));
}

class ColumnModel {
 public:
  ColumnModel() {
    quick_.fill(32768);
    after_.fill(32768);
    for (std::size_t i = 0; i < points_.size(); ++i) {
      points_[i] = static_cast<Counter>(std::min<std::size_t>(i % kPoints << 12, 65535));
    }
  }

  // coder(bit, one) encodes or decodes a bit, whose probability of a 1 is one / 65536.
  template <typename Bit>
  void code(std::uint8_t& byte, const Bit& coder) {
    run_ = newest_ == before_ ? run_ + 1 : 0;
    Counter* const after_newest = after_.data() + (std::size_t{newest_} << 8);
    Counter* const after_before = after_.data() + (std::size_t{before_} << 8);
    Counter* const points = points_.data() + (run_ > kShortRun ? 256 * kPoints : 0);
    std::uint32_t node = 1;
    for (int k = 7; k >= 0; --k) {
      Counter& quick = quick_[node];
      Counter& newest = after_newest[node];
      const std::int32_t p = (7 * (quick + newest) + 2 * after_before[node]) >> 4;
      Counter* const at = points + node * kPoints + (p >> 12);
      const std::int32_t refined = at[0] + (((at[1] - at[0]) * (p & 4095)) >> 12);
      const std::int32_t one = std::clamp((3 * refined + p) >> 2, 1, 65535);
      const bool bit = coder((byte >> k & 1) != 0, static_cast<std::uint32_t>(one));
      move(quick, bit, kQuick);
      move(newest, bit, kUsual);
      move(at[0], bit, kSlow);
      move(at[1], bit, kSlow);
      node = node << 1 | (bit ? 1 : 0);
    }
    byte = static_cast<std::uint8_t>(node);
    before_ = newest_;
    newest_ = byte;
  }

 private:
  std::uint8_t newest_ = 0, before_ = 0;
  std::uint32_t run_ = 0;  // how often two bytes were the same
  std::array<Counter, 256> quick_;
  std::array<Counter, 65536> after_;
  std::array<Counter, 2 * 256 * kPoints> points_;
};

}  // namespace

Bytes encode_column(std::span<const std::uint8_t> column) {
  const auto model = std::make_unique<ColumnModel>();
  RangeEncoder out;
  const auto coder = [&out](bool bit, std::uint32_t one) {
    out.encode_bit(bit, one);
    return bit;
  };
  for (std::uint8_t byte : column) model->code(byte, coder);
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
