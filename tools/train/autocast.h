// SPDX-License-Identifier: Apache-2.0
// bf16 autocast on CUDA for a scope; the interface changed between libtorch 1.13 and 2.4.
#pragma once

#include <ATen/autocast_mode.h>
#include <torch/version.h>

namespace nnzip::train {

class Autocast {
 public:
  explicit Autocast(bool enabled) : enabled_(enabled) {
    if (enabled_) set(true);
  }
  ~Autocast() {
    if (!enabled_) return;
    at::autocast::clear_cache();
    set(false);
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  static void set(bool on) {
#if TORCH_VERSION_MAJOR >= 2
    at::autocast::set_autocast_dtype(at::kCUDA, at::kBFloat16);
    at::autocast::set_autocast_enabled(at::kCUDA, on);
#else
    at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
    at::autocast::set_enabled(on);
#endif
  }
  bool enabled_;
};

}  // namespace nnzip::train
