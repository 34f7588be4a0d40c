// SPDX-License-Identifier: Apache-2.0
// Sound without compression: WAV, RF64, W64, AIFF, CAF, AU. Floats are described as samples of
// their bytes, or a table of them if they have 8: what they hold says that they are floats.
#include <algorithm>
#include <initializer_list>

#include "detect/sniff.h"

namespace nnzip {
namespace {

constexpr int kMaxChunks = 64;  // before the samples

enum class Order { kLittle, kBig };
enum class Byte { kUnsigned, kSigned };  // a number of one

std::optional<Layout> samples(std::uint32_t channels, std::uint32_t bits, Order order, Byte byte) {
  if (channels < 1 || channels > 8 || bits < 8 || bits % 8 != 0) return {};
  if (bits == 64) return Layout{.stride = 8 * std::max(channels, 2U), .element = 8};
  if (bits > 32) return {};
  Layout layout;
  layout.form = Form::kSamples;
  layout.channels = channels;
  layout.element = channels * bits / 8;
  layout.low_first = bits > 8 && order == Order::kLittle;
  layout.is_signed = bits == 8 && byte == Byte::kSigned;
  return layout;
}

constexpr std::uint16_t kWavPcm = 1, kWavFloat = 3, kWavALaw = 6, kWavMuLaw = 7,
                        kWavExtensible = 0xFFFE;

std::optional<Layout> companded(std::uint32_t channels, bool a_law) {
  if (channels < 1 || channels > 8) return {};
  return Layout{
      .form = Form::kCompanded, .element = channels, .channels = channels, .a_law = a_law};
}

std::uint32_t frame_bytes(const Layout& layout, std::uint32_t channels) {
  return layout.form == Form::kSamples ? layout.element : 8 * channels;
}

// Of the chunk "fmt ", whose data stand there.
std::optional<Layout> wav_format(const HeaderView& header, std::size_t at) {
  std::uint16_t format = header.le16(at);
  if (format == kWavExtensible) format = header.le16(at + 24);  // the first bytes of a GUID
  if (format == kWavALaw || format == kWavMuLaw) {
    return companded(header.le16(at + 2), format == kWavALaw);
  }
  const auto layout =
      samples(header.le16(at + 2), header.le16(at + 14), Order::kLittle, Byte::kUnsigned);
  if ((format != kWavPcm && format != kWavFloat) || !layout ||
      header.le16(at + 12) != frame_bytes(*layout, header.le16(at + 2))) {
    return {};
  }
  return layout;
}

// The format in the chunk "COMM"; of AIFC, what the four letters after it say.
std::optional<Layout> aiff_format(const HeaderView& header, std::size_t at, bool aifc) {
  Order order = Order::kBig;
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return header.starts_with(name, at + 18); });
  };
  for (const bool a_law : {false, true}) {
    const bool is = a_law ? is_one_of({"alaw", "ALAW"}) : is_one_of({"ulaw", "ULAW"});
    if (aifc && is) return companded(header.be16(at), a_law);
  }
  if (aifc && is_one_of({"sowt", "42ni", "23ni"})) {
    order = Order::kLittle;
  } else if (aifc && !is_one_of({"NONE", "twos", "in24", "in32", "fl32", "FL32", "fl64", "FL64"})) {
    return {};
  }
  const std::uint32_t bits = (header.be16(at + 6) + 7U) / 8 * 8;
  return samples(header.be16(at), bits, order, Byte::kSigned);
}

}  // namespace

std::optional<Found> sniff_wav(const HeaderView& header) {
  const bool riff =
      header.starts_with("RIFF") || header.starts_with("RF64") || header.starts_with("BW64");
  if (!riff || !header.starts_with("WAVE", 8)) return {};
  std::optional<Layout> layout;
  std::uint64_t at = 12;
  for (int i = 0; i < kMaxChunks && at + 8 <= header.size(); ++i) {
    const std::uint32_t bytes = header.le32(at + 4);
    if (header.starts_with("fmt ", at)) layout = wav_format(header, at + 8);
    if (header.starts_with("data", at)) {
      if (!layout) return {};
      // Written to a pipe, the length was not known; RF64 has it elsewhere.
      const bool unknown = bytes == 0 || bytes >= 0xFFFFFF00;
      return Found{at + 8, unknown ? Found::kToTheEnd : bytes, *layout, false};
    }
    at += 8 + bytes + (bytes & 1);
  }
  return {};
}

