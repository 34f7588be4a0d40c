// SPDX-License-Identifier: Apache-2.0
// The kernels, and the few functions of CUDA's runtime that they need: no libtorch.
#include <cuda_runtime.h>

#include <stdexcept>
#include <string>

#include "backend/torch/plugin/cuda/cuda_device.h"
#include "backend/torch/plugin/cuda/network_kernel.h"

namespace nnzip::torch_backend {
namespace {

template <int kTiles>
__global__ void __launch_bounds__(kThreads, 2)
    network_kernel(const __grid_constant__ NetworkView net, const __grid_constant__ CallView call) {
  run_call<kTiles>(net, call);
}

void check(cudaError_t result, const char* what) {
  if (result == cudaSuccess) return;
  cudaGetLastError();  // which would be reported again
  throw std::runtime_error(std::string("CUDA ") + what + ": " + cudaGetErrorString(result));
}

class CudaQueue : public KernelDevice::Queue {
 public:
  CudaQueue() { check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "stream"); }
  ~CudaQueue() override { cudaStreamDestroy(stream_); }
  CudaQueue(const CudaQueue&) = delete;
  CudaQueue& operator=(const CudaQueue&) = delete;

  void clear(void* memory, std::size_t bytes) override {
    check(cudaMemsetAsync(memory, 0, bytes, stream_), "clear");
  }
  void send(void* to, const void* from, std::size_t bytes) override {
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream_), "send");
  }
  void fetch(void* to, const void* from, std::size_t bytes) override {
    check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream_), "fetch");
    wait();
  }
  void wait() override { check(cudaStreamSynchronize(stream_), "computation"); }

  void launch(const Launch& launch, const NetworkView& net, const CallView& call) override {
    if (launch.tiles == 2) {
      start(network_kernel<2>, launch, net, call);
    } else {
      start(network_kernel<1>, launch, net, call);
    }
  }

 private:
  template <class Kernel>
  void start(Kernel kernel, const Launch& launch, const NetworkView& net, const CallView& call) {
    check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(launch.shared_bytes)),
          "shared memory");
    kernel<<<static_cast<unsigned>(launch.blocks), kThreads, launch.shared_bytes, stream_>>>(net,
                                                                                             call);
    check(cudaGetLastError(), "launch");
  }

  cudaStream_t stream_ = nullptr;
};

int attribute(cudaDeviceAttr which) {
  int value = 0;
  check(cudaDeviceGetAttribute(&value, which, 0), "device");
  return value;
}

// Products of int8 with dense tensor cores that a processor does in a cycle, from data sheets: of
// A100, H100 and B200, which have more than the small GPUs of their generations.
double macs_a_cycle(int major, int minor) {
  switch (major * 10 + minor) {
    case 80:
      return 2048;
    case 90:
      return 4096;
    case 100:
    case 103:
      return 8192;
    default:
      return major >= 8 ? 1024 : 0;
  }
}

class CudaDevice : public KernelDevice {
 public:
  CudaDevice()
      : processors_(attribute(cudaDevAttrMultiProcessorCount)),
        shared_bytes_(
            static_cast<std::size_t>(attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin))) {}

  int processors() const override { return processors_; }
  std::size_t shared_bytes() const override { return shared_bytes_; }
  double peak() const override {
    return macs_a_cycle(attribute(cudaDevAttrComputeCapabilityMajor),
                        attribute(cudaDevAttrComputeCapabilityMinor)) *
           processors_ * 1000.0 * attribute(cudaDevAttrClockRate);  // in kHz
  }
  void* allocate(std::size_t bytes) override {
    void* memory = nullptr;
    check(cudaMalloc(&memory, bytes), "memory");
    return memory;
  }
  void release(void* memory) noexcept override { cudaFree(memory); }
  std::unique_ptr<Queue> queue() override { return std::make_unique<CudaQueue>(); }

 private:
  const int processors_;
  const std::size_t shared_bytes_;
};

}  // namespace

std::unique_ptr<KernelDevice> cuda_device() { return std::make_unique<CudaDevice>(); }

}  // namespace nnzip::torch_backend
