// SPDX-License-Identifier: Apache-2.0
// A sign, a magnitude in parts of the mean error, and what is left of it as it is.
#include "lean/sample_coder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <memory>
#include <vector>

#include "coder/range_encoder.h"
#include "filter/sample_targets.h"
#include "lean/lean_sets.h"
#include "lean/sample_guess.h"
#include "lean/used_numbers.h"
#include "mixer/core/adaptive_map.h"
#include "mixer/core/unrolled.h"

namespace nnzip {
namespace {

using lean::SampleChannel;
using mixer::Counter;

constexpr std::size_t kContexts = 8;
// Of each context, for a channel.
constexpr std::array<std::size_t, kContexts> kSizes = {
    25 * 48, 17 * 12, 17 * 6 * 5, 13 * 13, 25 * 12, 25 * 48, 25 * 17, 1024 + 25 * 12};
constexpr std::array<std::size_t, 4> kSets = {64 * 4, 48, 25 * 17, 17};
constexpr std::uint32_t kCounterLimit = 255;
constexpr std::uint32_t kEven = 32768;  // the chance of a bit that nothing tells

// Decisions of a number. Those of a sign: whether the magnitude has 4, 8, 16, 32 or more; then its
// bits, of each size its own.
enum Node : std::size_t { kUp = 0, kBelow = 1, kAbove = 26, kLarge = 51, kNodes = 64 };
constexpr std::array<std::size_t, 4> kBits = {4, 7, 10, 17};  // from that of the sign on
constexpr int kLeastLarge = 5, kMostLarge = 31;               // bits of a magnitude

// 2 log2 of it and the bit below the highest one; 0 of 0 and 1.
int half_log(std::uint64_t n) {
  const int top = static_cast<int>(std::bit_width(n | 1)) - 1;
  return 2 * top + static_cast<int>((n << 1 >> top) & 1);
}

// Divides levels by a mean error.
class Scale {
 public:
  explicit Scale(std::int64_t mean)
      : width_(static_cast<int>(std::bit_width(static_cast<std::uint64_t>(mean)))),
        factor_((std::int64_t{1} << (width_ + 15)) / mean) {}

  // In quarters, to the nearest one, coarser from 2 on: 0..24, 12 in the middle.
  int place(std::int64_t z) const {
    const std::int64_t quarters =
        (z * factor_ + (std::int64_t{1} << (width_ + 12))) >> (width_ + 13);
    const std::int64_t a = std::abs(quarters);
    const int step = a <= 8 ? static_cast<int>(a) : a <= 12 ? 9 : a <= 20 ? 10 : a <= 40 ? 11 : 12;
    return quarters < 0 ? 12 - step : 12 + step;
  }
  // By half powers of two from an eighth on: -8..8.
  int step(std::int64_t z) const {
    const auto eighths = static_cast<std::uint64_t>((std::abs(z) * factor_) >> (width_ + 12));
    const int size = eighths == 0 ? 0 : std::min(1 + half_log(eighths), 8);
    return z < 0 ? -size : size;
  }

 private:
  int width_;
  std::int64_t factor_;
};

class SampleCoder {
 public:
  // width: bits of its numbers.
  SampleCoder(const Layout& layout, Effort effort, int width)
      : unit_bits_(32 - width),
        unit_(std::int64_t{1} << unit_bits_),
        least_mean_(std::max<std::int64_t>(unit_ / 16, 16)),
        scratch_(std::make_unique<filter::LeastSquaresScratch>()),
        sets_(kSets) {
    const auto& kernels = filter::find_sample_kernels("");
    channels_.reserve(layout.channels);
    for (std::uint32_t c = 0; c < layout.channels; ++c) {
      channels_.push_back(
          {SampleChannel(effort, layout.channels == 1, least_mean_ << 12, kernels, *scratch_)});
    }
    std::size_t total = 0;
    for (std::size_t i = 0; i < kContexts; ++i) {
      begins_[i] = total;
      total += kSizes[i] * layout.channels * kNodes;
    }
    counters_.assign(total, mixer::make_counter(32768, 0));
  }

  // Codes the next number; code: (a bit of the number that is there, chance of a 1) -> the bit.
  template <typename Code>
  std::int64_t number(std::int64_t there, Code code) {
    Channel& channel = channels_[current_];
    const std::size_t beside = (current_ == 0 ? channels_.size() : current_) - 1;
    channel.guesses.predict(channels_[beside].guesses);
    choose_contexts(channel, channels_[beside]);
    const std::int64_t nearest = channel.guesses.guess() >> unit_bits_;
    const std::int64_t known = wrapped(there - nearest);
    const bool up = decide(kUp, known > 0, code);
    const auto rest = static_cast<std::uint64_t>(up ? known - 1 : -known);
    const auto size = static_cast<std::int64_t>(magnitude(up ? kAbove : kBelow, rest, code));
    const std::int64_t number = wrapped(nearest + (up ? size + 1 : -size));
    const std::int64_t level = number * unit_;
    const std::int64_t error = level - channel.guesses.guess();
    channel.guesses.learn(level);
    const std::int64_t mean = std::max(channel.guesses.slow(), least_mean_);
    channel.lately = {Scale(mean).step(error), channel.lately[0], channel.lately[1]};
    if (++current_ == channels_.size()) current_ = 0;
    return number;
  }