std::optional<Found> sniff_aiff(const HeaderView& header) {
  const bool aifc = header.starts_with("AIFC", 8);
  if (!header.starts_with("FORM") || (!aifc && !header.starts_with("AIFF", 8))) return {};
  std::optional<Layout> layout;
  std::uint64_t at = 12;
  for (int i = 0; i < kMaxChunks && at + 8 <= header.size(); ++i) {
    const std::uint32_t bytes = header.be32(at + 4);
    if (header.starts_with("COMM", at)) layout = aiff_format(header, at + 8, aifc);
    if (header.starts_with("SSND", at)) {
      const std::uint64_t offset = header.be32(at + 8);
      if (!layout || bytes < 8 + offset) return {};
      return Found{at + 16 + offset, bytes - 8 - offset, *layout, false};
    }
    at += 8 + std::uint64_t{bytes} + (bytes & 1);
  }
  return {};
}

// Chunks as those of WAV, with names of 16 bytes and lengths of 8 that count all, at multiples
// of 8.
std::optional<Found> sniff_w64(const HeaderView& header) {
  constexpr std::uint64_t kChunkHeader = 24;
  if (!header.starts_with("riff") || !header.starts_with("wave", 24)) return {};
  std::optional<Layout> layout;
  std::uint64_t at = 40;
  for (int i = 0; i < kMaxChunks && at + kChunkHeader <= header.size(); ++i) {
    const std::uint64_t bytes = header.le64(at + 16);
    if (bytes < kChunkHeader) return {};
    if (header.starts_with("fmt ", at)) layout = wav_format(header, at + kChunkHeader);
    if (header.starts_with("data", at)) {
      if (!layout) return {};
      return Found{at + kChunkHeader, bytes - kChunkHeader, *layout, false};
    }
    if (bytes > header.size()) return {};
    at += (bytes + 7) / 8 * 8;
  }
  return {};
}

std::optional<Found> sniff_caf(const HeaderView& header) {
  constexpr std::uint32_t kFloat = 1, kLittle = 2;
  if (!header.starts_with("caff") || !header.starts_with("desc", 8)) return {};
  const std::size_t desc = 20;
  const bool a_law = header.starts_with("alaw", desc + 8);
  const bool is_companded = a_law || header.starts_with("ulaw", desc + 8);
  if (!is_companded && !header.starts_with("lpcm", desc + 8)) return {};
  const std::uint32_t flags = header.be32(desc + 12), frame = header.be32(desc + 16);
  const std::uint32_t channels = header.be32(desc + 24);
  if (channels == 0 || frame % channels != 0 || frame / channels > 8) return {};
  const auto layout =
      is_companded ? companded(channels, a_law)
                   : samples(channels, 8 * (frame / channels),
                             (flags & kLittle) != 0 ? Order::kLittle : Order::kBig, Byte::kSigned);
  if (!layout || ((flags & kFloat) != 0 && frame / channels < 4)) return {};
  std::uint64_t at = 8;
  for (int i = 0; i < kMaxChunks && at + 12 <= header.size(); ++i) {
    const std::uint64_t bytes = std::uint64_t{header.be32(at + 4)} << 32 | header.be32(at + 8);
    if (header.starts_with("data", at)) {
      constexpr std::uint64_t kEditCount = 4;  // before the samples
      const bool unknown = bytes == Found::kToTheEnd;
      if (bytes < kEditCount) return {};
      return Found{at + 12 + kEditCount, unknown ? bytes : bytes - kEditCount, *layout, false};
    }
    if (bytes > header.size()) return {};
    at += 12 + bytes;
  }
  return {};
}

std::optional<Found> sniff_au(const HeaderView& header) {
  constexpr std::uint32_t kPcm32 = 5, kFloat64 = 7, kMuLaw = 1, kALaw = 27, kMinHeader = 24,
                          kMaxHeader = 4096;
  if (!header.starts_with(".snd")) return {};
  const std::uint32_t begin = header.be32(4), bytes = header.be32(8), format = header.be32(12);
  if (begin < kMinHeader || begin > kMaxHeader || format == 0) return {};
  if (format > kFloat64 && format != kALaw) return {};
  const std::uint32_t bits = format <= kPcm32 ? 8 * (format - 1) : 32 * (format - kPcm32);
  const auto layout = format == kMuLaw || format == kALaw
                          ? companded(header.be32(20), format == kALaw)
                          : samples(header.be32(20), bits, Order::kBig, Byte::kSigned);
  if (!layout) return {};
  return Found{begin, bytes == 0xFFFFFFFF ? Found::kToTheEnd : bytes, *layout, false};
}

}  // namespace nnzip
