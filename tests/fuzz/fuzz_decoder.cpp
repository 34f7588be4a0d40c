// SPDX-License-Identifier: Apache-2.0
// Any bytes as frames, as the coded data of a block of each kind, and as content that must come
// back, all with tiny models. The first byte says which of these, the second how the content is
// cut.
#include <algorithm>
#include <functional>
#include <optional>

#include "codec/compressor.h"
#include "codec/decompressor.h"
#include "codec/kinds/kind_contexts.h"
#include "codec/kinds/kind_mixed.h"
#include "codec/kinds/kind_network.h"
#include "codec/kinds/kind_zstd.h"
#include "container/container_reader.h"
#include "fuzz/fuzz_target.h"
#include "layout/block_order.h"
#include "unit/block_frames.h"
#include "unwrap/group.h"

namespace nnzip::fuzz {
namespace {

using test::MemoryReader;
using test::MemoryWriter;
using test::TinyModel;

enum Kind : std::uint8_t {
  kFrames = 0,
  kModelBlock = 1,
  kZstdBlock = 2,
  kContent = 3,
  kMixedBlock = 4,
  kContextBlock = 5,
  kPixelBlock = 6,
  kSampleBlock = 7,
  kOpenedGroup = 8,
};
// More would take the model too long.
constexpr std::size_t kMaxContent = 1024;

const TinyModel& tiny() {
  static const TinyModel model(31);
  return model;
}

const TinyModel& of_pixels() {
  static const TinyModel model(32, tiny_tap_config(Form::kPixels));
  return model;
}

const TinyModel& of_samples() {
  static const TinyModel model(33, tiny_tap_config(Form::kSamples));
  return model;
}

const ModelStore& store() {
  static const ModelStore models(
      {tiny().folder.path, of_pixels().folder.path, of_samples().folder.path});
  return models;
}

struct Decoded {
  Bytes content;
  int error = 0;
};

Decoded decode(std::span<const std::uint8_t> frames, std::size_t piece) {
  MemoryReader in(frames, piece);
  MemoryWriter out;
  Decoded decoded;
  try {
    const Summary summary = decompress_frames(in, out, store(), tiny().options());
    demand(summary.content_bytes == out.out.size(), "the summary counts the content");
    demand(summary.coded_bytes == frames.size(), "the summary counts the frames");
  } catch (const Error& error) {
    decoded.error = static_cast<int>(error.code());
    demand((decoded.error >= 30 && decoded.error < 40) || error.code() == ErrorCode::kModelMissing,
           "the error is one of frames or says that the model is missing");
  }
  decoded.content = std::move(out.out);
  return decoded;
}

// Whether the frames do not claim more than a fuzzer has time for.
bool small(std::span<const std::uint8_t> frames) {
  MemoryReader in(frames);
  ContainerReader reader(in);
  std::uint64_t claimed = 0;
  try {
    while (reader.next_frame()) {
      while (const auto block = reader.next_block())
        claimed += block->header.content_bytes + block->header.opened_bytes;
    }
  } catch (const Error&) {
  }
  return claimed <= 4 * kMaxContent;
}

// The second byte: how long the content is that the rest is the opened content of.
int check_opened_group(std::span<const std::uint8_t> opened, std::uint8_t cut) {
  const std::size_t size = 1 + 4 * std::size_t{cut};
  if (opened.size() > 4 * kMaxContent) return -1;
  const auto in_order = [](std::size_t count, const std::function<void(std::size_t)>& task) {
    for (std::size_t i = 0; i < count; ++i) task(i);
  };
  const std::vector<std::vector<WrapperCount>> wrappers = {
      {{1, 1}}, {{1, 2}}, {{2, 1}}, {{1, 1}, {2, 1}}};
  for (const auto& counts : wrappers) {
    Bytes content(size), again(size);
    if (!close_group(counts, opened, in_order, content)) continue;
    demand(close_group(counts, opened, in_order, again) && again == content,
           "a group closes to the same bytes every time");
  }
  return 0;
}

int check_frames(std::span<const std::uint8_t> frames, std::uint8_t cut) {
  if (!small(frames)) return -1;
  const Decoded whole = decode(frames, SIZE_MAX);
  // Not too many: each fills a buffer anew.
  const Decoded pieces = decode(frames, std::max(std::size_t{1} + cut, frames.size() / 16));
  demand(whole.error == pieces.error && whole.content == pieces.content,
         "content and error do not depend on the reader");
  return 0;
}

// The second byte's low 3 bits: streams; the content is as long as the coded data and a bit more.
int check_model_block(std::span<const std::uint8_t> coded, std::uint8_t cut) {
  const std::size_t size = 1 + coded.size() * (1 + (cut >> 3)) / 4;
  if (size > kMaxContent) return -1;
  static NetworkCoder coder(tiny().engine(), 1);
  const BlockPlan plan = stated_plan(size, 1 << std::min(cut & 7, kMaxLog2Streams));
  Bytes content(size), again(size);
  if (!coder.decode(coded, plan, content, {})) return 0;
  // Two numbers of one interval may end in equally many zeros: the encoder's own is not longer.
  const Bytes encoded = coder.encode(content, plan, {});
  demand(encoded.size() <= coded.size(), "the encoder's streams are the shortest");
  demand(coder.decode(encoded, plan, again, {}) && again == content, "what it encodes, it decodes");
  return 0;
}

// The second byte's low 3 bits: streams of a mixed block; the higher ones: layout and length.
int check_mixed_block(std::span<const std::uint8_t> coded, std::uint8_t cut, bool network) {
  const std::size_t size = 1 + coded.size() * (1 + (cut >> 3)) / 4;
  if (size > kMaxContent) return -1;
  const nnzip::Kind& kind = network ? kMixedKind : kContextsKind;
  const Means means{tiny().engine(), 1, {}};
  BlockHeader header;
  if (network) header.log2_streams = std::min(cut & 7, kMaxLog2Streams);
  const std::uint32_t element = 1 + (cut >> 3) % 4;
  header.layout = {.stride = (cut & 0x80) != 0 ? 5U * cut : 0U,
                   .element = element,
                   .odd_high = element == 2 && (cut >> 6 & 1) != 0};
  Bytes content(size), again(size);
  if (!kind.decode(header, coded, means, content)) return 0;
  const Bytes encoded = kind.encode(header, content, means).back().data;
  demand(encoded.size() <= coded.size(), "the encoder's stream is the shortest");
  demand(kind.decode(header, encoded, means, again) && again == content,
         "what it encodes, it decodes");
  return 0;
}

// The second byte's low 3 bits: streams, if the layout allows so many; the higher ones: layout.
int check_pixel_block(std::span<const std::uint8_t> coded, std::uint8_t cut) {
  const std::uint32_t channels = 1 + (cut >> 3) % 4, stride = channels + 3 * (cut >> 3);
  const Layout layout{
      .form = Form::kPixels, .stride = stride, .element = channels, .channels = channels};
  const std::size_t size = 1 + 2 * coded.size();
  const int streams = 1 << std::min(cut & 7, kMaxLog2Streams);
  if (size > kMaxContent || !BlockOrder::fits(layout, streams)) return -1;
  static const MixedCoder coder(of_pixels().engine(), 1);
  const BlockPlan plan = stated_plan(size, streams);
  Bytes content(size), again(size);
  if (!coder.decode(coded, plan, layout, content, {})) return 0;
  const Bytes encoded = coder.encode(content, plan, layout, {});
  demand(encoded.size() <= coded.size(), "the encoder's stream is the shortest");
  demand(coder.decode(encoded, plan, layout, again, {}) && again == content,
         "what it encodes, it decodes");
  return 0;
}

// The second byte's low 3 bits: streams; the higher ones: layout. Residuals are made of any bytes.
int check_sample_block(std::span<const std::uint8_t> coded, std::uint8_t cut) {
  const std::uint32_t bytes = 1 + (cut >> 3) % 4, channels = 1 + (cut >> 5);
  const Layout layout{.form = Form::kSamples, .element = bytes * channels, .channels = channels};
  const std::size_t size = 1 + 2 * coded.size();
  if (size > kMaxContent) return -1;
  static NetworkCoder coder(of_samples().engine(), 1);
  const BlockPlan plan = stated_plan(size, 1 << std::min(cut & 7, kMaxLog2Streams));
  Bytes content(size), again(size);
  if (!coder.decode(coded, plan, content, {}, layout)) return 0;
  const Bytes encoded = coder.encode(content, plan, {}, layout);
  demand(encoded.size() <= coded.size(), "the encoder's streams are the shortest");
  demand(coder.decode(encoded, plan, again, {}, layout) && again == content,
         "what it encodes, it decodes");
  revert_filters({{Filter::kResiduals, 0, cut % 8u}}, layout, std::move(again), size);
  return 0;
}

int check_zstd_block(std::span<const std::uint8_t> coded, std::uint8_t cut) {
  for (const std::size_t size : {std::size_t{cut}, coded.size() * cut / 16}) {
    Bytes content(size), again(size);
    if (zstd_unpack(coded, content)) {
      demand(zstd_unpack(coded, again) && again == content, "zstd is deterministic");
    }
  }
  return 0;
}

int check_content(std::span<const std::uint8_t> content) {
  if (content.size() > kMaxContent) return -1;
  MemoryReader in(content);
  MemoryWriter out;
  compress_frame(in, out, store(), tiny().options());
  const Decoded back = decode(out.out, SIZE_MAX);
  demand(back.error == 0 && std::ranges::equal(back.content, content), "the content comes back");
  demand(out.out.size() <= content.size() + 24, "a frame is at most 24 bytes longer");
  return 0;
}

Bytes as(Kind kind, std::uint8_t cut, const Bytes& data) {
  Bytes input(2 + data.size(), kind);
  input[1] = cut;
  std::copy(data.begin(), data.end(), input.begin() + 2);
  return input;
}

Bytes joined(Bytes first, const Bytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

// 45 lines of words and numbers, by zlib.
Bytes wrapped_words() {
  return {0x78, 0xDA, 0x6D, 0xD4, 0x3B, 0x6E, 0xC3, 0x30, 0x10, 0x84, 0xE1, 0x3E, 0xA7, 0xD0, 0x01,
          0x82, 0x40, 0xFB, 0xE0, 0x43, 0xC7, 0xB1, 0x01, 0x03, 0x09, 0x12, 0x57, 0x76, 0x93, 0xDB,
          0x47, 0x05, 0xFF, 0x4D, 0xE1, 0xE9, 0x54, 0x0C, 0x28, 0x72, 0x3F, 0x0E, 0x63, 0x7B, 0x7E,
          0xDD, 0x6F, 0x8F, 0xCD, 0xF6, 0xED, 0x7E, 0xF9, 0x3E, 0x3F, 0x62, 0x7F, 0xDF, 0x1E, 0x97,
          0xDF, 0xC7, 0xF6, 0xFC, 0xBC, 0x6D, 0xCF, 0xCB, 0xF5, 0xE7, 0xF6, 0xF1, 0x96, 0x84, 0x6C,
          0x85, 0x32, 0x5F, 0x43, 0x8D, 0x90, 0xAF, 0x50, 0x17, 0x2B, 0x75, 0x42, 0xB1, 0x42, 0x63,
          0xBE, 0x86, 0x06, 0xA1, 0x5C, 0xA1, 0x43, 0x84, 0x26, 0xA1, 0xB6, 0x42, 0xE6, 0xE2, 0x7F,
          0x07, 0xA9, 0x4E, 0x4A, 0x6D, 0xFD, 0x3C, 0xFC, 0x8A, 0x0D, 0x62, 0x43, 0x2C, 0x76, 0x1E,
          0x7F, 0xC5, 0x26, 0x31, 0xB5, 0xB3, 0x73, 0x00, 0x2B, 0x76, 0xAC, 0x98, 0xBB, 0x8A, 0xC5,
          0x8A, 0x39, 0xA3, 0x77, 0x35, 0x31, 0x63, 0xF8, 0xCE, 0xF0, 0xFD, 0x50, 0x47, 0x60, 0xFC,
          0xCE, 0xF8, 0x43, 0x49, 0x1A, 0x00, 0x0E, 0x40, 0x74, 0xB5, 0x37, 0x08, 0x1C, 0x82, 0xDC,
          0x55, 0x0C, 0x04, 0x07, 0x21, 0x9B, 0xFA, 0x29, 0x0A, 0x8E, 0x42, 0xAA, 0x23, 0x38, 0x0A,
          0x8E, 0x42, 0x4B, 0xB1, 0x9A, 0xA3, 0xE0, 0x28, 0xB4, 0x29, 0xF6, 0xE6, 0x28, 0x38, 0x0A,
          0x3D, 0x54, 0x0C, 0x85, 0x40, 0xA1, 0x1F, 0xEA, 0xA7, 0x28, 0x04, 0x0A, 0x43, 0x5D, 0x24,
          0x47, 0x21, 0x50, 0x98, 0xBB, 0x5A, 0x0D, 0x85, 0x40, 0x61, 0x36, 0xB5, 0x37, 0x14, 0xA2,
          0x8A, 0x60, 0x2A, 0x86, 0x42, 0xB4, 0xEA, 0x8B, 0xFA, 0x29, 0x0A, 0x51, 0x5D, 0xD8, 0xD5,
          0x19, 0x02, 0x86, 0xA8, 0x32, 0x98, 0x89, 0xF5, 0x02, 0x87, 0xA8, 0x36, 0x98, 0x6A, 0x73,
          0x00, 0x11, 0x47, 0x35, 0x35, 0x55, 0x0E, 0x89, 0x44, 0xC2, 0x42, 0x55, 0x3A, 0xA0, 0x48,
          0xAB, 0x9C, 0xBA, 0x4E, 0x81, 0x45, 0x7A, 0x75, 0x5F, 0xB5, 0x3A, 0xC0, 0x48, 0x30, 0xAC,
          0xC9, 0xFD, 0xA1, 0x91, 0x68, 0x58, 0x57, 0xBD, 0x0E, 0x38, 0xB2, 0x5E, 0xA6, 0x21, 0xE7,
          0x87, 0x47, 0x96, 0xC7, 0x50, 0xE7, 0x48, 0x3C, 0xB2, 0x3C, 0xA6, 0xF2, 0x4D, 0x3C, 0xF2,
          0xFF, 0x75, 0x52, 0xDD, 0x4E, 0x3C, 0xB2, 0x9E, 0xA7, 0x5D, 0xDD, 0xBE, 0xC4, 0xA3, 0xD5,
          0xFB, 0x64, 0xAA, 0xDD, 0x89, 0x47, 0xAB, 0x07, 0xCA, 0xD5, 0xBD, 0x4A, 0x3C, 0x1A, 0x1E,
          0x1E, 0xAA, 0xDF, 0x89, 0x47, 0xC3, 0xC3, 0x53, 0x35, 0x37, 0xF1, 0x68, 0x78, 0x78, 0x53,
          0xB9, 0x3F, 0xF2, 0x07, 0x19, 0xAF};
}

// What a group that holds it opens to.
Bytes opened_words() {
  const Bytes content = wrapped_words();
  const auto group =
      open_group(content, find_wrapped(content, 4 * kMaxContent), {4 * kMaxContent, kMaxContent},
                 [](std::size_t, const std::function<void(std::size_t)>& task) { task(0); });
  demand(group.has_value(), "zlib's stream opens");
  return group->runs[0].content;
}

}  // namespace

std::vector<Input> inputs() {
  const Options with = tiny().options();
  Options without;
  without.model = "none";
  const Bytes typical = tiny().typical_content(300, 1);
  std::string text;
  for (int i = 0; i < 20; ++i) text += "some words again and again, " + std::to_string(i);
  const Bytes words = test::to_bytes(text);
  const Bytes model = compress(typical, with);
  const Bytes zstd = test::frame_of_kind(BlockKind::kZstd, words, tiny());
  const Bytes contexts = test::frame_of_kind(BlockKind::kContexts, words, tiny(), 1,
                                             {.stride = 28, .element = 2, .odd_high = true});
  const MixedCoder mixed(tiny().engine(), 1);
  NetworkCoder coder(tiny().engine(), 1);
  return {
      {"model frame", as(kFrames, 99, model)},
      {"zstd frame", as(kFrames, 13, zstd)},
      {"contexts frame", as(kFrames, 13, contexts)},
      {"bwt frame", as(kFrames, 13, test::frame_of_kind(BlockKind::kBwt, words, tiny()))},
      {"lean frame", as(kFrames, 13, test::frame_of_kind(BlockKind::kLean, words, tiny()))},
      {"mixed frame", as(kFrames, 40, test::frame_of_kind(BlockKind::kMixed, words, tiny(), 4))},
      {"joined frames", as(kFrames, 10, joined(model, zstd))},
      {"empty frame", as(kFrames, 0, compress(Bytes{}, without))},
      {"one stream", as(kModelBlock, 8, coder.encode(typical, stated_plan(300, 1), {}))},
      {"eight streams", as(kModelBlock, 3, coder.encode(typical, stated_plan(300, 8), {}))},
      {"mixed block", as(kMixedBlock, 3, mixed.encode(typical, stated_plan(300, 8), {}, {}))},
      {"context block", as(kContextBlock, 80, encode_contexts(words, {.element = 3}))},
      {"pixel frame",
       as(kFrames, 9,
          test::frame_of_kind(BlockKind::kMixed, words, of_pixels(), 2,
                              {.form = Form::kPixels, .stride = 30, .element = 3, .channels = 3}))},
      {"sample frame",
       as(kFrames, 9,
          test::frame_of_kind(
              BlockKind::kNetwork, words, of_samples(), 2,
              {.form = Form::kSamples, .element = 4, .channels = 2, .low_first = true},
              {{Filter::kResiduals}}))},
      {"pixel block", as(kPixelBlock, 0x51, words)},
      {"sample block", as(kSampleBlock, 0x2B, words)},
      {"zstd block", as(kZstdBlock, 200, zstd_pack(words))},
      {"group frame", as(kFrames, 20, compress(wrapped_words(), without))},
      {"opened group",
       as(kOpenedGroup, static_cast<std::uint8_t>(wrapped_words().size() / 4), opened_words())},
      {"wrapped content", as(kContent, 0, wrapped_words())},
      {"typical content", as(kContent, 0, typical)},
      {"words", as(kContent, 0, words)},
      {"zeros", as(kContent, 0, Bytes(2000))}};
}

}  // namespace nnzip::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nnzip::fuzz;
  if (size < 2) return -1;
  const auto rest = std::span(data, size).subspan(2);
  switch (data[0]) {
    case kFrames:
      return check_frames(rest, data[1]);
    case kModelBlock:
      return check_model_block(rest, data[1]);
    case kZstdBlock:
      return check_zstd_block(rest, data[1]);
    case kOpenedGroup:
      return check_opened_group(rest, data[1]);
    case kContent:
      return check_content(rest);
    case kMixedBlock:
      return check_mixed_block(rest, data[1], true);
    case kContextBlock:
      return check_mixed_block(rest, data[1], false);
    case kPixelBlock:
      return check_pixel_block(rest, data[1]);
    case kSampleBlock:
      return check_sample_block(rest, data[1]);
    default:
      return -1;
  }
}
