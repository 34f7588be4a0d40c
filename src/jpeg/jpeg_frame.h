// SPDX-License-Identifier: Apache-2.0
// What the marker segments of a JPEG file say: the frame, its components, the tables in force.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "layout/layout.h"

namespace nnzip::jpeg {

constexpr int kBlock = 64;             // coefficients
constexpr int kMaxCoefficient = 2047;  // of 8-bit samples, as magnitude
constexpr std::size_t kMaxBlocks = kMaxJpegBlocks;

constexpr int kSof0 = 0xC0, kSof1 = 0xC1, kSof2 = 0xC2, kDht = 0xC4, kSoi = 0xD8, kEoi = 0xD9,
              kSos = 0xDA, kDqt = 0xDB, kDnl = 0xDC, kDri = 0xDD, kDhp = 0xDE, kRst0 = 0xD0;

// Natural positions (8 * row + column) in the order of scans.
constexpr std::array<std::uint8_t, kBlock> scan_order() {
  std::array<std::uint8_t, kBlock> order{};
  int row = 0, column = 0;
  for (std::uint8_t& at : order) {
    at = static_cast<std::uint8_t>(8 * row + column);
    const bool up = (row + column) % 2 == 0;
    int& ahead = up ? column : row;
    int& back = up ? row : column;
    if (ahead == 7) {
      ++back;
    } else {
      ++ahead;
      if (back > 0) --back;
    }
  }
  return order;
}
constexpr std::array<std::uint8_t, kBlock> kNatural = scan_order();

struct Component {
  int id = 0, across = 1, down = 1;  // blocks of it in an MCU
  int quantiser = 0;
  std::size_t width = 0, height = 0;          // in blocks, those that fill the last MCUs included
  std::size_t own_width = 0, own_height = 0;  // of a scan of it alone
  std::size_t first = 0;                      // of its blocks among all
};

struct Frame {
  bool progressive = false;
  std::size_t mcus_across = 0, mcus_down = 0;
  std::vector<Component> components;  // 1 to 4
  std::size_t blocks = 0;
};

struct HuffmanTable {
  bool defined = false;
  std::array<std::uint16_t, 256> codes{};
  std::array<std::uint8_t, 256> lengths{};  // 0: no such symbol
  // Of codes of l bits: those below limits[l] << (16 - l), as 16 bits; the symbol of code c is
  // symbols[c + offsets[l]].
  std::array<std::uint32_t, 17> limits{};
  std::array<std::int32_t, 17> offsets{};
  std::array<std::uint8_t, 256> symbols{};
};

struct Scan {
  struct Part {
    const Component* component = nullptr;
    const HuffmanTable *dc = nullptr, *ac = nullptr;
  };
  std::vector<Part> parts;
  bool progressive = false;
  int first = 0, last = 63, high = 0, low = 0;
  std::size_t restart_interval = 0;  // MCUs; 0: none
};

// Coefficients of all blocks of all components, in natural order.
using Coefficients = std::vector<std::int16_t>;

// The state that marker segments build up.
class Headers {
 public:
  // marker: its second byte; payload: what follows the length. False if the file is of a kind that
  // is not taken apart.
  bool segment(int marker, std::span<const std::uint8_t> payload);

  // The scan of an SOS segment; nothing in it outlives the next segment. False likewise.
  bool scan(std::span<const std::uint8_t> payload, Scan& scan) const;

  bool has_frame() const { return !frame_.components.empty(); }
  const Frame& frame() const { return frame_; }
  // The steps of a component, in natural order; null if they are not defined.
  const std::array<std::uint16_t, kBlock>* quantiser(const Component& component) const;

 private:
  bool frame(int marker, std::span<const std::uint8_t> payload);
  bool quantisers(std::span<const std::uint8_t> payload);
  bool huffman_tables(std::span<const std::uint8_t> payload);

  Frame frame_;
  std::array<std::array<std::uint16_t, kBlock>, 4> quantisers_{};
  std::array<bool, 4> has_quantiser_{};
  std::array<HuffmanTable, 8> tables_;  // DC, AC
  std::size_t restart_interval_ = 0;
};

// Whether the marker stands alone, without a segment.
constexpr bool stands_alone(int marker) {
  return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD9);
}

}  // namespace nnzip::jpeg