 private:
  struct Channel {
    SampleChannel guesses;
    std::array<int, 3> lately{};  // errors, the last one first, in steps
  };

  // As a signed number of the width.
  std::int64_t wrapped(std::int64_t z) const {
    const int unused = 32 + unit_bits_;
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(z) << unused) >> unused;
  }

  void choose_contexts(const Channel& channel, const Channel& beside) {
    const SampleChannel& guesses = channel.guesses;
    const std::int64_t mean = std::max((guesses.fast() + guesses.slow()) >> 1, least_mean_);
    const int top = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(mean))) - 1;
    shift_ = std::max(top - unit_bits_ - 1, 0);
    // In parts of an octave, from that of the least mean on, the last one where numbers are
    // shifted.
    const auto eighths = static_cast<std::size_t>(8 * (top - unit_bits_ + 4 - shift_) +
                                                  static_cast<int>((mean << 3 >> top) & 7));
    const std::size_t level = std::min<std::size_t>(eighths, 47);
    const std::int64_t nearest = guesses.guess() >> unit_bits_;
    const std::int64_t middle = (nearest << unit_bits_) + unit_ / 2;
    const Scale scale(mean);
    const auto place = [&](std::int64_t z) {
      return static_cast<std::size_t>(scale.place(z - middle));
    };
    const auto step = [](int z, int most) {
      return static_cast<std::size_t>(std::clamp(z, -most, most) + most);
    };
    const std::size_t own = place(guesses.guess()), first = place(guesses.others()[0]),
                      second = place(guesses.others()[1]);
    const std::size_t trend = step(half_log(static_cast<std::uint64_t>(guesses.fast())) -
                                       half_log(static_cast<std::uint64_t>(guesses.slow())),
                                   8);
    const std::size_t other = step(channels_.size() > 1 ? beside.lately[0] : channel.lately[2], 8);
    const std::array<std::size_t, kContexts> chosen = {
        own * 48 + level,
        trend * 12 + level / 4,
        (other * 6 + level / 8) * 5 + (std::clamp<std::size_t>(own, 10, 14) - 10),
        step(channel.lately[0], 6) * 13 + step(channel.lately[1], 6),
        first * 12 + level / 4,
        second * 48 + level,
        place(guesses.others()[2]) * 17 + trend,
        shift_ == 0 ? static_cast<std::size_t>(nearest & 1023)
                    : 1024 + place(guesses.others()[3]) * 12 + level / 4};
    for (std::size_t i = 0; i < kContexts; ++i) {
      rows_[i] = counters_.data() + begins_[i] + (current_ * kSizes[i] + chosen[i]) * kNodes;
    }
    of_shift_ = static_cast<std::size_t>(std::min(shift_, 3));
    sets_.choose(1, level);
    sets_.choose(2, second * 17 + trend);
    sets_.choose(3, other);
  }

  // Codes a number that is not negative. Hostile data give any number below 2^63.
  template <typename Code>
  std::uint64_t magnitude(std::size_t side, std::uint64_t known, Code code) {
    const std::uint64_t m = known >> shift_;
    std::size_t size = 0;
    while (size < 4 && decide(side + size, m >= std::uint64_t{4} << size, code)) ++size;
    if (size == 4) return large(known, code);
    // Of the longest one the lowest bit tells little.
    const int bits = size == 0 ? 2 : static_cast<int>(std::min<std::size_t>(size + 1, 3));
    const int raw = shift_ + (size == 3 ? 1 : 0);
    std::uint64_t node = 1;
    for (int i = bits - 1; i >= 0; --i) {
      const bool bit = (known >> (raw + i) & 1) != 0;
      node = node << 1 | (decide(side + kBits[size] + node - 1, bit, code) ? 1 : 0);
    }
    // Below 4 the leading 1 does not count.
    return plain(size == 0 ? node - 4 : node, raw, known, code);
  }

  template <typename Code>
  std::uint64_t large(std::uint64_t known, Code code) {
    const std::uint64_t m = known >> shift_;
    int bits = kLeastLarge;
    while (bits < kMostLarge &&
           decide(std::min<std::size_t>(kLarge + static_cast<std::size_t>(bits - kLeastLarge),
                                        kNodes - 1),
                  m >> (bits + 1) != 0, code)) {
      ++bits;
    }
    return plain(1, shift_ + bits, known, code);
  }

  // Bits below `top`.
  template <typename Code>
  static std::uint64_t plain(std::uint64_t top, int bits, std::uint64_t known, Code code) {
    for (int i = bits - 1; i >= 0; --i) {
      top = top << 1 | static_cast<std::uint64_t>(code((known >> i & 1) != 0, kEven));
    }
    return top;
  }

  template <typename Code>
  bool decide(std::size_t node, bool known, Code code) {
    lean::Inputs<8> inputs;
    std::array<Counter*, kContexts> used;
    mixer::unrolled<kContexts>([&](auto i) {
      used[i] = rows_[i] + node;
      inputs.put(i, mixer::stretch(mixer::probability16(*used[i])));
    });
    sets_.choose(0, node * 4 + of_shift_);
    const std::int32_t z = sets_.mix(inputs);
    const std::int32_t one = std::clamp(mixer::squash(z), 8, 65528);
    const int bit = code(known, static_cast<std::uint32_t>(one));
    sets_.learn((bit << 16) - mixer::squash(z));
    mixer::unrolled<kContexts>(
        [&](auto i) { *used[i] = mixer::updated(*used[i], bit, kCounterLimit); });
    return bit != 0;
  }

  int unit_bits_;
  std::int64_t unit_, least_mean_;  // levels
  std::unique_ptr<filter::LeastSquaresScratch> scratch_;
  lean::Sets<8, kSets.size()> sets_;
  std::vector<Channel> channels_;
  std::array<std::size_t, kContexts> begins_;
  std::vector<Counter> counters_;  // [context][channel][value][node]
  std::size_t current_ = 0;

  // Of the number at hand.
  std::array<Counter*, kContexts> rows_{};
  int shift_ = 0;
  std::size_t of_shift_ = 0;
};

