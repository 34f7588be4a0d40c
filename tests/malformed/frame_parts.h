// SPDX-License-Identifier: Apache-2.0
// Frames put together field by field, so that each field may lie.
#pragma once

#include <string_view>

#include "base/hash.h"
#include "codec/kinds/kind_network.h"
#include "container/container_writer.h"
#include "unit/block_frames.h"
#include "unit/content_samples.h"
#include "unit/tiny_models.h"

namespace nnzip::test {

inline Bytes short_number(std::uint32_t number) {
  Bytes bytes;
  write_short_varint(number, bytes);
  return bytes;
}

// The number in `size` bytes, more than it takes.
inline Bytes long_number(std::uint32_t number, std::size_t size) {
  const std::uint32_t raw = number << 2 | static_cast<std::uint32_t>(size - 1);
  Bytes bytes;
  for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(raw >> (8 * i)));
  return bytes;
}

inline Bytes little_endian(std::uint64_t number, int size) {
  Bytes bytes;
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
  return bytes;
}

inline Bytes frame_start(std::uint8_t flags, const Bytes& model = {}) {
  return Bytes{0xF7, 0x4E, 0x5A, 0x1A, flags} + model;
}

inline Bytes model_field(const TinyModel& model) {
  const ModelId id = short_id(model.hash);
  return Bytes(id.begin(), id.end());
}

constexpr std::uint8_t kSeveralFlag = 0x10, kModelFlag = 0x20;

// A frame of one block that claims what it likes.
inline Bytes claiming(std::uint8_t kind, std::uint32_t content_bytes, std::uint32_t coded_bytes,
                      const Bytes& coded, const TinyModel& model) {
  Bytes frame = needs_model(static_cast<BlockKind>(kind & 15))
                    ? frame_start(kModelFlag, model_field(model))
                    : frame_start(0);
  frame = frame + Bytes(1, kind) + short_number(content_bytes - 1);
  if (kind != 1) frame = frame + short_number(coded_bytes);
  return frame + little_endian(0x12345678, 4) + coded;
}

struct GoodFile {
  const char* name;
  Bytes frames, content;
};

// A file of each kind, all with the tiny model, a few hundred bytes each.
inline std::vector<GoodFile> good_files(const TinyModel& tiny) {
  Options without;
  without.model = "none";
  const Bytes typical = tiny.typical_content(200, 1);
  std::string text;
  for (int i = 0; i < 20; ++i) text += "the same words again and " + std::to_string(i) + ", ";
  const Bytes words = to_bytes(text), noise = Random(5).bytes(100);

  // Short blocks, each of another kind, as an encoder of other habits would write them.
  MemoryWriter out;
  ContainerWriter writer(out);
  const BlockPlan plan = stated_plan(typical.size(), 8);
  writer.begin({true, {short_id(tiny.hash)}});
  BlockHeader header;
  header.kind = BlockKind::kNetwork;
  header.log2_streams = 3;
  writer.block(header, typical, NetworkCoder(tiny.engine(), 1).encode(typical, plan, {}));
  header = {};
  header.kind = BlockKind::kStored;
  writer.block(header, noise, noise);
  writer.end();

  const Bytes model = compress(typical, tiny.options());
  const Bytes zstd = frame_of_kind(BlockKind::kZstd, words, tiny);
  const Bytes mixed = frame_of_kind(BlockKind::kMixed, typical, tiny, 4,
                                    {.stride = 40, .element = 2, .odd_high = true});
  const Bytes contexts = frame_of_kind(BlockKind::kContexts, words, tiny);
  const auto of_form = [&](const Layout& layout, const FilterChain& filters) {
    return frame_of_kind(BlockKind::kContexts, words, tiny, 1, layout, filters);
  };
  const Bytes code = of_form({.form = Form::kCode}, {{Filter::kCalls}});
  const Bytes chain = frame_of_kind(BlockKind::kContexts, words + words, tiny, 1,
                                    {.form = Form::kCode}, {{Filter::kRepeats}, {Filter::kCalls}});
  const Bytes table = of_form({.stride = 24}, {{Filter::kColumns}});
  const Bytes repeated = words + words + typical + words;
  const Bytes folded =
      frame_of_kind(BlockKind::kMixed, repeated, tiny, 2, {}, {{Filter::kRepeats}});
  const Bytes floats = of_form({.stride = 24, .element = 8}, {{Filter::kCurves}});
  const Bytes pixels =
      of_form({.form = Form::kPixels, .stride = 30, .element = 3, .channels = 3}, {});
  const Bytes samples =
      of_form({.form = Form::kSamples, .element = 4, .channels = 2, .low_first = true},
              {{Filter::kSamples}});
  return {{"model", model, typical},
          {"zstd", zstd, words},
          {"stored", compress(noise, without), noise},
          {"empty", compress(Bytes{}, without), {}},
          {"several blocks", out.out, typical + noise},
          {"joined", model + zstd + out.out, typical + words + typical + noise},
          {"mixed", mixed, typical},
          {"contexts", contexts, words},
          {"code", code, words},
          {"chain", chain, words + words},
          {"table", table, words},
          {"folded", folded, repeated},
          {"floats", floats, words},
          {"pixels", pixels, words},
          {"samples", samples, words},
          {"bwt", frame_of_kind(BlockKind::kBwt, words, tiny), words},
          {"lean", frame_of_kind(BlockKind::kLean, words, tiny), words},
          {"lean, small", frame_of_kind(BlockKind::kLean, words, tiny, 1, {}, {}, Effort::kSmall),
           words},
          {"lean samples",
           frame_of_kind(BlockKind::kLean, words, tiny, 1,
                         {.form = Form::kSamples, .element = 4, .channels = 2, .low_first = true},
                         {{Filter::kSamples}}),
           words},
          {"lean pixels",
           frame_of_kind(BlockKind::kLean, words, tiny, 1,
                         {.form = Form::kPixels, .stride = 30, .element = 3, .channels = 3}, {}),
           words}};
}

}  // namespace nnzip::test
