// SPDX-License-Identifier: Apache-2.0
// Coefficients to Huffman codes, with the freedom that the standard leaves used as libjpeg does:
// JPEG.md.
#include "jpeg/scan_writer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

#include "jpeg/scan_order.h"

namespace nnzip::jpeg {
namespace {

constexpr int kMostRun = 0x7FFF;
constexpr std::size_t kMostWaiting = 937;  // correction bits, beyond which a run ends

class BitWriter {
 public:
  explicit BitWriter(Bytes& out) : out_(out) {}

  void bits(std::uint32_t value, int count) {
    if (failed_) return;
    buffer_ = buffer_ << count | (value & ((std::uint64_t{1} << count) - 1));
    held_ += count;
    while (held_ >= 8) {
      held_ -= 8;
      const auto byte = static_cast<std::uint8_t>(buffer_ >> held_);
      out_.push_back(byte);
      if (byte == 0xFF) out_.push_back(0);
    }
  }

  void symbol(const HuffmanTable& table, int symbol) {
    const auto at = static_cast<std::size_t>(symbol);
    if (table.lengths[at] == 0) failed_ = true;
    bits(table.codes[at], table.lengths[at]);
  }

  void end_interval(int padding) {
    if (held_ != 0) bits(padding != 0 ? 0xFF : 0, 8 - held_);
  }

  void restart(std::size_t number) {
    if (failed_) return;
    out_.push_back(0xFF);
    out_.push_back(static_cast<std::uint8_t>(kRst0 + static_cast<int>(number % 8)));
  }

  bool failed() const { return failed_; }

 private:
  Bytes& out_;
  std::uint64_t buffer_ = 0;
  int held_ = 0;
  bool failed_ = false;
};

int size_of(int value) { return std::bit_width(static_cast<unsigned>(std::abs(value))); }

// The run of empty blocks that the table's codes can say.
int most_run(const HuffmanTable& table) {
  int most = 0;
  for (std::size_t size = 0; size < 15; ++size) {
    if (table.lengths[size << 4] != 0) most = (2 << size) - 1;
  }
  return std::min(most, kMostRun);
}

class ScanWriter {
 public:
  ScanWriter(const Scan& scan, const Coefficients& coefficients, Bytes& out)
      : scan_(scan),
        coefficients_(coefficients),
        written_(out),
        out_(out),
        ac_(scan.parts[0].ac),
        most_run_(most_run(*ac_)) {}

  bool write(const Frame& frame, int padding, std::size_t most) {
    const std::size_t before = written_.size();
    const bool whole = for_each_block(
        frame, scan_,
        [&](std::size_t part, std::size_t index) {
          block(part, coefficients_.data() + index * kBlock);
          return written_.size() - before <= most && !out_.failed();
        },
        [&](std::size_t number) {
          end_interval(padding);
          out_.restart(number);
          last_dc_ = {};
          return true;
        });
    if (whole) end_interval(padding);
    return whole && !out_.failed() && written_.size() - before <= most;
  }

 private:
  void end_interval(int padding) {
    end_run();
    out_.end_interval(padding);
  }

  void block(std::size_t part, const std::int16_t* block) {
    const Scan::Part& means = scan_.parts[part];
    if (scan_.first == 0) {
      const int value = block[0] >> scan_.low;
      if (scan_.high != 0) {
        out_.bits(static_cast<std::uint32_t>(value & 1), 1);
      } else {
        number(*means.dc, 0, value - last_dc_[part]);
        last_dc_[part] = value;
      }
    }
    if (scan_.last == 0) return;
    if (!scan_.progressive) ac_ = means.ac;
    if (scan_.high != 0) {
      refine_ac(block);
    } else {
      ac(block);
    }
  }

  // Zeros before it, its size and its bits.
  void number(const HuffmanTable& table, int zeros, int value) {
    const int size = size_of(value);
    out_.symbol(table, zeros << 4 | size);
    out_.bits(static_cast<std::uint32_t>(value < 0 ? value - 1 : value), size);
  }

  void ac(const std::int16_t* block) {
    int zeros = 0;
    for (int k = std::max(scan_.first, 1); k <= scan_.last; ++k) {
      const int value = block[kNatural[static_cast<std::size_t>(k)]] / (1 << scan_.low);
      if (value == 0) {
        ++zeros;
        continue;
      }
      end_run();
      for (; zeros > 15; zeros -= 16) out_.symbol(*ac_, 0xF0);
      number(*ac_, zeros, value);
      zeros = 0;
    }
    if (zeros == 0) return;
    ++run_;
    if (!scan_.progressive || run_ >= most_run_) end_run();
  }

  void refine_ac(const std::int16_t* block) {
    const auto level = [&](int k) {
      return std::abs(block[kNatural[static_cast<std::size_t>(k)]]) >> scan_.low;
    };
    int last_new = 0;
    for (int k = scan_.first; k <= scan_.last; ++k) {
      if (level(k) == 1) last_new = k;
    }
    int zeros = 0;
    std::size_t own = waiting_.size();  // where the bits of this block begin that still wait
    for (int k = scan_.first; k <= scan_.last; ++k) {
      const int value = level(k);
      if (value == 0) {
        ++zeros;
        continue;
      }
      for (; zeros > 15 && k <= last_new; zeros -= 16) {
        release(own, 0xF0);
        own = 0;
      }
      if (value > 1) {
        waiting_.push_back(static_cast<std::uint8_t>(value & 1));
        continue;
      }
      release(own, zeros << 4 | 1, block[kNatural[static_cast<std::size_t>(k)]] < 0 ? 0 : 1);
      own = 0;
      zeros = 0;
    }
    if (zeros == 0 && waiting_.size() == own) return;
    ++run_;
    if (run_ >= most_run_ || waiting_.size() > kMostWaiting) end_run();
  }

  // Ends the run with its `own` bits, then the symbol, the sign of a new coefficient if there is
  // one, and the bits that wait since.
  void release(std::size_t own, int symbol, int sign = -1) {
    Bytes mine(waiting_.begin() + static_cast<std::ptrdiff_t>(own), waiting_.end());
    waiting_.resize(own);
    end_run();
    out_.symbol(*ac_, symbol);
    if (sign >= 0) out_.bits(static_cast<std::uint32_t>(sign), 1);
    for (const std::uint8_t bit : mine) out_.bits(bit, 1);
  }

  void end_run() {
    if (run_ == 0) return;
    const int size = size_of(run_) - 1;
    out_.symbol(*ac_, size << 4);
    out_.bits(static_cast<std::uint32_t>(run_), size);
    run_ = 0;
    for (const std::uint8_t bit : waiting_) out_.bits(bit, 1);
    waiting_.clear();
  }

  const Scan& scan_;
  const Coefficients& coefficients_;
  const Bytes& written_;
  BitWriter out_;
  const HuffmanTable* ac_;
  int most_run_;
  std::array<int, 4> last_dc_{};
  int run_ = 0;    // blocks that hold nothing more
  Bytes waiting_;  // correction bits of theirs
};

}  // namespace

bool write_scan(const Frame& frame, const Scan& scan, const Coefficients& coefficients, int padding,
                std::size_t most, Bytes& out) {
  return ScanWriter(scan, coefficients, out).write(frame, padding, most);
}

}  // namespace nnzip::jpeg
