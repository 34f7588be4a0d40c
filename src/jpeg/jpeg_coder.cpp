// SPDX-License-Identifier: Apache-2.0
// The outlines as bytes, then the coefficients, in one stream of the range coder.
#include "jpeg/jpeg_coder.h"

#include <algorithm>
#include <utility>

#include "jpeg/coefficient_coder.h"
#include "jpeg/coefficient_model.h"
#include "jpeg/jpeg_file.h"
#include "mixer/mixer.h"

namespace nnzip {
namespace {

using jpeg::JpegFile;

MixerPlan outline_plan(std::size_t bytes) {
  MixerPlan plan;
  plan.content_bytes = bytes;
  return plan;
}

void encode_outlines(std::span<const std::uint8_t> outlines, RangeEncoder& coder) {
  Mixer mixer(outline_plan(outlines.size()));
  for (const std::uint8_t byte : outlines) mixer.encode(0, byte, nullptr, coder);
}

bool decode_outlines(std::span<std::uint8_t> outlines, RangeDecoder& coder) {
  Mixer mixer(outline_plan(outlines.size()));
  for (std::uint8_t& byte : outlines) {
    byte = mixer.decode(0, nullptr, coder);
    if (coder.overrun()) return false;
  }
  return true;
}

// The files that content consists of; nothing if it has others, or more.
std::optional<std::vector<JpegFile>> open_files(std::span<const std::uint8_t> content,
                                                std::size_t most_blocks) {
  std::vector<JpegFile> files;
  std::size_t blocks = 0;
  while (!content.empty()) {
    auto file = jpeg::open_jpeg(content);
    if (!file || files.size() == kMaxJpegFiles) return {};
    blocks += file->headers.frame().blocks;
    if (blocks > most_blocks) return {};
    content = content.subspan(file->bytes);
    files.push_back(std::move(*file));
  }
  if (files.empty()) return {};
  return files;
}

constexpr std::size_t kMinFile = 64;  // bytes: what is shorter has neither a frame nor a scan

constexpr std::uint64_t kPadding = 1, kMore = 2, kCut = 4;
constexpr int kFlagBits = 3;

// What stands in front of the stream.
void put_sizes(const std::vector<JpegFile>& files, Bytes& coded) {
  ByteWriter out(coded);
  for (const JpegFile& file : files) {
    const std::uint64_t flags = (file.padding != 0 ? kPadding : 0U) |
                                (&file != &files.back() ? kMore : 0U) | (file.cut ? kCut : 0U);
    out.varint(std::uint64_t{file.outline.size()} << kFlagBits | flags);
    if (file.cut) out.varint(file.tail.size());
  }
}

// Files with outlines and tails of the lengths that are stated, in most_bytes at most. Throws
// Error.
std::optional<std::vector<JpegFile>> get_sizes(ByteReader& in, std::size_t most_bytes) {
  std::vector<JpegFile> files;
  for (bool more = true; more;) {
    if (files.size() == kMaxJpegFiles) return {};
    const std::uint64_t first = in.varint();
    JpegFile& file = files.emplace_back();
    file.padding = (first & kPadding) != 0 ? 1 : 0;
    file.cut = (first & kCut) != 0;
    more = (first & kMore) != 0;
    const std::uint64_t outline = first >> kFlagBits, tail = file.cut ? in.varint() : 0;
    if (outline < kMinFile || outline > most_bytes || tail > most_bytes - outline ||
        (more && file.cut))
      return {};
    most_bytes -= static_cast<std::size_t>(outline + tail);
    file.outline.resize(static_cast<std::size_t>(outline));
    file.tail.resize(static_cast<std::size_t>(tail));
  }
  return files;
}

Bytes joined_outlines(const std::vector<JpegFile>& files) {
  Bytes all;
  for (const JpegFile& file : files) {
    all.insert(all.end(), file.outline.begin(), file.outline.end());
    all.insert(all.end(), file.tail.begin(), file.tail.end());
  }
  return all;
}

// Fills outlines, tails and headers.
bool decode_headers(std::vector<JpegFile>& files, RangeDecoder& coder) {
  Bytes all = joined_outlines(files);
  if (!decode_outlines(all, coder)) return false;
  auto next = all.begin();
  for (JpegFile& file : files) {
    for (Bytes* part : {&file.outline, &file.tail}) {
      std::copy_n(next, part->size(), part->begin());
      next += static_cast<std::ptrdiff_t>(part->size());
    }
    auto headers = jpeg::read_outline(file.outline);
    if (!headers) return false;
    file.headers = std::move(*headers);
  }
  return true;
}

bool close_files(const std::vector<JpegFile>& files, std::span<std::uint8_t> content) {
  for (const JpegFile& file : files) {
    const std::size_t bytes = close_jpeg(file, content);
    if (bytes == 0) return false;
    content = content.subspan(bytes);
  }
  return content.empty();
}

}  // namespace

bool is_whole_jpeg(std::span<const std::uint8_t> content) {
  const auto file = jpeg::open_jpeg(content);
  return file && !file->cut && file->bytes == content.size();
}

std::optional<Bytes> encode_jpeg(std::span<const std::uint8_t> content, std::size_t most_blocks,
                                 const JpegProgress& progress) {
  const auto files = open_files(content, most_blocks);
  if (!files) return {};
  Bytes coded;
  put_sizes(*files, coded);
  RangeEncoder coder;
  encode_outlines(joined_outlines(*files), coder);
  jpeg::encode_coefficients(*files, coder, progress);
  const Bytes stream = coder.finish();
  coded.insert(coded.end(), stream.begin(), stream.end());
  return coded;
}

bool decode_jpeg(std::span<const std::uint8_t> coded, std::size_t most_blocks,
                 std::span<std::uint8_t> content, const JpegProgress& progress) try {
  ByteReader in(coded, ErrorCode::kCorrupt, "a JPEG block");
  auto files = get_sizes(in, content.size());
  if (!files) return false;
  RangeDecoder coder(coded.subspan(in.position()));
  return decode_headers(*files, coder) && jpeg::blocks_of(*files) <= most_blocks &&
         jpeg::decode_coefficients(*files, coder, progress) && coder.ended_well() &&
         close_files(*files, content);
} catch (const Error&) {
  return false;
}

std::size_t jpeg_memory_bytes(std::size_t most_blocks, std::size_t content_bytes) {
  // The outlines, and the content that is made for comparison; what predicts the outlines takes no
  // more than of any bytes, and is gone before coefficients are predicted.
  return 3 * content_bytes + most_blocks * jpeg::kBlock * sizeof(std::int16_t) +
         std::min(kMaxJpegFiles, content_bytes / kMinFile + 1) * sizeof(JpegFile) +
         std::max(jpeg::CoefficientModel::memory_bytes(most_blocks),
                  outline_plan(content_bytes).memory_bytes());
}

}  // namespace nnzip
