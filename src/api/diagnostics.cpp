// SPDX-License-Identifier: Apache-2.0
// diagnostics.hpp on top of the codec.
#include "nnzip/diagnostics.hpp"

#include <memory>

#include "api/guarded.h"
#include "api/model_folders.h"
#include "backend/check.h"
#include "backend/registry.h"
#include "base/bytes.h"
#include "codec/frame_models.h"
#include "codec/in_flight.h"
#include "codec/levels.h"
#include "codec/parallel.h"
#include "codec/signature.h"
#include "codec/speed.h"
#include "codec/stages.h"
#include "container/span_reader.h"
#include "model/model_store.h"
#include "model/synthetic.h"

namespace nnzip {
namespace {

constexpr std::size_t kCheckSampleBytes = 6000;

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

// The models asked for; all of them for "auto".
std::vector<ModelEntry> checked_models(const ModelStore& store, const Options& options) {
  if (options.model != "auto" || store.entries().empty()) return chosen_models(store, options);
  return store.entries();
}

}  // namespace

std::uint64_t signature(const Options& options) {
  return guarded([&] {
    return model_signature(*model_store(options), find_backend(options.device),
                           thread_count(options));
  });
}

std::vector<StageInfo> measure_stages(std::span<const std::uint8_t> content,
                                      const Options& options) {
  return guarded([&] {
    const auto found = model_store(options);
    const ModelStore& store = *found;
    MemoryBudget budget(options.memory_limit);
    const FrameModels models(store, chosen_models(store, options), options.device, budget);
    SpanReader reader(content);
    return stages_of(reader, models, level_meaning(options.level), thread_count(options));
  });
}

SpeedInfo measure_speed(std::span<const std::uint8_t> content, const Options& options,
                        const std::string& synthetic) {
  if (content.empty()) throw Error(ErrorCode::kInvalidArgument, "there is nothing to time.");
  return guarded([&] {
    const Level& level = level_meaning(options.level);
    SpanReader reader(content);
    if (!synthetic.empty()) {
      const auto model =
          std::make_shared<const Model>(synthetic_model(synthetic_config(synthetic), 1));
      const FrameModels models(find_backend(options.device).load(model));
      SpeedInfo info = speed_of(reader, models, level, thread_count(options));
      info.model = "synthetic " + synthetic;
      info.macs_per_byte = model->config.macs_per_byte();
      return info;
    }
    const auto found = model_store(options);
    const ModelStore& store = *found;
    MemoryBudget budget(options.memory_limit);
    const FrameModels models(store, chosen_models(store, options), options.device, budget);
    if (models.all().empty()) {
      throw Error(ErrorCode::kInvalidArgument,
                  "there is no network to time at this level or with this model.");
    }
    SpeedInfo info = speed_of(reader, models, level, thread_count(options));
    info.macs_per_byte = store.load(store.find(info.model))->config.macs_per_byte();
    return info;
  });
}

std::uint64_t check_backends(const std::string& first, const std::string& second,
                             std::span<const std::uint8_t> sample, const Options& options) {
  return guarded([&] {
    const auto found = model_store(options);
    const ModelStore& store = *found;
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

std::size_t contents_at_once(const Options& options) {
  return guarded([&] { return contents_at_once(options, [&] { return model_store(options); }); });
}

}  // namespace nnzip
