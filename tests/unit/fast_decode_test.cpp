// SPDX-License-Identifier: Apache-2.0
// Content for fast decoding: no mixer takes part in bytes, and a device codes many blocks together.
#include <catch2/catch.hpp>
#include <cstdlib>

#include "backend/fallback_engine.h"
#include "codec/block_coder.h"
#include "unit/pixel_layouts.h"
#include "unit/tiny_models.h"
#include "unit/wrapped_engine.h"

namespace nnzip {
namespace {

using test::MemoryReader;
using test::MemoryWriter;
using test::Random;
using test::TinyModel;
using test::WrappedEngine;

const TinyModel& tiny() {
  static const TinyModel model(45);
  return model;
}

Level fast() { return for_fast_decoding(level_meaning(5)); }

// What the network knows, what zstd knows, what nobody knows, a copy.
std::vector<Bytes> some_contents() {
  std::vector<Bytes> contents{tiny().typical_content(70000, 1), tiny().typical_content(3000, 2),
                              Random(3).bytes(5000), tiny().typical_content(66000, 4)};
  Bytes text;
  for (int i = 0; i < 900; ++i) {
    for (const char c : "line " + std::to_string(i * 7919 % 1000)) text.push_back(c);
  }
  contents.push_back(text);
  contents.emplace_back(9000, std::uint8_t{7});
  return contents;
}

std::vector<Coded> encoded(const std::shared_ptr<const Engine>& engine,
                           const std::vector<Bytes>& contents) {
  const Segment segment;
  const FrameModels models(engine);
  std::vector<BlockToEncode> blocks;
  for (const Bytes& content : contents) blocks.push_back({content, segment, {}});
  encode_blocks(blocks, models, fast(), false, {2, 1});
  std::vector<Coded> coded;
  for (BlockToEncode& block : blocks) coded.push_back(std::move(block.coded));
  return coded;
}

std::vector<Bytes> decoded(const std::shared_ptr<const Engine>& engine,
                           const std::vector<Coded>& coded) {
  std::vector<Bytes> contents(coded.size());
  std::vector<BlockToDecode> blocks;
  for (std::size_t i = 0; i < coded.size(); ++i) {
    const Coded& block = coded[i];
    const auto used = needs_model(block.header.kind) ? engine : nullptr;
    blocks.push_back({block.header,
                      block.data,
                      used,
                      {},
                      [&block, used] {
                        return decode_block(block.header, block.data, {used, 1, {}});
                      },
                      [&contents, i](Bytes content) { contents[i] = std::move(content); }});
  }
  decode_blocks(blocks, 2);
  return contents;
}

std::shared_ptr<WrappedEngine> device() {
  auto engine = std::make_shared<WrappedEngine>(tiny().engine());
  engine->lanes_coded = 4096;
  return engine;
}

int widest(const WrappedEngine& engine) {
  return std::ranges::max(engine.calls(), {}, &WrappedEngine::Call::active).active;
}

Bytes packed(const Bytes& content, const Options& options, Summary* summary = nullptr) {
  MemoryReader in(content);
  MemoryWriter out;
  const Summary made = compress(in, out, options);
  if (summary != nullptr) *summary = made;
  return out.out;
}

}  // namespace

TEST_CASE("FastDecode.NoMixerTakesPartInBytes") {
  const auto contents = some_contents();
  for (int level = 1; level <= 9; ++level) {
    for (const std::size_t i : {1, 4}) {
      CAPTURE(level, i);
      Options options = tiny().options();
      options.level = level;
      options.fast_decode = true;
      Summary summary;
      const Bytes once = packed(contents[i], options, &summary);
      CHECK(summary.blocks == 1);
      CHECK((i == 1 ? summary.network_blocks : summary.zstd_blocks) == 1);
      CHECK((decompress(once, options) == contents[i]));
      options.threads = 3;
      CHECK((packed(contents[i], options) == once));
    }
  }
}

TEST_CASE("FastDecode.StreamsAreManyAtEveryLevel") {
  const Bytes content = tiny().typical_content(8 << 14, 6);
  const FrameModels models(tiny().engine());
  for (const int level : {4, 9}) {
    const Level fast = for_fast_decoding(level_meaning(level));
    const Coded coded = encode_block(content, {}, models, fast, true, 1);
    REQUIRE(coded.header.kind == BlockKind::kNetwork);
    CHECK(coded.header.streams() == 8);
  }
}

TEST_CASE("FastDecode.PixelsAndSoundAreAsAlways") {
  const TinyModel of_pixels(46, tiny_tap_config(Form::kPixels));
  const Layout layout = test::pixel_layout(96, 3, 1);
  const Bytes image = test::sample_photograph(layout, 30);
  Segment segment;
  segment.bytes = image.size();
  segment.layout = layout;
  const FrameModels models(of_pixels.engine());
  const Coded usual = encode_block(image, segment, models, level_meaning(5), true, 1);
  const Coded made = encode_block(image, segment, models, fast(), true, 1);
  CHECK(made.header.layout == layout);
  CHECK(made.header.kind == usual.header.kind);
  CHECK(made.data == usual.data);
}

TEST_CASE("FastDecode.ADeviceCodesBlocksTogether") {
  const auto contents = some_contents();
  const auto expected = encoded(tiny().engine(), contents);
  const auto there = device(), back = device();
  const auto coded = encoded(there, contents);
  for (std::size_t i = 0; i < contents.size(); ++i) {
    CAPTURE(i);
    CHECK(coded[i].header.kind == expected[i].header.kind);
    CHECK(coded[i].header.log2_streams == expected[i].header.log2_streams);
    CHECK(coded[i].data == expected[i].data);
  }
  CHECK(widest(*there) == 12);  // six blocks, two of them of four streams
  CHECK((decoded(back, coded) == contents));
  CHECK(widest(*back) == 9);  // those that are of kind network
}

TEST_CASE("FastDecode.TheCpuDoesWhatADeviceLeavesUndone") {
  const auto contents = some_contents();
  const auto expected = encoded(tiny().engine(), contents);
  for (const long good_calls : {0L, 40L}) {
    for (const bool decoding : {false, true}) {
      CAPTURE(good_calls, decoding);
      const auto failing = device();
      failing->good_calls = good_calls;
      const auto engine = std::make_shared<FallbackEngine>(
          failing, [] { return tiny().engine(); }, tiny().model()->config.reach());
      if (decoding) {
        CHECK((decoded(engine, expected) == contents));
      } else {
        const auto coded = encoded(engine, contents);
        for (std::size_t i = 0; i < coded.size(); ++i) CHECK(coded[i].data == expected[i].data);
      }
      CHECK_FALSE(engine->trouble().empty());
    }
  }
}

TEST_CASE("FastDecode.DamageIsOfOneBlock") {
  const auto contents = some_contents();
  auto coded = encoded(tiny().engine(), contents);
  coded[3].data.resize(coded[3].data.size() / 2);
  const auto back = decoded(device(), coded);
  for (std::size_t i = 0; i < back.size(); ++i) {
    CHECK(back[i].empty() == (i == 3));
    if (i != 3) CHECK((back[i] == contents[i]));
  }
}

// The whole of it on a plugin: the kernels written for CUDA, compiled for the host.
TEST_CASE("FastDecode.ThePluginOfTheHostMakesTheSameFiles") {
  setenv("NNZIP_BACKEND_DIR", NNZIP_FAKE_PLUGINS "/host", 1);
  Bytes content = tiny().typical_content(1500, 7);
  const Bytes other = Random(8).bytes(4 << 20);
  content.insert(content.begin(), other.begin(), other.end());  // a block of its own
  Options options = tiny().options(), on_device = options;
  options.fast_decode = on_device.fast_decode = true;
  options.device = "cpu";
  on_device.device = "torch";
  const Bytes expected = packed(content, options);
  for (const char* told : {"", "4"}) {
    CAPTURE(told);
    setenv("NNZIP_HOST_PLUGIN", told, 1);
    Summary summary;
    CHECK((packed(content, on_device, &summary) == expected));
    CHECK(summary.network_blocks == 1);
    CHECK((decompress(expected, on_device) == content));
    CHECK(summary.warning.empty() == (*told == '\0'));
    CHECK(summary.device.starts_with(*told == '\0' ? "torch (kernels" : "cpu "));
  }
  unsetenv("NNZIP_HOST_PLUGIN");
}

}  // namespace nnzip
