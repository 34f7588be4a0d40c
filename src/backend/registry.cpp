// SPDX-License-Identifier: Apache-2.0
// One row a backend; nothing registers itself.
#include "backend/registry.h"

#include <array>
#include <utility>

#include "backend/cpu/cpu_backend.h"
#include "backend/fallback_engine.h"
#include "backend/reference/reference_backend.h"
#include "backend/torch/torch_backend.h"
#include "nnzip/error.hpp"

namespace nnzip {

std::span<const Backend* const> backend_list() {
  using torch_backend::TorchBackend;
  static const TorchBackend cuda(TorchBackend::Device::kCuda);
  static const cpu::CpuBackend cpu_backend;
  static const TorchBackend torch(TorchBackend::Device::kCpu);
  static const reference::ReferenceBackend reference_backend;
  static const std::array<const Backend*, 4> all{&cuda, &cpu_backend, &torch, &reference_backend};
  return all;
}

const Backend& find_backend(const std::string& name) {
  std::string names;
  for (const Backend* backend : backend_list()) {
    names += " " + backend->name();
    if (name != "auto" && name != backend->name()) continue;
    const std::string reason = backend->unavailable();
    if (reason.empty()) return *backend;
    if (name == "auto") continue;
    throw Error(ErrorCode::kBackendUnavailable,
                "the device " + name + " cannot be used: " + reason);
  }
  throw Error(ErrorCode::kBackendUnavailable,
              "there is no device " + name + "; the devices are: auto" + names + ".");
}

std::shared_ptr<const Engine> load_with_fallback(const Backend& backend,
                                                 std::shared_ptr<const Model> model) {
  std::shared_ptr<const Engine> engine = backend.load(model);
  if (!backend.may_fail()) return engine;
  const std::size_t reach = model->config.reach();
  const auto load_other = [model = std::move(model)] { return find_backend("cpu").load(model); };
  return std::make_shared<FallbackEngine>(std::move(engine), load_other, reach);
}

}  // namespace nnzip
