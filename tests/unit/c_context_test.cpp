// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "unit/c_api_helpers.h"

namespace nnzip {
namespace {

using test::c_compressed;
using test::c_decompress;
using test::c_options;
using test::last_error_says;
using test::TemporaryFolder;
using test::TinyModel;

struct Freed {
  void operator()(nnzip_context* context) const { nnzip_context_free(context); }
};
using Context = std::unique_ptr<nnzip_context, Freed>;

Context new_context(const nnzip_options* options) {
  nnzip_context* context = nullptr;
  REQUIRE(nnzip_context_new(&context, options) == NNZIP_OK);
  return Context(context);
}

// Those of the model, found in the context instead of the folder.
nnzip_options options_with(const Context& context, const TinyModel& model) {
  nnzip_options options = c_options(model);
  options.model_path = nullptr;
  options.context = context.get();
  return options;
}

TEST_CASE("CContext.FindsModelsOnce") {
  auto tiny = std::make_unique<TinyModel>(51);
  const nnzip_options by_folder = c_options(*tiny);
  const Context context = new_context(&by_folder);
  const nnzip_options options = options_with(context, *tiny);
  const Bytes content = tiny->typical_content(2000, 1);
  const Bytes packed = c_compressed(content, by_folder);
  // The folder is not looked into again, and the network is loaded once.
  std::filesystem::rename(tiny->file, tiny->file.string() + ".away");
  CHECK(c_compressed(content, options) == packed);
  Bytes back(content.size());
  CHECK(c_decompress(packed, back, options) == NNZIP_OK);
  CHECK(back == content);
  Bytes room(5000);
  CHECK(test::c_compress(content, room, by_folder) == NNZIP_ERROR_MODEL_MISSING);
}

TEST_CASE("CContext.ServesThreadsAndStreams") {
  const TinyModel tiny(52);
  const nnzip_options by_folder = c_options(tiny);
  Context context = new_context(&by_folder);
  const nnzip_options options = options_with(context, tiny);
  const Bytes content = tiny.typical_content(3000, 1), packed = c_compressed(content, by_folder);
  std::vector<Bytes> made(4);
  std::vector<std::thread> threads;
  for (Bytes& each : made) {
    threads.emplace_back([&] { each = c_compressed(content, options); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Bytes& each : made) CHECK(each == packed);

  // A stream goes on without its context.
  nnzip_stream* stream = nullptr;
  REQUIRE(nnzip_stream_new(&stream, NNZIP_COMPRESS, &options) == NNZIP_OK);
  context.reset();
  Bytes out(packed.size() + 1);
  nnzip_buffers buffers{content.data(), content.size(), out.data(), out.size()};
  CHECK(nnzip_stream_code(stream, &buffers, NNZIP_FINISH) == NNZIP_STREAM_END);
  nnzip_stream_free(stream);
  out.resize(out.size() - buffers.avail_out);
  CHECK(out == packed);
}

TEST_CASE("CContext.TellsModels") {
  const TinyModel tiny(53);
  const nnzip_options by_folder = c_options(tiny);
  const Context context = new_context(&by_folder);
  bool found = false;
  std::string last;
  for (std::size_t i = 0; i < nnzip_context_models(context.get()); ++i) {
    nnzip_model_info info{};
    info.struct_size = sizeof info;
    REQUIRE(nnzip_context_model(context.get(), i, &info) == NNZIP_OK);
    CHECK(last < info.name);
    last = info.name;
    if (info.name != tiny.name) continue;
    found = true;
    CHECK(info.file == tiny.file.string());
    CHECK(info.file_bytes == std::filesystem::file_size(tiny.file));
    CHECK(std::string(info.sha256).size() == 64);
    CHECK(info.macs_per_byte > 0);
    CHECK(std::string(info.architecture).find("width") != std::string::npos);
  }
  CHECK(found);
  nnzip_model_info info{};
  CHECK(nnzip_context_model(context.get(), 0, &info) == NNZIP_ERROR_INVALID_ARGUMENT);
  info.struct_size = sizeof info;
  CHECK(nnzip_context_model(context.get(), nnzip_context_models(context.get()), &info) ==
        NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(nnzip_context_models(nullptr) == 0);
}

TEST_CASE("CContext.TellsErrors") {
  nnzip_options options;
  REQUIRE(nnzip_options_init(&options, sizeof options) == NNZIP_OK);
  options.device = "abacus";
  nnzip_context* context = reinterpret_cast<nnzip_context*>(&options);
  CHECK(nnzip_context_new(&context, &options) == NNZIP_ERROR_BACKEND_UNAVAILABLE);
  CHECK(context == nullptr);
  CHECK(nnzip_context_new(nullptr, nullptr) == NNZIP_ERROR_INVALID_ARGUMENT);

  const TinyModel tiny(54);
  const Context good = new_context(nullptr);
  options = c_options(tiny);
  options.context = good.get();
  Bytes room(100);
  CHECK(test::c_compress({}, room, options) == NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(last_error_says("model_path"));
}

TEST_CASE("CContext.OlderProgramsHaveNone") {
  // They end at progress_data; what follows their struct is not read.
  nnzip_options options;
  std::fill_n(reinterpret_cast<unsigned char*>(&options), sizeof options,
              static_cast<unsigned char>(0xAA));
  constexpr std::size_t kOld = offsetof(nnzip_options, context);
  REQUIRE(nnzip_options_init(&options, kOld) == NNZIP_OK);
  options.model = "none";
  const Bytes content(100, 'o');
  Bytes room(200);
  CHECK(test::c_compress(content, room, options) == NNZIP_OK);
}

}  // namespace
}  // namespace nnzip
