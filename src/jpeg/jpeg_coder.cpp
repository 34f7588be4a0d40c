// SPDX-License-Identifier: Apache-2.0
// The outline as bytes, then the coefficients, in one stream of the range coder.
#include "jpeg/jpeg_coder.h"

#include <algorithm>

#include "jpeg/coefficient_coder.h"
#include "jpeg/coefficient_model.h"
#include "jpeg/jpeg_file.h"
#include "mixer/mixer.h"

namespace nnzip {
namespace {

MixerPlan outline_plan(std::size_t bytes) {
  MixerPlan plan;
  plan.content_bytes = bytes;
  return plan;
}

void encode_outline(std::span<const std::uint8_t> outline, RangeEncoder& coder) {
  Mixer mixer(outline_plan(outline.size()));
  for (const std::uint8_t byte : outline) mixer.encode(0, byte, nullptr, coder);
}

bool decode_outline(std::span<std::uint8_t> outline, RangeDecoder& coder) {
  Mixer mixer(outline_plan(outline.size()));
  for (std::uint8_t& byte : outline) {
    byte = mixer.decode(0, nullptr, coder);
    if (coder.overrun()) return false;
  }
  return true;
}

}  // namespace

std::optional<Bytes> encode_jpeg(std::span<const std::uint8_t> content, std::size_t most_blocks,
                                 const JpegProgress& progress) {
  const auto file = jpeg::open_jpeg(content);
  if (!file || file->headers.frame().blocks > most_blocks) return {};
  Bytes coded;
  ByteWriter(coded).varint(file->outline.size() << 1 | static_cast<std::size_t>(file->padding));
  RangeEncoder coder;
  encode_outline(file->outline, coder);
  jpeg::encode_coefficients(file->headers, file->coefficients, coder, progress);
  const Bytes stream = coder.finish();
  coded.insert(coded.end(), stream.begin(), stream.end());
  return coded;
}

bool decode_jpeg(std::span<const std::uint8_t> coded, std::size_t most_blocks,
                 std::span<std::uint8_t> content, const JpegProgress& progress) {
  std::uint64_t first = 0;
  std::size_t at = 0;
  do {
    if (at == coded.size() || at == 5) return false;
    first |= std::uint64_t{coded[at] & 0x7FU} << (7 * at);
  } while ((coded[at++] & 0x80) != 0);
  if (first >> 1 > content.size() || varint_bytes(first) != at) return false;
  jpeg::JpegFile file;
  file.padding = static_cast<int>(first & 1);
  file.outline.resize(static_cast<std::size_t>(first >> 1));
  RangeDecoder coder(coded.subspan(at));
  if (!decode_outline(file.outline, coder)) return false;
  const auto headers = jpeg::read_outline(file.outline);
  if (!headers || headers->frame().blocks > most_blocks) return false;
  file.headers = *headers;
  file.coefficients.resize(headers->frame().blocks * jpeg::kBlock);
  return jpeg::decode_coefficients(file.headers, file.coefficients, coder, progress) &&
         coder.ended_well() && jpeg::close_jpeg(file, content);
}

std::size_t jpeg_memory_bytes(std::size_t most_blocks, std::size_t content_bytes) {
  // The outline, and the content that is made for comparison; what predicts the outline takes no
  // more than of any bytes, and is gone before coefficients are predicted.
  return 3 * content_bytes + most_blocks * jpeg::kBlock * sizeof(std::int16_t) +
         std::max(jpeg::CoefficientModel::memory_bytes(most_blocks),
                  outline_plan(content_bytes).memory_bytes());
}

}  // namespace nnzip
