// SPDX-License-Identifier: Apache-2.0
// Sound without compression: WAV, AIFF, AU.
#include "detect/sniff.h"

namespace nnzip {
namespace {

constexpr int kMaxChunks = 64;  // before the samples

enum class Order { kLittle, kBig };
enum class Byte { kUnsigned, kSigned };  // a number of one

std::optional<Layout> samples(std::uint32_t channels, std::uint32_t bits, Order order, Byte byte) {
  if (channels < 1 || channels > 8 || (bits != 8 && bits != 16 && bits != 24)) return {};
  Layout layout;
  layout.form = Form::kSamples;
  layout.channels = channels;
  layout.element = channels * bits / 8;
  layout.low_first = bits > 8 && order == Order::kLittle;
  layout.is_signed = bits == 8 && byte == Byte::kSigned;
  return layout;
}

constexpr std::uint16_t kWavPcm = 1, kWavExtensible = 0xFFFE;

// Of the chunk "fmt ", whose data stand there.
std::optional<Layout> wav_format(const HeaderView& header, std::size_t at) {
  std::uint16_t format = header.le16(at);
  if (format == kWavExtensible) format = header.le16(at + 24);  // the first bytes of a GUID
  const auto layout =
      samples(header.le16(at + 2), header.le16(at + 14), Order::kLittle, Byte::kUnsigned);
  if (format != kWavPcm || !layout || header.le16(at + 12) != layout->element) return {};
  return layout;
}

// The format in the chunk "COMM"; of AIFC, what the four letters after it say.
std::optional<Layout> aiff_format(const HeaderView& header, std::size_t at, bool aifc) {
  Order order = Order::kBig;
  if (aifc && header.starts_with("sowt", at + 18)) {
    order = Order::kLittle;
  } else if (aifc && !header.starts_with("NONE", at + 18) && !header.starts_with("twos", at + 18)) {
    return {};
  }
  const std::uint32_t bits = (header.be16(at + 6) + 7U) / 8 * 8;
  return samples(header.be16(at), bits, order, Byte::kSigned);
}

}  // namespace

std::optional<Found> sniff_wav(const HeaderView& header) {
  if (!header.starts_with("RIFF") || !header.starts_with("WAVE", 8)) return {};
  std::optional<Layout> layout;
  std::uint64_t at = 12;
  for (int i = 0; i < kMaxChunks && at + 8 <= header.size(); ++i) {
    const std::uint32_t bytes = header.le32(at + 4);
    if (header.starts_with("fmt ", at)) layout = wav_format(header, at + 8);
    if (header.starts_with("data", at)) {
      if (!layout) return {};
      // Written to a pipe, the length was not known.
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

std::optional<Found> sniff_au(const HeaderView& header) {
  constexpr std::uint32_t kPcm8 = 2, kPcm24 = 4, kMinHeader = 24, kMaxHeader = 4096;
  if (!header.starts_with(".snd")) return {};
  const std::uint32_t begin = header.be32(4), bytes = header.be32(8), format = header.be32(12);
  if (begin < kMinHeader || begin > kMaxHeader || format < kPcm8 || format > kPcm24) return {};
  const auto layout = samples(header.be32(20), 8 * (format - 1), Order::kBig, Byte::kSigned);
  if (!layout) return {};
  return Found{begin, bytes == 0xFFFFFFFF ? Found::kToTheEnd : bytes, *layout, false};
}

}  // namespace nnzip
