// SPDX-License-Identifier: Apache-2.0
// Any bytes as frames, as the coded data of a block of each kind, and as content that must come
// back, all with tiny models. The first byte says which of these, the second how the content is
// cut.
#include <algorithm>
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
      while (const auto block = reader.next_block()) claimed += block->header.content_bytes;
    }
  } catch (const Error&) {
  }
  return claimed <= 4 * kMaxContent;
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
