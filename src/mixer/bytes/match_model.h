// SPDX-License-Identifier: Apache-2.0
// Finds the longest recent repetition of what a stream ends with and predicts the byte that
// followed it. All streams look into what all of them have coded so far.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mixer/core/adaptive_map.h"

namespace nnzip::mixer {

// The block's content as far as it is coded, with its streams.
struct History {
  History(std::size_t content_bytes, int stream_count);

  std::size_t begin(std::size_t stream) const { return stream * length; }
  bool known(std::size_t position) const {
    if (coded_end.size() == 1) return position < coded_end[0];
    return position < bytes.size() && position < coded_end[position / length];
  }

  std::vector<std::uint8_t> bytes;
  std::size_t length;                  // of a stream
  std::vector<std::size_t> coded_end;  // for each stream: the position of its next byte
};

// What one stream follows.
struct Match {
  std::size_t position = 0;  // of the byte that is predicted
  std::uint32_t length = 0;  // bytes that agreed before it; 0: nothing is predicted
  std::uint32_t outcomes =
      0;                      // bit 0: whether the last prediction was right, bit 1: the one before
  std::uint8_t expected = 0;  // the predicted byte
};

// Of a length: 0..15, by powers of two and their halves.
std::uint32_t length_bucket(std::uint32_t length);

class MatchModel {
 public:
  MatchModel(int log2_entries, std::uint32_t min_length);

  static std::size_t memory_bytes(int log2_entries) { return std::size_t{4} << log2_entries; }

  // After a byte of the stream was added to the history: where its last bytes were seen before. The
  // answer takes a while to arrive from memory.
  using Probe = std::uint32_t*;
  Probe probe(const History& history, std::size_t stream);
  // Follows on, or takes another place up. probe: of that byte.
  void advance(const History& history, std::size_t stream, Probe probe, Match& match);

  static constexpr std::uint32_t kMaxLength = 400;

 private:
  std::uint32_t min_length_;
  int shift_;
  AlignedMemory<std::uint32_t>
      last_;  // [hash of min_length bytes]: the position after them, 0: none
};

}  // namespace nnzip::mixer
