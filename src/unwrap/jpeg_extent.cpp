// SPDX-License-Identifier: Apache-2.0
// Believes nothing but the markers; whether scans hold what they should is for the reader to say.
#include "unwrap/jpeg_extent.h"

#include <algorithm>
#include <cstring>

#include "layout/layout.h"

namespace nnzip {
namespace {

// What is beyond the content reads as 0.
class View {
 public:
  explicit View(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  std::size_t size() const { return bytes_.size(); }
  std::span<const std::uint8_t> bytes() const { return bytes_; }
  std::uint8_t u8(std::size_t at) const { return at < bytes_.size() ? bytes_[at] : 0; }
  std::uint32_t be16(std::size_t at) const { return std::uint32_t{u8(at)} << 8 | u8(at + 1); }

 private:
  std::span<const std::uint8_t> bytes_;
};

constexpr std::uint8_t kSof0 = 0xC0, kSof2 = 0xC2, kLastSof = 0xCF, kSoi = 0xD8, kEoi = 0xD9,
                       kSos = 0xDA, kFirst = 0xC0, kLast = 0xFE;

bool is_frame(std::uint8_t marker) {
  return marker >= kSof0 && marker <= kLastSof && (marker == kSof0 || marker % 4 != 0);
}

constexpr std::uint32_t ceil_div(std::uint32_t a, std::uint32_t b) { return (a + b - 1) / b; }

// Blocks of coefficients, of a frame header whose length stands there; 0 of frames that are not
// taken apart.
std::uint32_t blocks_of(const View& header, std::size_t at) {
  const std::uint32_t count = header.u8(at + 7);
  if (header.u8(at + 2) != 8 || count < 1 || count > 4 || header.be16(at) != 8 + 3 * count)
    return 0;
  std::uint32_t across = 0, down = 0, in_mcu = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t factors = header.u8(at + 9 + 3 * i);
    const std::uint32_t h = factors >> 4, v = factors & 15;
    if (h < 1 || h > 4 || v < 1 || v > 4) return 0;
    across = std::max(across, h);
    down = std::max(down, v);
    in_mcu += h * v;
  }
  const std::uint32_t height = header.be16(at + 3), width = header.be16(at + 5);
  if (height == 0 || width == 0) return 0;
  // At most 2^13 * 2^13 * 64.
  const std::uint64_t blocks =
      std::uint64_t{ceil_div(width, 8 * across)} * ceil_div(height, 8 * down) * in_mcu;
  return blocks > kMaxJpegBlocks ? 0 : static_cast<std::uint32_t>(blocks);
}

// Where the next marker stands that ends a scan's data, or the end of what is known.
std::size_t end_of_scan(std::span<const std::uint8_t> bytes, std::size_t at) {
  while (at < bytes.size()) {
    const void* const found = std::memchr(bytes.data() + at, 0xFF, bytes.size() - at);
    if (found == nullptr) return bytes.size();
    at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data());
    if (at + 1 == bytes.size()) return bytes.size();
    const std::uint8_t marker = bytes[at + 1];
    if (marker != 0 && (marker < 0xD0 || marker > 0xD7)) return at;
    at += 2;
  }
  return bytes.size();
}

// at: where it stops.
std::optional<JpegExtent> follow(std::span<const std::uint8_t> content, std::size_t& at) {
  constexpr int kMaxSegments = 4096;
  const View header(content);
  if (header.u8(0) != 0xFF || header.u8(1) != kSoi) return {};
  JpegExtent found;
  at = 2;
  for (int i = 0; i < kMaxSegments && at + 4 <= header.size(); ++i) {
    const std::uint8_t marker = header.u8(at + 1);
    if (header.u8(at) != 0xFF) return {};
    if (marker == 0xFF) {  // fills
      ++at;
      continue;
    }
    if (marker == kEoi && found.blocks != 0) break;
    const std::size_t bytes = header.be16(at + 2);
    if (marker < kFirst || marker > kLast || (marker >= 0xD0 && marker <= kEoi) || bytes < 2) {
      return {};
    }
    if (is_frame(marker)) {
      if (marker > kSof2 || found.blocks != 0 || at + 12 > header.size()) return {};
      found.blocks = blocks_of(header, at + 2);
      if (found.blocks == 0) return {};
    }
    at += 2 + bytes;
    if (marker != kSos) continue;
    if (found.blocks == 0 || bytes != 6U + 2U * header.u8(at - bytes + 2)) return {};
    at = end_of_scan(header.bytes(), at);
    found.scans = true;
  }
  found.whole = found.blocks != 0 && at + 2 <= header.size() && header.u8(at) == 0xFF &&
                header.u8(at + 1) == kEoi;
  found.bytes = found.whole ? at + 2 : header.size();
  if (!found.whole && at + 4 <= header.size()) return {};
  // A DC scan takes a bit for each block at least.
  if (found.whole && found.blocks / 8 > found.bytes) return {};
  return found;
}

}  // namespace

std::optional<JpegExtent> jpeg_extent(std::span<const std::uint8_t> content, std::size_t* looked) {
  std::size_t at = 0;
  const auto found = follow(content, at);
  if (looked != nullptr) *looked = at;
  return found;
}

}  // namespace nnzip
