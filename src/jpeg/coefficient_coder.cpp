// SPDX-License-Identifier: Apache-2.0
// Block after block: how many coefficients are not zero, these, the edges, the mean.
#include "jpeg/coefficient_coder.h"

#include <algorithm>
#include <cstdlib>

#include "jpeg/block_contexts.h"
#include "jpeg/coefficient_model.h"
#include "mixer/core/mixer_targets.h"

namespace nnzip::jpeg {
namespace {

constexpr int kMostBits = 12;  // of a number's magnitude

// Both give the bit that was coded.
struct Encoding {
  RangeEncoder& coder;
  bool bit(bool value, std::uint32_t p) {
    coder.encode_bit(value, p);
    return value;
  }
  bool failed() const { return false; }
};

struct Decoding {
  RangeDecoder& coder;
  bool bit(bool, std::uint32_t p) { return coder.decode_bit(p); }
  bool failed() const { return coder.overrun(); }
};

// Numbers as decisions. What is coded is looked at by the bits alone, so that decoding may give 0.
template <typename Bits>
class NumberCoder {
 public:
  NumberCoder(std::size_t blocks, Bits bits)
      : bits_(bits), model_(blocks, mixer::find_mix_kernels("")) {}

  bool failed() const { return bits_.failed(); }

  // A number of so many bits, the first ones first.
  int count(int value, int bits, const Situation& situation) {
    model_.begin(situation);
    int made = 1;
    for (int bit = bits - 1, depth = 0; bit >= 0; --bit, ++depth) {
      const int within = depth % 4;
      const Decision decision{depth < 4 ? 0 : made >> within,
                              (made & ((1 << within) - 1)) | 1 << within, depth,
                              threshold_of(made - (1 << depth), bit)};
      made = 2 * made + (decide((value >> bit & 1) != 0, decision) ? 1 : 0);
    }
    return made - (1 << bits);
  }

  // A number of either sign. situation: its guesses become those of the magnitude.
  int number(int value, Situation& situation) {
    model_.begin(situation);
    if (!decide(value != 0, {0, 0, 0, 4})) return 0;
    const bool negative = decide(value < 0, {0, 1, 1, 0});
    if (negative) {
      for (std::int32_t& guess : situation.guesses) guess = -guess;
    }
    const int magnitude = std::abs(value);
    int bits = 1;
    while (bits < kMostBits &&
           decide(magnitude >= 1 << bits, {0, 1 + bits, std::min(1 + bits, 5), (8 << bits) - 4})) {
      ++bits;
    }
    int made = 1;
    for (int bit = bits - 2, depth = 0; bit >= 0; --bit, ++depth) {
      const bool top = depth < 3;
      const int node = (top ? (made & ((1 << depth) - 1)) | 1 << depth : 0) + (negative ? 8 : 0);
      const Decision decision{bits + (top ? 0 : 16 * depth), node, depth == 0 ? 6 : 7,
                              threshold_of(made, bit)};
      made = 2 * made + (decide((magnitude >> bit & 1) != 0, decision) ? 1 : 0);
    }
    return negative ? -made : made;
  }

 private:
  // made: the bits that are known; bit: the one to come.
  static std::int32_t threshold_of(int made, int bit) { return ((2 * made + 1) << bit) * 8 - 4; }

  bool decide(bool value, const Decision& decision) {
    const bool bit = bits_.bit(value, model_.predict(decision));
    model_.update(bit ? 1 : 0);
    return bit;
  }

  Bits bits_;
  CoefficientModel model_;
};

// All blocks of all components of a file. Store takes each block where it stands.
template <typename Bits, typename Store>
class BlockCoder {
 public:
  BlockCoder(const JpegFile& file, NumberCoder<Bits>& numbers, Store store)
      : frame_(file.headers.frame()),
        coefficients_(file.coefficients),
        contexts_(file.headers, file.coefficients),
        numbers_(numbers),
        store_(store) {}

