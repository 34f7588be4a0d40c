// SPDX-License-Identifier: Apache-2.0
// A model and its sessions on own kernels: a call is one launch, whatever the device.
#pragma once

#include <cstdint>
#include <memory>

#include "backend/torch/plugin/cuda/kernel_device.h"
#include "backend/torch/plugin/cuda/network_view.h"
#include "backend/torch/plugin_interface.h"

namespace nnzip::torch_backend {

// A model in memory of a device, which must outlive it. Shared by its sessions.
class KernelEngine {
 public:
  // Throws std::runtime_error if the model's blocks need more memory than the device's have.
  KernelEngine(KernelDevice& device, const nnzip_torch_model& model);

  KernelDevice& device() const { return device_; }
  const NetworkView& network() const { return net_; }
  int queries() const { return queries_; }
  // 0 if its sessions do not code: taps belong to bytes that a decoder does not know before.
  // Otherwise so many that each of the device's blocks has all rows of a tile full.
  int coding_lanes() const;
  std::uint64_t session_bytes(std::int64_t lanes) const;

 private:
  KernelDevice& device_;
  DeviceMemory memory_;
  NetworkView net_{};
  int queries_ = 1;
};

class KernelSession {
 public:
  KernelSession(const KernelEngine& engine, std::int64_t lanes);

  void reset();
  // As the functions of plugin_interface.h.
  void score(const std::uint8_t* symbols, const std::uint8_t* taps, int active, int count,
             std::uint32_t* next);
  void score_walks(const std::uint8_t* symbols, const std::uint8_t* taps,
                   const std::uint8_t* followers, int active, int count, std::uint32_t* walks);
  void encode(const std::uint8_t* symbols, const std::uint8_t* followers, int active, int count,
              std::uint8_t* coded, std::uint32_t* parts);
  void start_decoding(const std::uint8_t* coded, const std::uint64_t* bytes, int active);
  void decode(const std::uint8_t* first, int active, int count, std::uint8_t* symbols,
              std::uint64_t* taken);

 private:
  CallView call(Answer answer, int active, int count) const;
  void send_inputs(CallView& call, const std::uint8_t* symbols, const std::uint8_t* taps,
                   const std::uint8_t* followers);
  void run(CallView& call);
  // The whole of a call that answers with so many numbers for each symbol.
  void ask(Answer answer, const std::uint8_t* symbols, const std::uint8_t* taps,
           const std::uint8_t* followers, int active, int count, std::size_t numbers,
           std::uint32_t* answers);

  const KernelEngine& engine_;
  KernelDevice& device_;
  std::int64_t lanes_;
  std::unique_ptr<KernelDevice::Queue> queue_;
  DeviceMemory rings_, states_;
  DeviceMemory inputs_, next_, coded_, packed_;  // grow as they are needed
};

}  // namespace nnzip::torch_backend
