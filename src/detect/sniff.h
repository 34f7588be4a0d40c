// SPDX-License-Identifier: Apache-2.0
// What headers promise about the content behind them. A sniffer reads what is there and believes
// nothing that contradicts it; what it finds is a proposal, and a lie costs time or size alone.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include "layout/layout.h"

namespace nnzip {

// Content from the first byte of a header on, as far as it is known. What is beyond reads as 0.
class HeaderView {
 public:
  explicit HeaderView(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::size_t size() const { return bytes_.size(); }
  std::span<const std::uint8_t> bytes() const { return bytes_; }
  std::uint8_t u8(std::size_t at) const { return at < bytes_.size() ? bytes_[at] : 0; }
  std::uint16_t le16(std::size_t at) const { return static_cast<std::uint16_t>(little(at, 2)); }
  std::uint32_t le32(std::size_t at) const { return static_cast<std::uint32_t>(little(at, 4)); }
  std::uint64_t le64(std::size_t at) const { return little(at, 8); }
  std::uint16_t be16(std::size_t at) const { return static_cast<std::uint16_t>(big(at, 2)); }
  std::uint32_t be32(std::size_t at) const { return static_cast<std::uint32_t>(big(at, 4)); }
  bool starts_with(std::string_view text, std::size_t at = 0) const {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (at + i >= size() || bytes_[at + i] != static_cast<std::uint8_t>(text[i])) return false;
    }
    return true;
  }

 private:
  std::uint64_t little(std::size_t at, int size) const {
    std::uint64_t value = 0;
    for (int i = size; i-- > 0;) value = value << 8 | u8(at + static_cast<std::size_t>(i));
    return value;
  }
  std::uint64_t big(std::size_t at, int size) const {
    std::uint64_t value = 0;
    for (int i = 0; i < size; ++i) value = value << 8 | u8(at + static_cast<std::size_t>(i));
    return value;
  }
  std::span<const std::uint8_t> bytes_;
};

struct Found {
  static constexpr std::uint64_t kToTheEnd = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t begin = 0;  // bytes from the header's first byte to what it describes
  std::uint64_t bytes = 0;  // of that; kToTheEnd: to the end of the file that holds it
  Layout layout = {};       // of pixels, samples or a table
  bool compressed = false;  // already: nothing would make it smaller
  bool unfinished = false;  // it begins there, and more must be known to say how long it is; if
                            // there is no more, it has this layout or, of kBytes, is nothing
};

// Sound.
std::optional<Found> sniff_wav(const HeaderView& header);
std::optional<Found> sniff_w64(const HeaderView& header);
std::optional<Found> sniff_caf(const HeaderView& header);
std::optional<Found> sniff_aiff(const HeaderView& header);
std::optional<Found> sniff_au(const HeaderView& header);

// Images. Those of TGA and TIFF are looked for at the beginning of files alone.
std::optional<Found> sniff_bmp(const HeaderView& header);
std::optional<Found> sniff_pnm(const HeaderView& header);
std::optional<Found> sniff_tga(const HeaderView& header);
std::optional<Found> sniff_tiff(const HeaderView& header);

// Arrays of numbers. Those of safetensors and NIfTI are looked for at the beginning of files alone.
std::optional<Found> sniff_npy(const HeaderView& header);
std::optional<Found> sniff_safetensors(const HeaderView& header);
std::optional<Found> sniff_fits(const HeaderView& header);
std::optional<Found> sniff_nifti(const HeaderView& header);

// Machine code of programs.
std::optional<Found> sniff_elf(const HeaderView& header);
std::optional<Found> sniff_pe(const HeaderView& header);

// Whole files that have a form of their own.
std::optional<Found> sniff_jpeg_file(const HeaderView& header);

// What is compressed already.
std::optional<Found> sniff_jpeg(const HeaderView& header);
std::optional<Found> sniff_png(const HeaderView& header);
std::optional<Found> sniff_gzip(const HeaderView& header);
std::optional<Found> sniff_zip(const HeaderView& header);
std::optional<Found> sniff_xz(const HeaderView& header);
std::optional<Found> sniff_zstd(const HeaderView& header);
std::optional<Found> sniff_bzip2(const HeaderView& header);
std::optional<Found> sniff_7z(const HeaderView& header);
std::optional<Found> sniff_ogg(const HeaderView& header);
std::optional<Found> sniff_flac(const HeaderView& header);
std::optional<Found> sniff_webp(const HeaderView& header);
std::optional<Found> sniff_nnzip(const HeaderView& header);
std::optional<Found> sniff_mp3(const HeaderView& header);
std::optional<Found> sniff_mp4(const HeaderView& header);  // the data, wherever they stand

// A member of a tar archive; what it holds is for the others to say.
std::optional<Found> sniff_tar(const HeaderView& header);

}  // namespace nnzip
