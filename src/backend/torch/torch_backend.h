// SPDX-License-Identifier: Apache-2.0
// libtorch as a device, through a plugin: nnzip itself is linked without it.
#pragma once

#include <string>

#include "backend/backend.h"
#include "backend/torch/plugin_interface.h"

namespace nnzip::torch_backend {

class TorchBackend : public Backend {
 public:
  enum class Device { kCpu, kCuda };
  explicit TorchBackend(Device device) : device_(device) {}

  std::string name() const override { return device_ == Device::kCuda ? "cuda" : "torch"; }
  // Loads the plugin, which takes a second, unless there can be no such device.
  std::string unavailable() const override;
  bool may_fail() const override { return true; }
  std::unique_ptr<Engine> load(std::shared_ptr<const Model> model) const override;

 private:
  Device device_;
};

// The engine of a plugin. name: of the backend. device: of the plugin. Throws Error.
std::unique_ptr<Engine> load_torch_engine(const nnzip_torch_functions& functions,
                                          const std::string& name, const char* device,
                                          const Model& model);

}  // namespace nnzip::torch_backend
