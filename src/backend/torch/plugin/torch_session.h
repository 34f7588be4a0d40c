// SPDX-License-Identifier: Apache-2.0
// The forward pass of some lanes in operations of libtorch. NOTES.md tells why these operations.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <map>
#include <vector>

#include "backend/torch/plugin/torch_weights.h"

namespace nnzip::torch_backend {

// How much is computed at once on a device.
struct PassSize {
  std::int64_t lanes, rows;  // rows: lanes times positions
};
PassSize pass_size(at::Device device);

class TorchSession {
 public:
  // Positions of a lane in one pass.
  static constexpr std::int64_t kPositions = 16;

  TorchSession(const TorchWeights& weights, std::int64_t lanes);

  void reset();
  // As Session::score(). next: [active][count][257]. Throws what libtorch does.
  void score(const std::uint8_t* symbols, const std::uint8_t* taps, std::int64_t active,
             std::int64_t count, std::uint32_t* next);
  // As Session::score_walks(). walks: [active][count][8]
  void score_walks(const std::uint8_t* symbols, const std::uint8_t* taps,
                   const std::uint8_t* followers, std::int64_t active, std::int64_t count,
                   std::uint32_t* walks);

  static std::uint64_t bytes(const TorchWeights& weights, std::int64_t lanes);

 private:
  // Keys and values of a layer: a ring for each lane, in which position p is at p mod C. C is the
  // window and the positions of a pass, so that a pass is written before its first row looks back.
  struct Rings {
    std::int64_t capacity = 0;  // C
    at::Tensor keys, values;    // [lanes][G][C][E]
  };
  // Some positions of some lanes: L lanes, T positions, rows [L][T].
  struct Pass {
    std::int64_t first_lane = 0, lanes = 0, positions = 0;
    at::Tensor position;                             // int64, [L][T][1]
    bool together = false;                           // all lanes are at the same positions
    std::map<std::int64_t, at::Tensor> seen, slots;  // by window
  };

  at::Tensor begin(Pass& pass, const std::uint8_t* symbols, const std::uint8_t* taps,
                   std::int64_t stride);
  at::Tensor embed(const std::vector<std::int64_t>& symbols,
                   const std::vector<std::int64_t>& rows) const;
  const at::Tensor& seen(Pass& pass, std::int64_t window, std::int64_t capacity) const;
  const at::Tensor& slots(Pass& pass, std::int64_t window, std::int64_t capacity) const;
  at::Tensor attention(Pass& pass, std::size_t layer, const at::Tensor& p);
  at::Tensor distribution(const at::Tensor& x) const;
  // Calls answer(pass, start, distributions) for each pass; start: of its first symbol in the call.
  template <class Answer>
  void run(const std::uint8_t* symbols, const std::uint8_t* taps, std::int64_t active,
           std::int64_t count, const Answer& answer);

  const TorchWeights& weights_;
  const PassSize size_;
  std::vector<std::int64_t> positions_;   // by lane
  std::vector<std::uint64_t> histories_;  // by lane: the last 8 bytes, the latest lowest
  std::vector<Rings> rings_;              // by layer
};

}  // namespace nnzip::torch_backend
