// SPDX-License-Identifier: Apache-2.0
// nnzip.hpp on top of the codec: finds the model folders, adapts buffers to streams, turns the
// library's foreign exceptions into Error.
#include <fstream>
#include <iterator>
#include <new>
#include <system_error>

#include "api/model_folders.h"
#include "api/span_reader.h"
#include "backend/check.h"
#include "backend/registry.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "codec/compressor.h"
#include "codec/decompressor.h"
#include "codec/engine_source.h"
#include "codec/frame_list.h"
#include "codec/frame_models.h"
#include "codec/levels.h"
#include "codec/parallel.h"
#include "codec/signature.h"
#include "codec/speed.h"
#include "codec/stages.h"
#include "model/model_file.h"
#include "model/model_store.h"
#include "model/synthetic.h"
#include "nnzip/diagnostics.hpp"
#include "nnzip/nnzip.hpp"

namespace nnzip {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCheckSampleBytes = 6000;

// What Reader, Writer and progress throw passes through.
template <typename Task>
auto guarded(Task&& task) {
  try {
    return task();
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::kOutOfMemory,
                "there is not enough memory; fewer threads or a smaller model need less.");
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorCode::kReadFailed, std::string(error.what()) + ".");
  }
}

ModelStore model_store(const Options& options) {
  return ModelStore(search_folders(options.model_folders));
}

class VectorWriter : public Writer {
 public:
  void write(std::span<const std::uint8_t> data) override {
    out.insert(out.end(), data.begin(), data.end());
  }
  Bytes out;
};

Bytes read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  Bytes data{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in.is_open() || in.bad()) {
    throw Error(ErrorCode::kReadFailed, file.string() + ": the file cannot be read.");
  }
  return data;
}

// The models asked for; all of them for "auto".
std::vector<ModelEntry> checked_models(const ModelStore& store, const Options& options) {
  if (options.model != "auto" || store.entries().empty()) return chosen_models(store, options);
  return store.entries();
}

}  // namespace

std::string version() { return NNZIP_VERSION; }

Summary compress(Reader& reader, Writer& writer, const Options& options) {
  return guarded([&] { return compress_frame(reader, writer, model_store(options), options); });
}

Summary decompress(Reader& reader, Writer& writer, const Options& options) {
  return guarded([&] { return decompress_frames(reader, writer, model_store(options), options); });
}

Summary decompress_range(Reader& reader, Writer& writer, std::uint64_t offset, std::uint64_t length,
                         const Options& options) {
  return guarded([&] {
    return decompress_frames_range(reader, writer, offset, length, model_store(options), options);
  });
}

std::vector<FrameInfo> list_frames(Reader& reader, const Options& options,
                                   const BlockVisitor& each_block) {
  return guarded([&] { return frame_list(reader, model_store(options), each_block); });
}

std::vector<std::uint8_t> compress(std::span<const std::uint8_t> content, const Options& options) {
  SpanReader reader(content);
  VectorWriter writer;
  compress(reader, writer, options);
  return std::move(writer.out);
}

std::vector<std::uint8_t> decompress(std::span<const std::uint8_t> frames, const Options& options) {
  SpanReader reader(frames);
  VectorWriter writer;
  decompress(reader, writer, options);
  return std::move(writer.out);
}

std::vector<ModelInfo> models(const Options& options) {
  return guarded([&] {
    const ModelStore store = model_store(options);
    std::vector<ModelInfo> infos;
    for (const ModelEntry& entry : store.entries()) {
      ModelInfo info{entry.name, entry.file, to_hex(entry.hash), entry.file_bytes, 0, {}};
      try {
        const auto model = store.load(entry);
        info.macs_per_byte = model->config.macs_per_byte();
        info.architecture = describe(model->config);
      } catch (const Error& error) {
        info.architecture = error.what();  // one bad file must not hide the others
      }
      infos.push_back(std::move(info));
    }
    return infos;
  });
}

void verify_model(const ModelInfo& model) {
  guarded([&] {
    const std::string what = model.file.string();
    const Bytes file = read_file(model.file);
    const std::string hash = to_hex(read_model_header(file, what).hash);
    verify_model_file(file, what);
    if (hash != model.sha256 || !model.name.ends_with(hash.substr(0, 12))) {
      throw Error(ErrorCode::kModelCorrupt, what + ": the content has the hash " + hash +
                                                ", which is not the one of the file's name.");
    }
  });
}

std::vector<BackendInfo> backends() {
  std::vector<BackendInfo> infos;
  for (const Backend* backend : backend_list()) {
    infos.push_back({backend->name(), backend->unavailable()});
  }
  return infos;
}

std::uint64_t signature(const Options& options) {
  return guarded([&] {
    return model_signature(model_store(options), find_backend(options.device),
                           thread_count(options));
  });
}

std::vector<StageInfo> measure_stages(std::span<const std::uint8_t> content,
                                      const Options& options) {
  return guarded([&] {
    const ModelStore store = model_store(options);
    MemoryBudget budget(options.memory_limit);
    const FrameModels models(store, chosen_models(store, options), options.device, budget);
    SpanReader reader(content);
    return stages_of(reader, models, level_meaning(options.level), thread_count(options));
  });
}

namespace {

Config synthetic_config(const std::string& name) {
  Config config = four_million_config();
  if (name == "4M-pixels") {
    config.content = Form::kPixels;
  } else if (name == "4M-samples") {
    config.content = Form::kSamples;
  } else if (name != "4M") {
    throw Error(ErrorCode::kInvalidArgument,
                "there is no synthetic model \"" + name + "\", only 4M, 4M-pixels and 4M-samples.");
  }
  config.taps = all_taps(config.content);
  return config;
}

}  // namespace

SpeedInfo measure_speed(std::span<const std::uint8_t> content, const Options& options,
                        const std::string& synthetic) {
  if (content.empty()) throw Error(ErrorCode::kInvalidArgument, "there is nothing to time.");
  return guarded([&] {
    std::shared_ptr<const Model> model;
    std::string name = "synthetic " + synthetic;
    if (synthetic.empty()) {
      const ModelStore store = model_store(options);
      const std::vector<ModelEntry> entries = chosen_models(store, options);
      if (entries.empty()) {
        throw Error(ErrorCode::kInvalidArgument,
                    "there is no network to time at this level or with this model.");
      }
      const ModelEntry& entry = entries.front();
      model = store.load(entry);
      name = entry.name;
    } else {
      model = std::make_shared<const Model>(synthetic_model(synthetic_config(synthetic), 1));
    }
    SpeedInfo info = speed_of(content, find_backend(options.device).load(model),
                              level_meaning(options.level), thread_count(options));
    info.model = name;
    info.macs_per_byte = model->config.macs_per_byte();
    return info;
  });
}

std::uint64_t check_backends(const std::string& first, const std::string& second,
                             std::span<const std::uint8_t> sample, const Options& options) {
  return guarded([&] {
    const ModelStore store = model_store(options);
    const Bytes generated = sample.empty() ? generated_sample(kCheckSampleBytes) : Bytes{};
    std::uint64_t compared = 0;
    for (const ModelEntry& entry : checked_models(store, options)) {
      const auto model = store.load(entry);
      const auto a = find_backend(first).load(model);
      const auto b = find_backend(second).load(model);
      compared += check_engines(*a, *b, sample.empty() ? generated : sample, entry.name);
    }
    return compared;
  });
}

}  // namespace nnzip
