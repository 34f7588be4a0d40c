// SPDX-License-Identifier: Apache-2.0
// What followed equal surroundings: counters by hashes of neighbours, and copies of what stood
// where the surroundings were equal last. For images of few colours, and whatever in others is no
// noise: borders, text, what was made larger.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "mixer/core/adaptive_map.h"
#include "mixer/core/aligned_memory.h"
#include "mixer/core/mix_kernels.h"
#include "mixer/image/image_guesses.h"

namespace nnzip::mixer {

constexpr int kHashed = 12;  // contexts that are hashed
constexpr int kCopies = 2;   // places to copy from

// For each byte but those of padding: begin_byte(), then add_inputs() and update() for eight bits,
// then end_byte().
class PixelContexts {
 public:
  static constexpr int kInputs = 2 * (kHashed + kCopies);
  static constexpr int kCopyStates = 64;
  static constexpr int kSeenStates = kHashed + 1;

  static std::size_t memory_bytes(std::size_t content_bytes);
  // plane: what is known of the content; it outlives this.
  PixelContexts(const ImagePlane& plane, std::size_t content_bytes, std::size_t streams);

  // last: the byte before it in the stream.
  void begin_byte(std::size_t stream, const ImageNumber& number, std::uint8_t last);
  // partial: the byte's bits so far below a leading 1; bit: how many there are.
  void add_inputs(std::int16_t* inputs, std::uint32_t partial, int bit);
  void update(const MixKernels& kernels, int bit);
  // After number.current is set.
  void end_byte(std::size_t stream, const ImageNumber& number);

  // Of the bit that is coded: how long the copies have been right, 0 for those that say nothing,
  // and how many contexts were seen before.
  std::size_t copy_state() const { return copy_state_; }
  std::size_t seen_state() const { return seen_state_; }

 private:
  using Pixel = std::uint64_t;  // its numbers, 16 bits each
  using Around = std::array<Pixel, kNeighbours>;

  // Counters of half a byte after one value of a context.
  struct Line {
    std::uint32_t check;
    std::array<Counter, 15> nodes;
  };
  struct Copy {
    std::int64_t from = -1;    // position of the pixel that is expected to be equal; or none
    std::uint32_t length = 0;  // pixels that were, one after the other
    std::uint32_t misses = 0;  // pixels that were not
    std::size_t place = 0;     // of the surroundings in places_
  };
  struct Stream {
    Around around;
    std::array<Copy, kCopies> copies;
  };

  void begin_pixel(Stream& stream, const ImageNumber& number);
  void follow(Copy& copy, std::uint32_t found, const PixelPlace& place) const;
  bool is_known(std::int64_t from, const PixelPlace& place) const;
  void expect(const Stream& stream, const ImageNumber& number, std::uint8_t last);
  Pixel pixel_at(std::int64_t position) const;
  void hash_contexts(const Around& around, Pixel known);
  std::size_t line_of(std::uint64_t hash) const { return hash >> (64 - line_bits_); }
  void find_lines(std::uint32_t partial);
  void prefetch_lines(std::uint32_t partial) const;
  void add_copies(std::int16_t* inputs, std::uint32_t partial, int bit);

  const ImagePlane& plane_;
  int line_bits_;
  std::vector<Stream> streams_;

  // The byte that is coded.
  const Stream* stream_ = nullptr;
  std::array<std::uint64_t, kHashed> hashes_{};
  std::array<Line*, kHashed> found_{};
  std::size_t node_ = 0;                          // in the lines
  std::array<std::int32_t, kCopies> expected_{};  // bytes, or -1

  // The bit that is coded.
  std::array<std::size_t, kHashed> map_at_{};
  std::array<std::size_t, kCopies> copy_at_{};  // of copies that say something
  std::array<int, kCopies> copied_{};           // bits, -1 of copies that say nothing
  std::size_t copy_state_ = 0, seen_state_ = 0;
  alignas(64) std::array<Counter, 16> counters_at_work_{};
  alignas(64) std::array<Counter, 16> map_at_work_{};

  // What adapts.
  AlignedMemory<Line> lines_;
  std::vector<Counter> map_;                                // [context][class of the count][logit]
  std::vector<Counter> copy_right_;                         // [copy][class of the length][misses]
  std::array<std::vector<std::uint32_t>, kCopies> places_;  // 1 + pixel, by surroundings
};

}  // namespace nnzip::mixer
