// SPDX-License-Identifier: Apache-2.0
// Taps in model files: where they stand, what a reader refuses, and who else takes such models.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "backend/check.h"
#include "codec/levels.h"
#include "codec/signature.h"
#include "codec/speed.h"
#include "model/model_file.h"
#include "unit/content_samples.h"
#include "unit/packed_content.h"
#include "unit/pixel_layouts.h"
#include "unit/sound_samples.h"
#include "unit/tiny_models.h"

namespace nnzip {
namespace {

// The message of the error, with that code; empty if there is none.
std::string message_of(ErrorCode code, const auto& call) {
  try {
    call();
  } catch (const Error& error) {
    REQUIRE(error.code() == code);
    return error.what();
  }
  return {};
}

Model tap_model(Form form) { return synthetic_model(tiny_tap_config(form), 31); }

// Offsets in the content of tiny_tap_config.
constexpr std::size_t kInputs = 10, kFirstTap = 19;

}  // namespace

TEST_CASE("ModelTaps.RoundTrip") {
  const Form form = GENERATE(Form::kPixels, Form::kSamples);
  const Model model = tap_model(form);
  REQUIRE(model.config.taps.size() == (form == Form::kPixels ? 14 : 8));
  const Bytes file = pack_model(model);
  REQUIRE(unpack_model(file, "test") == model);
  REQUIRE(verify_model_file(file, "test") == model);
  const bool pixels = form == Form::kPixels;
  REQUIRE_THAT(describe(model.config), Catch::StartsWith(pixels ? "for pixels," : "for samples,"));
  REQUIRE_THAT(describe(model.config), Catch::EndsWith(pixels ? ", 14 taps" : ", 8 taps"));
}

// MODEL_FORMAT.md, byte by byte up to the taps; and their tables follow those of n-grams.
TEST_CASE("ModelTaps.StandWhereTheFormatSays") {
  const Model model = tap_model(Form::kSamples);
  const Bytes content = model_content(model);
  Bytes expected{2, 64, 2, 1, 32, 0x80, 1, 2, 16, 48, 10, 1, 2, 0x80, 2, 1, 3, 0x80, 4};
  for (std::uint8_t number = 32; number < 40; ++number) {
    expected.push_back(2);
    expected.push_back(number);
  }
  REQUIRE(content[kInputs] == 2 + 8);
  REQUIRE(content[kFirstTap] == 2);
  REQUIRE(std::equal(expected.begin(), expected.end(), content.begin()));
  // Exponentials, embedding, and n-gram tables of 256 and 512 rows.
  const std::size_t tables = expected.size() + 64 * 2 + 256 * 4 + 256 * 64 * 2 + 2 + 768 * 64;
  for (std::size_t i = 0; i < 8; ++i) {
    const std::size_t at = tables + i * (1 + 256 * 64);
    const TableWeights& tap = model.weights.taps[i];
    REQUIRE(content[at] == tap.multiplier);
    REQUIRE(std::ranges::equal(std::span(content).subspan(at + 1, 256 * 64), tap.entries,
                               [](std::uint8_t raw, std::int8_t entry) {
                                 return static_cast<std::int8_t>(raw) == entry;
                               }));
  }
}

TEST_CASE("ModelTaps.WhatBreaksALimitIsNotWritten") {
  const auto message = [](ErrorCode code, const std::function<void(Model&)>& edit) {
    Model model = tap_model(Form::kSamples);
    edit(model);
    return message_of(code, [&] { pack_model(model); });
  };
  const auto taps = [&](const std::vector<Tap>& list) {
    return message(ErrorCode::kModelUnsupported, [&](Model& m) { m.config.taps = list; });
  };
  using Catch::Contains;
  CHECK_THAT(taps({Tap{0}}), Contains("not number 0"));
  CHECK_THAT(taps({Tap{15}}), Contains("not number 15"));
  CHECK_THAT(taps({Tap::kSamplePlace, Tap{40}}), Contains("not number 40"));
  CHECK_THAT(taps({Tap::kPixelChannel, Tap::kSamplePlace}), Contains("the model's content"));
  CHECK_THAT(taps({Tap::kPixelChannel}), Contains("the model's content"));
  CHECK_THAT(taps({}), Contains("models of pixels or samples"));
  const auto content = [&](Form form) {
    return message(ErrorCode::kModelUnsupported, [&](Model& m) { m.config.content = form; });
  };
  CHECK_THAT(content(Form::kBytes), Contains("models of pixels or samples"));
  CHECK_THAT(content(Form::kCode), Contains("models of pixels or samples"));
  CHECK_THAT(content(Form::kJpeg), Contains("not of content 5"));
  CHECK_THAT(taps({Tap::kSampleLast, Tap::kSampleLast}), Contains("increasing"));
  CHECK_THAT(taps({Tap::kSampleLast, Tap::kSamplePlace}), Contains("increasing"));
  CHECK_THAT(taps(std::vector<Tap>(kMaxTaps + 1, Tap::kPixelW)), Contains("at most 32"));
  const auto corrupt = [&](const std::function<void(Weights&)>& edit) {
    return message(ErrorCode::kModelCorrupt, [&](Model& m) { edit(m.weights); });
  };
  CHECK_THAT(corrupt([](Weights& w) { w.taps.pop_back(); }), Contains("wrong length"));
  CHECK_THAT(corrupt([](Weights& w) { w.taps[3].entries.pop_back(); }), Contains("wrong size"));
  CHECK_THAT(corrupt([](Weights& w) { w.taps[7].entries[99] = -128; }), Contains("-128"));
  CHECK_THAT(corrupt([](Weights& w) { w.taps[7].multiplier = 0; }), Contains("multiplier"));
  CHECK_THAT(corrupt([](Weights& w) { w.taps[7].multiplier = 32768; }), Contains("multiplier"));
}

TEST_CASE("ModelTaps.WhatBreaksALimitIsNotRead") {
  const Bytes good = model_content(tap_model(Form::kSamples));
  REQUIRE(unpack_model(test::packed_content(good), "good") == tap_model(Form::kSamples));
  const auto message = [&](ErrorCode code, std::size_t at, const Bytes& change,
                           std::size_t replaced = 1) {
    Bytes content(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(at));
    content.insert(content.end(), change.begin(), change.end());
    content.insert(content.end(), good.begin() + static_cast<std::ptrdiff_t>(at + replaced),
                   good.end());
    return message_of(code, [&] { unpack_model(test::packed_content(content), "changed"); });
  };
  const auto unsupported = ErrorCode::kModelUnsupported, corrupt = ErrorCode::kModelCorrupt;
  using Catch::Contains;
  CHECK_THAT(message(unsupported, kFirstTap, {3}), Contains("inputs of kind 3"));
  CHECK_THAT(message(unsupported, kFirstTap + 15, {40}), Contains("not number 40"));
  // 288 = 32 + 256 is no 32.
  CHECK_THAT(message(unsupported, kFirstTap + 1, {0xA0, 2}), Contains("not number 255"));
  CHECK_THAT(message(unsupported, kFirstTap + 1, {1}), Contains("the model's content"));
  CHECK_THAT(message(unsupported, 0, {1}), Contains("the model's content"));
  CHECK_THAT(message(unsupported, 0, {0}), Contains("models of pixels or samples"));
  CHECK_THAT(message(unsupported, 0, {3}), Contains("models of pixels or samples"));
  CHECK_THAT(message(unsupported, 0, {4}), Contains("not of content 4"));
  CHECK_THAT(message(unsupported, 0, {0x82, 2}), Contains("not of content 255"));
  CHECK_THAT(message(unsupported, kFirstTap + 3, {32}), Contains("increasing"));
  CHECK_THAT(message(unsupported, kInputs, {65}), Contains("too long"));
  CHECK_THAT(message(corrupt, kFirstTap + 2, {1, 2, 16}, 2), Contains("behind a tap"));
}

TEST_CASE("ModelTaps.SignatureTakesSuchModels") {
  const test::TemporaryFolder folder;
  const Model model = tap_model(Form::kPixels);
  const Bytes file = pack_model(model);
  const std::string name = model_name("taps", model.config, read_model_header(file, "").hash);
  std::ofstream(folder.path / (name + ".nnzm"), std::ios::binary)
      .write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
  const ModelStore store({folder.path}), none({folder.path / "none"});
  REQUIRE(store.entries().size() == 1);
  const std::uint64_t signature = model_signature(store, find_backend("cpu"), 1);
  REQUIRE(signature == model_signature(store, find_backend("reference"), 1));
  REQUIRE(signature != model_signature(none, find_backend("cpu"), 1));
}

TEST_CASE("ModelTaps.SpeedIsMeasuredOnContentThatTheNetworkIsFor") {
  const Bytes pixels = test::sample_photograph(test::pixel_layout(120, 3, 1), 40);
  const Bytes image = test::FileMaker().text("P6\n40 40\n255\n").data(pixels);
  const auto measured = [](Form form, const Bytes& content) {
    const auto model = std::make_shared<const Model>(tap_model(form));
    test::MemoryReader reader(content);
    return speed_of(reader, FrameModels(find_backend("cpu").load(model)), level_meaning(5), 1);
  };
  const SpeedInfo of_pixels = measured(Form::kPixels, image);
  CHECK(of_pixels.kind == "mixed");
  CHECK(of_pixels.mixing_seconds > 0);
  CHECK(of_pixels.content_bytes == pixels.size());
  const Bytes samples = test::tone(test::sound_layout(1, 2, true), 4000);
  const SpeedInfo of_sound = measured(Form::kSamples, test::wav(1, 16, samples));
  CHECK(of_sound.kind == "network");
  CHECK(of_sound.mixing_seconds == 0);
  CHECK(of_sound.content_bytes == samples.size());
  const SpeedInfo of_none = measured(Form::kPixels, generated_sample(3000));
  CHECK_FALSE(of_none.parts.empty());
  CHECK(of_none.mixing_seconds == 0);
  CHECK(of_none.content_bytes == 0);
}

}  // namespace nnzip
