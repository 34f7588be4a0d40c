// SPDX-License-Identifier: Apache-2.0
// The interfaces of backend.h on top of the functions of a plugin.
#include "backend/torch/torch_backend.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "backend/torch/plugin_library.h"
#include "model/model_limits.h"
#include "nnzip/error.hpp"

namespace nnzip::torch_backend {
namespace {

using Functions = nnzip_torch_functions;
using EngineHandle = std::shared_ptr<const nnzip_torch_engine>;

nnzip_torch_linear view_of(const Linear& linear) {
  return {linear.weights.data(), linear.multiplier.data()};
}

// The model as the plugin takes it; valid as long as the model is.
struct ModelView {
  explicit ModelView(const Model& model) {
    const auto& [config, weights] = model;
    for (std::size_t i = 0; i < config.ngrams.size(); ++i) {
      ngrams.push_back({config.ngrams[i].order, config.ngrams[i].rows, weights.ngrams[i].multiplier,
                        weights.ngrams[i].entries.data()});
    }
    for (const TableWeights& tap : weights.taps) {
      taps.push_back({0, kSymbols, tap.multiplier, tap.entries.data()});
    }
    for (std::size_t i = 0; i < config.layers(); ++i) {
      const LayerWeights& layer = weights.layers[i];
      layers.push_back({config.windows[i], layer.attention_norm, layer.attention_multiplier,
                        layer.hidden_norm, view_of(layer.qkv), view_of(layer.out),
                        view_of(layer.up), view_of(layer.down), layer.score_multiplier.data(),
                        layer.distance_bias.data()});
    }
    const auto count = [](const auto& list) { return static_cast<std::uint32_t>(list.size()); };
    view = {config.width,
            config.heads,
            config.kv_heads,
            config.head_size,
            config.hidden,
            count(layers),
            count(ngrams),
            count(taps),
            weights.embedding.data(),
            layers.data(),
            ngrams.data(),
            taps.data(),
            weights.head_norm,
            view_of(weights.head),
            weights.head_bias.data(),
            weights.attention_exp.data(),
            weights.output_exp.data()};
  }

  std::vector<nnzip_torch_table> ngrams, taps;
  std::vector<nnzip_torch_layer> layers;
  nnzip_torch_model view;
};

class TorchSession : public CodingSession {
 public:
  TorchSession(const Functions& functions, EngineHandle engine, nnzip_torch_session* session,
               int lanes)
      : functions_(functions), engine_(std::move(engine)), session_(session), lanes_(lanes) {}
  ~TorchSession() override { functions_.free_session(session_); }
  TorchSession(const TorchSession&) = delete;
  TorchSession& operator=(const TorchSession&) = delete;

  int lanes() const noexcept override { return lanes_; }
  bool failed() const noexcept override { return failed_; }
  std::string failure() const override { return error_.text; }

  void reset() noexcept override {
    if (!failed_) failed_ = functions_.reset(session_, &error_) != 0;
  }

  void score(std::span<const std::uint8_t> symbols, std::span<const std::uint8_t> taps, int active,
             int count, std::span<Distribution> next) noexcept override {
    if (failed_ || active < 1 || count < 1) return;
    // They come without gaps; the last one moves first.
    constexpr std::size_t kNumbers = kSymbols + 1;
    std::uint32_t* const numbers = next.data()->cumulative;
    failed_ = functions_.score(session_, symbols.data(), taps.data(), active, count, numbers,
                               &error_) != 0;
    for (std::size_t i = static_cast<std::size_t>(active) * static_cast<std::size_t>(count);
         i-- > 0;) {
      std::memmove(next[i].cumulative, numbers + i * kNumbers, kNumbers * sizeof(std::uint32_t));
      std::fill_n(next[i].signature, 8, 0u);
    }
  }

  void score_walks(std::span<const std::uint8_t> symbols, std::span<const std::uint8_t> taps,
                   std::span<const std::uint8_t> followers, int active, int count,
                   std::span<Distribution> /*rows*/, std::span<Walk> walks) noexcept override {
    static_assert(sizeof(Walk) == 8 * sizeof(std::uint32_t));
    if (failed_ || active < 1 || count < 1) return;
    failed_ = functions_.score_walks(session_, symbols.data(), taps.data(), followers.data(),
                                     active, count, walks.data()->cuts, &error_) != 0;
  }

  void encode(std::span<const std::uint8_t> symbols, std::span<const std::uint8_t> followers,
              int active, int count, std::span<std::uint8_t> coded,
              std::span<LanePart> parts) noexcept override {
    static_assert(sizeof(LanePart) == 5 * sizeof(std::uint32_t));
    if (failed_ || active < 1 || count < 1) return;
    failed_ = functions_.encode(session_, symbols.data(), followers.data(), active, count,
                                coded.data(), &parts.data()->begin, &error_) != 0;
  }

  void start_decoding(std::span<const std::span<const std::uint8_t>> coded) noexcept override {
    if (failed_ || coded.empty()) return;
    std::vector<std::uint8_t> all;
    std::vector<std::uint64_t> bytes;
    for (const auto& lane : coded) {
      all.insert(all.end(), lane.begin(), lane.end());
      bytes.push_back(lane.size());
    }
    failed_ = functions_.start_decoding(session_, all.data(), bytes.data(),
                                        static_cast<std::int32_t>(coded.size()), &error_) != 0;
  }

