// SPDX-License-Identifier: Apache-2.0
// What runs the kernels: CUDA, or in tests the CPU.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "backend/torch/plugin/cuda/network_view.h"

namespace nnzip::torch_backend {

struct Launch {
  int blocks = 1;
  int tiles = 1;  // of 16 rows: 1 or 2
  std::size_t shared_bytes = 0;
};

// All of these throw std::runtime_error if the device fails.
class KernelDevice {
 public:
  // Commands in their order; those of two queues have none. Of one thread at a time.
  class Queue {
   public:
    virtual ~Queue() = default;
    virtual void clear(void* memory, std::size_t bytes) = 0;
    virtual void send(void* to, const void* from_host, std::size_t bytes) = 0;
    // Both wait until it is done.
    virtual void fetch(void* to_host, const void* from, std::size_t bytes) = 0;
    virtual void wait() = 0;
    virtual void launch(const Launch& launch, const NetworkView& net, const CallView& call) = 0;
  };

  virtual ~KernelDevice() = default;
  virtual int processors() const = 0;            // that run blocks
  virtual std::size_t shared_bytes() const = 0;  // that a block may have
  // Multiply-accumulates of int8 in a second at most; 0 if that is not known.
  virtual double peak() const { return 0; }
  virtual void* allocate(std::size_t bytes) = 0;  // at multiples of 256
  virtual void release(void* memory) noexcept = 0;
  virtual std::unique_ptr<Queue> queue() = 0;
};

// Memory of a device.
class DeviceMemory {
 public:
  DeviceMemory() = default;
  DeviceMemory(KernelDevice& device, std::size_t bytes)
      : device_(&device), memory_(device.allocate(bytes)), bytes_(bytes) {}
  ~DeviceMemory() {
    if (memory_ != nullptr) device_->release(memory_);
  }
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  // At least so many bytes; what was there is lost if it has to grow.
  void reserve(KernelDevice& device, std::size_t bytes) {
    if (bytes <= bytes_) return;
    if (memory_ != nullptr) device.release(std::exchange(memory_, nullptr));
    bytes_ = 0;
    device_ = &device;
    memory_ = device.allocate(bytes);
    bytes_ = bytes;
  }

  template <class T>
  T* as() const {
    return static_cast<T*>(memory_);
  }

 private:
  KernelDevice* device_ = nullptr;
  void* memory_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace nnzip::torch_backend