  // progress: called with blocks that are done. False if coded data end too early.
  template <typename Progress>
  bool run(Progress&& progress) {
    std::size_t done = 0;
    for (std::size_t c = 0; c < frame_.components.size(); ++c) {
      const Component& component = frame_.components[c];
      contexts_.begin_component(c);
      for (std::size_t y = 0; y < component.height; ++y) {
        for (std::size_t x = 0; x < component.width; ++x, ++done) {
          contexts_.begin_block(x, y);
          const std::size_t at = (component.first + y * component.width + x) * kBlock;
          block(coefficients_.data() + at);
          store_(at, contexts_.block());
        }
        if (numbers_.failed()) return false;
        progress(done);
      }
    }
    return true;
  }

 private:
  // given: what is to be coded; of no meaning while decoding.
  void block(const std::int16_t* given) {
    const auto given_inside =
        std::ranges::count_if(kInsideOrder, [&](int position) { return given[position] != 0; });
    int left = numbers_.count(static_cast<int>(given_inside), 6, contexts_.inside_count());
    left = std::min(left, kInsideSize);
    contexts_.set_inside_count(left);
    for (int k = 0; k < kInsideSize && left > 0; ++k) {
      left -= put(kInsideOrder[static_cast<std::size_t>(k)], given, contexts_.inside(k));
    }
    edge(given, true);
    edge(given, false);
    Situation& situation = contexts_.mean();
    contexts_.set_mean(numbers_.number(given[0] - contexts_.predicted_mean(), situation));
    contexts_.end_block();
  }

  void edge(const std::int16_t* given, bool row) {
    const int step = row ? 1 : 8;
    int count = 0;
    for (int k = 1; k < 8; ++k) count += given[k * step] != 0 ? 1 : 0;
    int left = numbers_.count(count, 3, contexts_.edge_count(row));
    contexts_.set_edge_count(row, left);
    for (int k = 1; k < 8 && left > 0; ++k) left -= put(k * step, given, contexts_.edge(row, k));
  }

  // Returns 1 if the coefficient is not 0.
  int put(int position, const std::int16_t* given, Situation& situation) {
    const int value = numbers_.number(given[position], situation);
    contexts_.put(position, value);
    return value != 0 ? 1 : 0;
  }

  const Frame& frame_;
  const Coefficients& coefficients_;
  BlockContexts contexts_;
  NumberCoder<Bits>& numbers_;
  Store store_;
};

// Reports of one file after the other as of one.
class FilesProgress {
 public:
  FilesProgress(std::span<const JpegFile> files, const CoefficientProgress& progress)
      : all_(blocks_of(files)), progress_(progress) {}
  std::size_t all() const { return all_; }
  void tell(std::size_t done) const {
    if (progress_) progress_(static_cast<std::uint32_t>(((before_ + done) << 16) / all_));
  }
  void pass(const JpegFile& file) { before_ += file.headers.frame().blocks; }

 private:
  std::size_t all_, before_ = 0;
  const CoefficientProgress& progress_;
};

}  // namespace

std::size_t blocks_of(std::span<const JpegFile> files) {
  std::size_t blocks = 0;
  for (const JpegFile& file : files) blocks += file.headers.frame().blocks;
  return blocks;
}

void encode_coefficients(std::span<const JpegFile> files, RangeEncoder& coder,
                         const CoefficientProgress& progress) {
  const auto nowhere = [](std::size_t, const std::array<std::int16_t, kBlock>&) {};
  FilesProgress done(files, progress);
  NumberCoder numbers(done.all(), Encoding{coder});
  for (const JpegFile& file : files) {
    BlockCoder(file, numbers, nowhere).run([&](std::size_t blocks) { done.tell(blocks); });
    done.pass(file);
  }
}

bool decode_coefficients(std::span<JpegFile> files, RangeDecoder& coder,
                         const CoefficientProgress& progress) {
  FilesProgress done(files, progress);
  NumberCoder numbers(done.all(), Decoding{coder});
  for (JpegFile& file : files) {
    file.coefficients.resize(file.headers.frame().blocks * kBlock);
    const auto store = [&](std::size_t at, const std::array<std::int16_t, kBlock>& block) {
      std::ranges::copy(block, file.coefficients.begin() + static_cast<std::ptrdiff_t>(at));
    };
    if (!BlockCoder(file, numbers, store).run([&](std::size_t blocks) { done.tell(blocks); }))
      return false;
    done.pass(file);
  }
  return true;
}

}  // namespace nnzip::jpeg
