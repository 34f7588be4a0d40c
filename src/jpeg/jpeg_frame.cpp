// SPDX-License-Identifier: Apache-2.0
// Marker segments that matter to the scans: ITU T.81, annex B.
#include "jpeg/jpeg_frame.h"

#include <algorithm>
#include <iterator>

namespace nnzip::jpeg {
namespace {

constexpr std::size_t ceil_div(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

// Canonical codes, as annex C makes them. False if they do not fit their lengths.
bool make_table(std::span<const std::uint8_t> counts, std::span<const std::uint8_t> symbols,
                HuffmanTable& table) {
  table = {};
  std::uint32_t code = 0;
  std::size_t at = 0;
  for (std::size_t length = 1; length <= 16; ++length) {
    table.offsets[length] = static_cast<std::int32_t>(at) - static_cast<std::int32_t>(code);
    for (int i = 0; i < counts[length - 1]; ++i, ++at, ++code) {
      table.symbols[at] = symbols[at];
      table.codes[symbols[at]] = static_cast<std::uint16_t>(code);
      table.lengths[symbols[at]] = static_cast<std::uint8_t>(length);
    }
    if (code > 1U << length) return false;
    table.limits[length] = code << (16 - length);
    code <<= 1;
  }
  table.defined = true;
  return true;
}

}  // namespace

bool Headers::segment(int marker, std::span<const std::uint8_t> payload) {
  switch (marker) {
    case kSof0:
    case kSof1:
    case kSof2:
      return frame(marker, payload);
    case kDht:
      return huffman_tables(payload);
    case kDqt:
      return quantisers(payload);
    case kDri:
      if (payload.size() != 2) return false;
      restart_interval_ = std::size_t{payload[0]} << 8 | payload[1];
      return true;
    case kDnl:
    case kDhp:
      return false;
    default:
      return marker < 0xC3 || marker > 0xCF;  // frames of other kinds, arithmetic coding
  }
}

bool Headers::frame(int marker, std::span<const std::uint8_t> payload) {
  if (has_frame() || payload.size() < 6 || payload[0] != 8) return false;
  const std::size_t height = std::size_t{payload[1]} << 8 | payload[2];
  const std::size_t width = std::size_t{payload[3]} << 8 | payload[4];
  const std::size_t count = payload[5];
  if (height == 0 || width == 0 || count < 1 || count > 4 || payload.size() != 6 + 3 * count) {
    return false;
  }
  Frame made;
  made.progressive = marker == kSof2;
  std::size_t across = 1, down = 1;
  for (std::size_t i = 0; i < count; ++i) {
    Component part;
    part.id = payload[6 + 3 * i];
    part.across = payload[7 + 3 * i] >> 4;
    part.down = payload[7 + 3 * i] & 15;
    part.quantiser = payload[8 + 3 * i];
    if (part.across < 1 || part.across > 4 || part.down < 1 || part.down > 4 ||
        part.quantiser > 3) {
      return false;
    }
    for (const Component& other : made.components) {
      if (other.id == part.id) return false;
    }
    across = std::max(across, static_cast<std::size_t>(part.across));
    down = std::max(down, static_cast<std::size_t>(part.down));
    made.components.push_back(part);
  }
  made.mcus_across = ceil_div(width, 8 * across);
  made.mcus_down = ceil_div(height, 8 * down);
  for (Component& part : made.components) {
    const auto h = static_cast<std::size_t>(part.across), v = static_cast<std::size_t>(part.down);
    part.width = made.mcus_across * h;
    part.height = made.mcus_down * v;
    part.own_width = ceil_div(ceil_div(width * h, across), 8);
    part.own_height = ceil_div(ceil_div(height * v, down), 8);
    part.first = made.blocks;
    made.blocks += part.width * part.height;
  }
  if (made.blocks > kMaxBlocks) return false;
  frame_ = std::move(made);
  return true;
}

bool Headers::quantisers(std::span<const std::uint8_t> payload) {
  while (!payload.empty()) {
    const int number = payload[0] & 15, wide = payload[0] >> 4;
    const std::size_t bytes = wide != 0 ? 2 * kBlock : kBlock;
    if (number > 3 || wide > 1 || payload.size() < 1 + bytes) return false;
    auto& steps = quantisers_[static_cast<std::size_t>(number)];
    for (std::size_t i = 0; i < kBlock; ++i) {
      steps[kNatural[i]] = static_cast<std::uint16_t>(
          wide != 0 ? payload[1 + 2 * i] << 8 | payload[2 + 2 * i] : payload[1 + i]);
    }
    has_quantiser_[static_cast<std::size_t>(number)] = true;
    payload = payload.subspan(1 + bytes);
  }
  return true;
}

bool Headers::huffman_tables(std::span<const std::uint8_t> payload) {
  while (!payload.empty()) {
    if (payload.size() < 17) return false;
    const int number = payload[0] & 15, kind = payload[0] >> 4;
    const auto counts = payload.subspan(1, 16);
    std::size_t symbols = 0;
    for (const std::uint8_t count : counts) symbols += count;
    if (number > 3 || kind > 1 || symbols > 256 || payload.size() < 17 + symbols) return false;
    HuffmanTable& table = tables_[static_cast<std::size_t>(4 * kind + number)];
    if (!make_table(counts, payload.subspan(17, symbols), table)) return false;
    payload = payload.subspan(17 + symbols);
  }
  return true;
}

const std::array<std::uint16_t, kBlock>* Headers::quantiser(const Component& component) const {
  const auto number = static_cast<std::size_t>(component.quantiser);
  return has_quantiser_[number] ? &quantisers_[number] : nullptr;
}

bool Headers::scan(std::span<const std::uint8_t> payload, Scan& scan) const {
  scan = {};
  if (!has_frame() || payload.empty()) return false;
  const std::size_t count = payload[0];
  if (count < 1 || count > 4 || payload.size() != 4 + 2 * count) return false;
  scan.progressive = frame_.progressive;
  scan.restart_interval = restart_interval_;
  scan.first = payload[1 + 2 * count];
  scan.last = payload[2 + 2 * count];
  scan.high = payload[3 + 2 * count] >> 4;
  scan.low = payload[3 + 2 * count] & 15;
  const bool whole = scan.first == 0 && scan.last == 63 && scan.high == 0 && scan.low == 0;
  if (!scan.progressive && !whole) return false;
  if (scan.progressive) {
    const bool dc = scan.first == 0 && scan.last == 0;
    const bool ac = scan.first > 0 && scan.first <= scan.last && scan.last <= 63 && count == 1;
    if ((!dc && !ac) || scan.low > 13 || (scan.high != 0 && scan.high != scan.low + 1))
      return false;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto found = std::find_if(frame_.components.begin(), frame_.components.end(),
                                    [&](const Component& c) { return c.id == payload[1 + 2 * i]; });
    const std::size_t dc = payload[2 + 2 * i] >> 4, ac = payload[2 + 2 * i] & 15;
    if (found == frame_.components.end() || dc > 3 || ac > 3) return false;
    for (const Scan::Part& other : scan.parts) {
      if (other.component == &*found) return false;
    }
    const Scan::Part part{&*found, &tables_[dc], &tables_[4 + ac]};
    const bool needs_dc = scan.first == 0 && scan.high == 0, needs_ac = scan.last > 0;
    if ((needs_dc && !part.dc->defined) || (needs_ac && !part.ac->defined)) return false;
    scan.parts.push_back(part);
  }
  return true;
}

}  // namespace nnzip::jpeg
