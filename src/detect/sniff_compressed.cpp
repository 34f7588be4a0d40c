// SPDX-License-Identifier: Apache-2.0
// What is compressed already. Most of these formats do not say how long they are at their start:
// they go on as long as their bytes look like noise.
#include "detect/sniff.h"

namespace nnzip {
namespace {

Found compressed(std::uint64_t bytes = Found::kToTheEnd, std::uint64_t begin = 0) {
  return {begin, bytes, {}, true};
}

std::optional<Found> if_compressed(bool is) {
  if (!is) return {};
  return compressed();
}

using std::string_view_literals::operator""sv;

}  // namespace

// The tables before the first scan are alike in many files: they are left to what learns. A frame
// and a scan must be as long as their components say: in quiet sound the markers stand everywhere.
std::optional<Found> sniff_jpeg(const HeaderView& header) {
  constexpr int kMaxSegments = 64;
  constexpr std::uint8_t kFirst = 0xC0, kLastFrame = 0xCF, kScan = 0xDA, kLast = 0xFE;
  if (!header.starts_with("\xFF\xD8\xFF"sv)) return {};
  bool framed = false;
  std::size_t at = 2;
  for (int i = 0; i < kMaxSegments && at + 4 <= header.size(); ++i) {
    const std::uint8_t kind = header.u8(at + 1);
    const std::size_t bytes = header.be16(at + 2);
    if (header.u8(at) != 0xFF || kind < kFirst || kind > kLast || bytes < 2) return {};
    if (kind == kScan) {
      if (!framed || bytes != 6U + 2U * header.u8(at + 4)) return {};
      return compressed(Found::kToTheEnd, at + 2 + bytes);
    }
    // Of 0xC4, 0xC8 and 0xCC two are tables and one is none's.
    if (kind <= kLastFrame && (kind == kFirst || kind % 4 != 0)) {
      if (bytes != 8U + 3U * header.u8(at + 9)) return {};
      framed = true;
    }
    at += 2 + bytes;
  }
  return {};
}

std::optional<Found> sniff_png(const HeaderView& header) {
  return if_compressed(header.starts_with("\x89PNG\r\n\x1A\n"sv) && header.starts_with("IHDR", 12));
}

std::optional<Found> sniff_gzip(const HeaderView& header) {
  return if_compressed(header.starts_with("\x1F\x8B\x08"sv) && header.u8(3) < 0x20);
}

std::optional<Found> sniff_zip(const HeaderView& header) {
  constexpr std::uint32_t kLengthFollows = 8, kWide = 0xFFFFFFFF;
  if (!header.starts_with("PK\x03\x04"sv) || header.le16(4) > 63 || header.le16(8) == 0) return {};
  const std::uint32_t bytes = header.le32(18);
  if ((header.le16(6) & kLengthFollows) != 0 || bytes == kWide) return compressed();
  return compressed(bytes, 30U + header.le16(26) + header.le16(28));
}

std::optional<Found> sniff_xz(const HeaderView& header) {
  return if_compressed(
      header.starts_with("\xFD"
                         "7zXZ\0"sv));
}

std::optional<Found> sniff_zstd(const HeaderView& header) {
  return if_compressed(header.starts_with("\x28\xB5\x2F\xFD"sv));
}

std::optional<Found> sniff_bzip2(const HeaderView& header) {
  return if_compressed(header.starts_with("BZh") && header.starts_with("1AY&SY", 4));
}

std::optional<Found> sniff_7z(const HeaderView& header) {
  if (!header.starts_with("7z\xBC\xAF\x27\x1C"sv)) return {};
  const std::uint64_t offset = header.le64(12), bytes = header.le64(20);
  if (offset > Found::kToTheEnd / 4 || bytes > Found::kToTheEnd / 4) return {};
  return compressed(32 + offset + bytes);
}

std::optional<Found> sniff_ogg(const HeaderView& header) {
  return if_compressed(header.starts_with("OggS\0"sv) && header.u8(5) < 8);
}

std::optional<Found> sniff_flac(const HeaderView& header) {
  return if_compressed(header.starts_with("fLaC\0\0\0\x22"sv));
}

std::optional<Found> sniff_webp(const HeaderView& header) {
  if (!header.starts_with("RIFF") || !header.starts_with("WEBPVP8", 8)) return {};
  return compressed(8 + std::uint64_t{header.le32(4)});
}

std::optional<Found> sniff_nnzip(const HeaderView& header) {
  return if_compressed(header.starts_with("\xF7\x4E\x5A\x1A"sv));
}

// A tag before the frames, or four frames in a row.
std::optional<Found> sniff_mp3(const HeaderView& header) {
  if (header.starts_with("ID3")) return if_compressed(header.u8(3) < 5 && header.u8(5) < 16);
  constexpr std::uint32_t kRates[2][16] = {
      {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0},
      {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0}};
  constexpr std::uint32_t kFrequencies[4] = {44100, 48000, 32000, 0};
  std::size_t at = 0;
  for (int frame = 0; frame < 4; ++frame) {
    const std::uint8_t version = header.u8(at + 1), rates = header.u8(at + 2);
    if (header.u8(at) != 0xFF || (version & 0xE6) != 0xE2) return {};  // layer 3
    const bool first = (version & 0x18) == 0x18;
    const std::uint32_t rate = kRates[first ? 1 : 0][rates >> 4];
    const std::uint32_t frequency = kFrequencies[rates >> 2 & 3] / (first ? 1 : 2);
    if (rate == 0 || frequency == 0) return {};
    at += (first ? 144000 : 72000) * rate / frequency + (rates >> 1 & 1);
  }
  return compressed();
}

std::optional<Found> sniff_mp4(const HeaderView& header) {
  constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 48;
  if (!header.starts_with("mdat", 4)) return {};
  std::uint64_t bytes = header.be32(0), begin = 8;
  if (bytes == 1) {
    bytes = std::uint64_t{header.be32(8)} << 32 | header.be32(12);
    begin = 16;
  }
  if (bytes < begin || bytes > kMaxBytes) return {};
  return compressed(bytes - begin, begin);
}

}  // namespace nnzip