  void decode(std::span<const std::uint8_t> first, int active, int count,
              std::span<std::uint8_t> symbols, std::span<std::uint64_t> taken) noexcept override {
    if (failed_ || active < 1 || count < 1) return;
    failed_ = functions_.decode(session_, first.data(), active, count, symbols.data(), taken.data(),
                                &error_) != 0;
  }

 private:
  const Functions& functions_;
  const EngineHandle engine_;
  nnzip_torch_session* const session_;
  const int lanes_;
  bool failed_ = false;
  nnzip_torch_text error_{};
};

class TorchEngine : public Engine {
 public:
  TorchEngine(const Functions& functions, const std::string& name, EngineHandle engine,
              const Config& config)
      : functions_(functions),
        engine_(std::move(engine)),
        content_(config.content),
        taps_(config.taps) {
    nnzip_torch_text text{};
    functions_.describe(engine_.get(), &text);
    description_ = name + " (" + text.text + ")";
  }

  std::unique_ptr<Session> session(int lanes) const override { return start(lanes); }

  std::unique_ptr<CodingSession> coding_session(int lanes) const override {
    return coding_lanes() != 0 ? start(lanes) : nullptr;
  }

  int coding_lanes() const override {
    return std::clamp(functions_.coding_lanes(engine_.get()), 0, kMaxLanes);
  }

  std::unique_ptr<TorchSession> start(int lanes) const {
    if (lanes < 1 || lanes > kMaxLanes) {
      throw Error(ErrorCode::kInvalidArgument, "a session has 1 to " + std::to_string(kMaxLanes) +
                                                   " lanes, but " + std::to_string(lanes) +
                                                   " were asked for.");
    }
    nnzip_torch_text error{};
    nnzip_torch_session* const session = functions_.start(engine_.get(), lanes, &error);
    if (session == nullptr) {
      throw Error(ErrorCode::kDeviceFailed, "the device " + description_ + " has no room for " +
                                                std::to_string(lanes) + " streams: " + error.text +
                                                "; use another device.");
    }
    return std::make_unique<TorchSession>(functions_, engine_, session, lanes);
  }

  std::uint64_t session_bytes(int lanes) const override {
    return functions_.session_bytes(engine_.get(), lanes);
  }

  Form content() const override { return content_; }

  Width preferred() const override {
    std::int32_t lanes = 1, positions = 1;
    functions_.preferred(engine_.get(), &lanes, &positions);
    return {lanes, positions};
  }

  double peak() const override { return functions_.peak(engine_.get()); }
  std::span<const Tap> taps() const override { return taps_; }
  std::string description() const override { return description_; }

 private:
  const Functions& functions_;
  const EngineHandle engine_;
  const Form content_;
  const std::vector<Tap> taps_;
  std::string description_;
};

bool may_have_cuda() {
  std::error_code unknown;
  return std::filesystem::exists("/dev/nvidiactl", unknown) ||
         std::filesystem::exists("/dev/dxg", unknown);  // in Windows' Linux
}

const char* device_name(TorchBackend::Device device) {
  return device == TorchBackend::Device::kCuda ? "cuda" : "cpu";
}

}  // namespace

std::string TorchBackend::unavailable() const {
  std::string why_not;
  if (find_plugin(why_not).empty()) return why_not;
  if (device_ == Device::kCuda && !may_have_cuda()) {
    return "this machine has no NVIDIA GPU, or no driver for it (there is no /dev/nvidiactl).";
  }
  const Plugin& found = plugin();
  if (found.functions == nullptr) return found.why_not;
  nnzip_torch_text text{};
  if (found.functions->find_device(device_name(device_), &text) != 0) {
    return std::string("the plugin does not offer it: ") + text.text +
           "; see README.md, \"On a GPU\".";
  }
  return {};
}

std::unique_ptr<Engine> TorchBackend::load(std::shared_ptr<const Model> model) const {
  if (const std::string why_not = unavailable(); !why_not.empty()) {
    throw Error(ErrorCode::kBackendUnavailable,
                "the device " + name() + " cannot be used: " + why_not);
  }
  return load_torch_engine(*plugin().functions, name(), device_name(device_), *model);
}

std::unique_ptr<Engine> load_torch_engine(const Functions& functions, const std::string& name,
                                          const char* device, const Model& model) {
  // The plugin takes these limits for granted.
  check_config(model.config, "the model cannot be loaded");
  nnzip_torch_text error{};
  const ModelView view(model);
  nnzip_torch_engine* const engine = functions.load(device, &view.view, &error);
  if (engine == nullptr) {
    throw Error(ErrorCode::kDeviceFailed,
                "the device " + name + " cannot load the model: " + error.text + ".");
  }
  const EngineHandle handle(engine, functions.free_engine);
  return std::make_unique<TorchEngine>(functions, name, handle, model.config);
}

}  // namespace nnzip::torch_backend
