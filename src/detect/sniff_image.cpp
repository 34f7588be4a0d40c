// SPDX-License-Identifier: Apache-2.0
// Images without compression: BMP, PPM, PGM, PAM, TGA, TIFF.
#include <algorithm>

#include "detect/sniff.h"

namespace nnzip {
namespace {

// Limits keep products in 64 bits.
constexpr std::uint32_t kMaxSide = 1 << 24;

std::optional<Found> pixels(std::uint64_t begin, std::uint32_t width, std::uint32_t height,
                            std::uint32_t channels, std::uint32_t number_bytes, bool low_first,
                            std::uint32_t row_multiple = 1) {
  if (width == 0 || height == 0 || width > kMaxSide || height > kMaxSide) return {};
  const std::uint64_t element = std::uint64_t{channels} * number_bytes;
  const std::uint64_t row = (width * element + row_multiple - 1) / row_multiple * row_multiple;
  if (row >= std::uint64_t{1} << 22) return {};
  Layout layout;
  layout.form = Form::kPixels;
  layout.stride = static_cast<std::uint32_t>(row);
  layout.element = static_cast<std::uint32_t>(element);
  layout.channels = channels;
  layout.low_first = number_bytes == 2 && low_first;
  if (!layout.is_valid()) return {};
  return Found{begin, row * height, layout, false};
}

// Of one number of 1, 2, 4 or 8 bits: as many to a byte, which is what stands for a pixel then.
std::uint32_t packed_width(std::uint32_t width, std::uint32_t bits) {
  return width > kMaxSide ? width : (width * bits + 7) / 8;
}
bool is_packed(std::uint32_t bits) { return bits == 1 || bits == 2 || bits == 4 || bits == 8; }

bool is_space(std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Reads the words of a PNM header; comments are passed over.
class Words {
 public:
  // Longer headers, which comments could make, are not read: many could stand close together.
  static constexpr std::size_t kMaxHeader = 512;

  Words(const HeaderView& header, std::size_t at)
      : header_(header.bytes().first(std::min(header.size(), kMaxHeader))), at_(at) {}

  std::string_view next() {
    while (at_ < header_.size()) {
      const std::uint8_t c = header_.u8(at_);
      if (c == '#') {
        while (at_ < header_.size() && header_.u8(at_) != '\n') ++at_;
      } else if (!is_space(c)) {
        break;
      }
      ++at_;
    }
    const std::size_t begin = at_;
    while (at_ < header_.size() && at_ - begin < kMaxWord && !is_space(header_.u8(at_))) ++at_;
    return {reinterpret_cast<const char*>(header_.bytes().data()) + begin, at_ - begin};
  }

  // 0 if the next word is no number.
  std::uint32_t number() {
    std::uint32_t value = 0;
    for (const char c : next()) {
      if (c < '0' || c > '9' || value > kMaxSide) return 0;
      value = value * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return value;
  }

  // After one white space; 0 if there is none.
  std::size_t end() const { return is_space(header_.u8(at_)) ? at_ + 1 : 0; }

 private:
  static constexpr std::size_t kMaxWord = 64;
  HeaderView header_;
  std::size_t at_;
};

std::optional<Found> sniff_pam(const HeaderView& header) {
  std::uint32_t width = 0, height = 0, depth = 0, maximum = 0;
  Words words(header, 3);
  for (int i = 0; i < 16; ++i) {
    const std::string_view word = words.next();
    if (word == "WIDTH") width = words.number();
    if (word == "HEIGHT") height = words.number();
    if (word == "DEPTH") depth = words.number();
    if (word == "MAXVAL") maximum = words.number();
    if (word == "TUPLTYPE") words.next();
    if (word == "ENDHDR") {
      if (depth == 0 || depth > 4 || maximum == 0 || maximum > 65535 || words.end() == 0) return {};
      return pixels(words.end(), width, height, depth, maximum > 255 ? 2 : 1, false);
    }
  }
  return {};
}

}  // namespace

std::optional<Found> sniff_bmp(const HeaderView& header) {
  constexpr std::uint32_t kFileHeader = 14, kMinInfo = 40, kMaxInfo = 256, kMaxHeader = 4096;
  constexpr std::uint32_t kPlain = 0, kMasks = 3;
  if (!header.starts_with("BM") || header.le32(6) != 0) return {};
  const std::uint32_t begin = header.le32(10), info = header.le32(14);
  const std::uint32_t width = header.le32(18), bits = header.le16(28), packing = header.le32(30);
  if (info < kMinInfo || info > kMaxInfo || begin < kFileHeader + info || begin > kMaxHeader) {
    return {};
  }
  if (header.le16(26) != 1 || (!is_packed(bits) && bits != 24 && bits != 32)) return {};
  if (packing != kPlain && !(packing == kMasks && bits == 32)) return {};
  std::uint32_t height = header.le32(22);
  if (height >= 0x80000000) height = 0 - height;  // rows from the top
  if (is_packed(bits)) return pixels(begin, packed_width(width, bits), height, 1, 1, false, 4);
  return pixels(begin, width, height, bits / 8, 1, false, 4);
}

std::optional<Found> sniff_pnm(const HeaderView& header) {
  if (header.starts_with("P7\n")) return sniff_pam(header);
  if (header.u8(0) != 'P' || header.u8(1) < '4' || header.u8(1) > '6') return {};
  if (!is_space(header.u8(2)) && header.u8(2) != '#') return {};
  Words words(header, 2);
  const std::uint32_t width = words.number(), height = words.number();
  if (header.u8(1) == '4') {
    return words.end() == 0 ? std::optional<Found>()
                            : pixels(words.end(), packed_width(width, 1), height, 1, 1, false);
  }
  const std::uint32_t maximum = words.number();
  if (maximum == 0 || maximum > 65535 || words.end() == 0) return {};
  return pixels(words.end(), width, height, header.u8(1) == '6' ? 3 : 1, maximum > 255 ? 2 : 1,
                false);
}

std::optional<Found> sniff_tga(const HeaderView& header) {
  constexpr std::size_t kHeaderBytes = 18;
  const std::uint8_t kind = header.u8(2), bits = header.u8(16);
  // No table of colours; what describes it and the place on the screen is 0.
  for (const std::size_t at : {1, 3, 4, 5, 6, 7, 8, 9}) {
    if (header.u8(at) != 0) return {};
  }
  const bool colour = kind == 2 && (bits == 24 || bits == 32), grey = kind == 3 && bits == 8;
  const int alpha = header.u8(17) & 15;
  if ((!colour && !grey) || (header.u8(17) & 0xC0) != 0 || (alpha != 0 && alpha != 8)) return {};
  return pixels(kHeaderBytes + header.u8(0), header.le16(12), header.le16(14), bits / 8U, 1, false);
}

namespace {

// The entries of a TIFF's first directory.
class TiffDirectory {
 public:
  explicit TiffDirectory(const HeaderView& header)
      : header_(header), low_first_(header.starts_with("II")), at_(u32(4)), count_(u16(at_)) {}

  bool low_first() const { return low_first_; }

  // How many numbers the entry has; 0 if there is none.
  std::uint32_t count(std::uint16_t tag) const {
    const std::size_t at = find(tag);
    return at == 0 ? 0 : u32(at + 4);
  }

  // Of its numbers the one with that index; 0 if there is none.
  std::uint32_t number(std::uint16_t tag, std::uint32_t index = 0) const {
    constexpr std::uint16_t kShort = 3, kLong = 4;
    const std::size_t at = find(tag);
    if (at == 0 || index >= u32(at + 4)) return 0;
    const std::uint16_t type = u16(at + 2);
    if (type != kShort && type != kLong) return 0;
    const std::size_t bytes = type == kShort ? 2 : 4;
    const std::size_t place = bytes * u32(at + 4) <= 4 ? at + 8 : u32(at + 8);
    const std::size_t here = place + bytes * index;
    return type == kShort ? u16(here) : u32(here);
  }

 private:
  std::uint16_t u16(std::size_t at) const {
    return low_first_ ? header_.le16(at) : header_.be16(at);
  }
  std::uint32_t u32(std::size_t at) const {
    return low_first_ ? header_.le32(at) : header_.be32(at);
  }
  std::size_t find(std::uint16_t tag) const {
    constexpr std::uint16_t kMaxEntries = 256;
    for (std::uint16_t i = 0; i < count_ && i < kMaxEntries; ++i) {
      const std::size_t at = std::size_t{at_} + 2 + 12 * std::size_t{i};
      if (u16(at) == tag) return at;
    }
    return 0;
  }

  const HeaderView& header_;
  bool low_first_;
  std::uint32_t at_;
  std::uint16_t count_;
};

constexpr std::uint16_t kWidth = 256, kHeight = 257, kBits = 258, kPacking = 259, kMeaning = 262,
                        kStrips = 273, kChannels = 277, kStripBytes = 279, kPlanes = 284;

// Whether the strips follow one another without gaps.
bool is_one_piece(const TiffDirectory& directory) {
  constexpr std::uint32_t kMaxStrips = 1 << 16;
  const std::uint32_t strips = directory.count(kStrips);
  if (strips == 0 || strips > kMaxStrips || directory.count(kStripBytes) != strips) return false;
  for (std::uint32_t i = 0; i + 1 < strips; ++i) {
    if (directory.number(kStrips, i) + directory.number(kStripBytes, i) !=
        directory.number(kStrips, i + 1)) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::optional<Found> sniff_tiff(const HeaderView& header) {
  if (!header.starts_with(std::string_view("II*\0", 4)) &&
      !header.starts_with(std::string_view("MM\0*", 4))) {
    return {};
  }
  const TiffDirectory directory(header);
  const std::uint32_t bits = directory.number(kBits);
  const std::uint32_t channels = std::max(directory.number(kChannels), 1U);
  const bool packed = is_packed(bits) && channels == 1;
  if (directory.number(kPacking) != 1 || (!packed && bits != 8 && bits != 16) || channels > 4) {
    return {};
  }
  constexpr std::uint32_t kPalette = 3;
  if (directory.number(kMeaning) > kPalette || directory.number(kPlanes) > 1) return {};
  if (!is_one_piece(directory)) return {};
  const std::uint32_t begin = directory.number(kStrips), height = directory.number(kHeight);
  const std::uint32_t width = directory.number(kWidth);
  if (packed) return pixels(begin, packed_width(width, bits), height, 1, 1, false);
  return pixels(begin, width, height, channels, bits / 8, directory.low_first());
}

}  // namespace nnzip
