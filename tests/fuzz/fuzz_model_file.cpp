// SPDX-License-Identifier: Apache-2.0
// Any bytes as a model file, as its unpacked content, and as edits of a good content: an error of
// models, or a model that two backends compute alike. The first byte says which of the three.
#include <algorithm>

#include "backend/registry.h"
#include "base/hash.h"
#include "fuzz/fuzz_target.h"
#include "model/model_file.h"
#include "model/synthetic.h"
#include "unit/packed_content.h"

namespace nnzip::fuzz {
namespace {

enum Kind : std::uint8_t { kFile = 0, kContent = 1, kEdits = 2 };
constexpr std::size_t kEditBytes = 4;  // 3 of the offset, 1 of the new value
// Larger networks take too long to be computed for each input.
constexpr std::uint64_t kMaxMacs = 200000;

// As small as the limits allow, but for its taps: all of a form.
Model smallest() {
  Config config;
  config.width = 64;
  config.heads = 2;
  config.kv_heads = 1;
  config.head_size = 32;
  config.hidden = 64;
  config.windows = {5};
  config.ngrams = {{2, 16}};
  config.taps = all_taps(Form::kSamples);
  return synthetic_model(config, 7);
}

const Bytes& good_content() {
  static const Bytes content = model_content(smallest());
  return content;
}

Bytes edited(std::span<const std::uint8_t> edits) {
  Bytes content = good_content();
  for (; edits.size() >= kEditBytes; edits = edits.subspan(kEditBytes)) {
    const std::size_t offset = edits[0] | edits[1] << 8 | edits[2] << 16;
    content[offset % content.size()] = edits[3];
  }
  return content;
}

// The law: equal integers. What the limits let pass must not overflow in either.
void compare_backends(Model model) {
  const auto shared = std::make_shared<const Model>(std::move(model));
  const auto reference = find_backend("reference").load(shared)->session(1);
  const auto cpu = find_backend("cpu").load(shared)->session(1);
  for (const std::uint8_t symbol : Bytes{0, 'n', 'n', 255, 0, 'z', 1, 128}) {
    const Bytes taps(shared->config.taps.size(), symbol);
    Distribution a, b;
    reference->score({&symbol, 1}, taps, 1, 1, {&a, 1});
    cpu->score({&symbol, 1}, taps, 1, 1, {&b, 1});
    demand(std::ranges::equal(a.cumulative, b.cumulative), "two backends agree");
  }
}

int check(const Bytes& file) {
  try {
    Model model = verify_model_file(file, "input");
    demand(unpack_model(file, "input") == model, "verifying reads the same model");
    const Bytes content = model_content(model);
    demand(sha256(content) == read_model_header(file, "input").hash, "a model has one content");
    if (model.config.macs_per_byte() > kMaxMacs) return -1;
    compare_backends(std::move(model));
  } catch (const Error& error) {
    demand(error.code() == ErrorCode::kModelCorrupt || error.code() == ErrorCode::kModelUnsupported,
           "the error is one of models");
  }
  return 0;
}

Bytes as(Kind kind, const Bytes& data) {
  Bytes input(1 + data.size(), kind);
  std::copy(data.begin(), data.end(), input.begin() + 1);
  return input;
}

}  // namespace

std::vector<Input> inputs() {
  const Bytes file = test::packed_content(good_content());
  Bytes start = good_content();
  start.resize(100);
  return {{"file", as(kFile, file)},
          {"header", as(kFile, Bytes(file.begin(), file.begin() + 64))},
          {"content", as(kContent, good_content())},
          {"start of content", as(kContent, start)},
          {"no edit", as(kEdits, {})},
          {"width", as(kEdits, {0, 0, 0, 63})},
          {"layers", as(kEdits, {6, 0, 0, 200, 7, 0, 0, 1})},
          {"tables", as(kEdits, {20, 0, 0, 255, 20, 1, 0, 0})},
          {"kind of input", as(kEdits, {11, 0, 0, 3})},
          {"unknown tap", as(kEdits, {26, 0, 0, 40})},
          {"taps of two forms", as(kEdits, {12, 0, 0, 1})},
          {"a tap twice", as(kEdits, {14, 0, 0, 32})},
          {"table behind a tap", as(kEdits, {13, 0, 0, 1})},
          {"last parameter", as(kEdits, {255, 255, 255, 0x7F})}};
}

}  // namespace nnzip::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nnzip;
  if (size == 0) return 0;
  const Bytes rest(data + 1, data + size);
  switch (data[0]) {
    case fuzz::kFile:
      return fuzz::check(rest);
    case fuzz::kContent:
      return fuzz::check(test::packed_content(rest));
    case fuzz::kEdits:
      return fuzz::check(test::packed_content(fuzz::edited(rest)));
    default:
      return -1;
  }
}