// Numbers of some bytes, the high one first; single ones have 128 added.
std::int32_t read_number(const std::uint8_t* at, std::size_t bytes) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < bytes; ++i) number = number << 8 | at[i];
  const std::size_t unused = 32 - 8 * bytes;
  return static_cast<std::int32_t>((bytes == 1 ? number ^ 0x80 : number) << unused) >> unused;
}

void write_number(std::int64_t number, std::size_t bytes, std::uint8_t* at) {
  if (bytes == 1) number ^= 0x80;
  for (std::size_t i = 0; i < bytes; ++i) {
    at[i] = static_cast<std::uint8_t>(number >> (8 * (bytes - 1 - i)));
  }
}

}  // namespace

Bytes encode_samples(std::span<const std::uint8_t> content, const Layout& layout, Effort effort,
                     const SamplesDone& done) {
  const std::size_t bytes = layout.number_bytes();
  std::vector<std::int32_t> numbers(content.size() / bytes);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = read_number(content.data() + i * bytes, bytes);
  }
  RangeEncoder coder;
  const auto used = lean::UsedNumbers::of(numbers, bytes);
  used.encode(coder);
  SampleCoder samples(layout, effort, used.width());
  const auto code = [&](bool bit, std::uint32_t one) {
    coder.encode_bit(bit, one);
    return bit ? 1 : 0;
  };
  std::size_t at = 0;
  for (const std::int32_t number : numbers) {
    samples.number(used.shortened(number), code);
    done(at += bytes);
  }
  for (; at < content.size(); done(++at)) {
    for (int i = 7; i >= 0; --i) code((content[at] >> i & 1) != 0, kEven);
  }
  return coder.finish();
}

bool decode_samples(RangeDecoder& coder, const Layout& layout, Effort effort,
                    std::span<std::uint8_t> content, const SamplesDone& done) {
  const std::size_t bytes = layout.number_bytes();
  const auto used = lean::UsedNumbers::decode(coder, bytes);
  if (!used) return false;
  SampleCoder samples(layout, effort, used->width());
  const auto code = [&](bool, std::uint32_t one) { return coder.decode_bit(one) ? 1 : 0; };
  std::size_t at = 0;
  for (; at + bytes <= content.size(); done(at)) {
    const auto number = used->lengthened(samples.number(0, code));
    if (!number || coder.overrun()) return false;
    write_number(*number, bytes, content.data() + at);
    at += bytes;
  }
  for (; at < content.size(); done(++at)) {
    unsigned byte = 0;
    for (int i = 0; i < 8; ++i) byte = byte << 1 | static_cast<unsigned>(code(false, kEven));
    content[at] = static_cast<std::uint8_t>(byte);
    if (coder.overrun()) return false;
  }
  return coder.ended_well();
}

std::uint64_t sample_coder_memory(const Layout& layout, Effort effort, std::size_t content_bytes) {
  std::uint64_t counters = 0;
  for (const std::size_t size : kSizes) counters += size * kNodes * sizeof(Counter);
  std::uint64_t taps = 0;
  for (const auto& rule : lean::sample_cascades(effort)) {
    for (const auto& stage : rule.stages) taps += (std::uint64_t{8} << stage.log2_taps) + 1024;
    taps += 16384;
  }
  return layout.channels * (counters + taps + 4096) + 4 * content_bytes + (std::uint64_t{1} << 21);
}

}  // namespace nnzip
