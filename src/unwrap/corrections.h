// SPDX-License-Identifier: Apache-2.0
// Decisions that are predicted: where the prediction is wrong, what is right is written down. The
// same walk makes all decisions when a stream is opened, when parameters are tried and when it is
// closed; these three classes are the difference.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "base/bytes.h"

namespace nnzip {

// Decisions of one kind count and write their corrections by themselves.
enum class Channel : std::uint8_t { kBlocks, kLengths, kDistances, kCodes };
inline constexpr std::size_t kChannels = 4;
constexpr bool is_of_tokens(Channel channel) {
  return channel == Channel::kLengths || channel == Channel::kDistances;
}

// LEB128 at data[at]; at goes behind it. Nothing if it is no number of 64 bits or ends too early.
std::optional<std::uint64_t> take_varint(std::span<const std::uint8_t> data, std::size_t& at);

// Writes a correction as the number of right predictions before it and the difference.
class CorrectionWriter {
 public:
  // Stops at `most` corrections, or at most_tokens of lengths and distances.
  CorrectionWriter(std::size_t most_tokens, std::size_t most)
      : most_tokens_(most_tokens), most_(most) {}
  std::uint32_t decide(Channel channel, std::uint32_t predicted, std::uint32_t truth) {
    Written& written = channels_[static_cast<std::size_t>(channel)];
    if (predicted == truth)
      ++written.gap;
    else
      correct(written, predicted, truth);
    token_corrections_ += predicted != truth && is_of_tokens(channel) ? 1 : 0;
    return truth;
  }
  bool stopped() const { return corrections_ >= most_ || token_corrections_ >= most_tokens_; }
  static constexpr bool kOnlyCounts = false;
  // Appends the channels, each but the last after its size.
  void finish(Bytes& side) const;

 private:
  struct Written {
    std::uint64_t gap = 0;
    Bytes bytes;
  };
  void correct(Written& written, std::uint32_t predicted, std::uint32_t truth);

  std::array<Written, kChannels> channels_;
  std::size_t most_tokens_, most_, token_corrections_ = 0, corrections_ = 0;
};

// Counts, and stops at `most` corrections. Those of codes are left out: they follow from others.
class CorrectionCounter {
 public:
  explicit CorrectionCounter(std::size_t most) : most_(most) {}
  std::uint32_t decide(Channel channel, std::uint32_t predicted, std::uint32_t truth) {
    if (predicted != truth && channel != Channel::kCodes) {
      ++corrections_;
      bytes_ += bytes_of(truth > predicted ? truth - predicted : predicted - truth);
    }
    return truth;
  }
  bool stopped() const { return corrections_ >= most_; }
  static constexpr bool kOnlyCounts = true;  // how wrong a prediction is does not matter
  std::size_t corrections() const { return corrections_; }
  std::size_t bytes() const { return bytes_; }  // that they would take, or a few less

 private:
  static std::size_t bytes_of(std::uint32_t difference) {
    return difference <= 1U << 6 ? 2 : difference <= 1U << 13 ? 3 : 4;
  }

  std::size_t most_, corrections_ = 0, bytes_ = 0;
};

// Applies what was written; stops at what CorrectionWriter does not write.
class CorrectionReader {
 public:
  // data: what finish() appended. It must outlive the reader.
  explicit CorrectionReader(std::span<const std::uint8_t> data);

  std::uint32_t decide(Channel channel, std::uint32_t predicted, std::uint32_t) {
    Read& read = channels_[static_cast<std::size_t>(channel)];
    if (read.gap != 0) {
      --read.gap;
      return predicted;
    }
    return correct(read, predicted);
  }
  bool stopped() const { return failed_; }
  static constexpr bool kOnlyCounts = false;
  // Whether all corrections have been applied.
  bool done() const;

 private:
  static constexpr std::uint64_t kNoMore = std::numeric_limits<std::uint64_t>::max();
  struct Read {
    std::uint64_t gap = kNoMore;
    std::span<const std::uint8_t> bytes;
    std::size_t at = 0;
  };
  std::uint32_t correct(Read& read, std::uint32_t predicted);
  void next(Read& read);

  std::array<Read, kChannels> channels_;
  bool failed_ = false;
};

}  // namespace nnzip
