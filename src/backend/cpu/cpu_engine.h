// SPDX-License-Identifier: Apache-2.0
// A model packed for one target; immutable and shared by its sessions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "backend/cpu/cpu_pack.h"
#include "backend/cpu/kernels.h"
#include "backend/cpu/part_clock.h"

namespace nnzip::cpu {

// What sessions read.
struct PackedModel {
  PackedModel(const Model& source, const Kernels& target);

  Model model;  // without what is packed below
  const Kernels& kernels;
  PackedMatrices matrices;
  PackedTables tables;
  AlignedArray<std::uint32_t> attention_exp;  // [64]
};

class CpuEngine : public Engine {
 public:
  CpuEngine(std::shared_ptr<const Model> model, const Kernels& kernels);
  std::unique_ptr<Session> session(int lanes) const override;
  std::unique_ptr<Session> signing_session(int lanes) const override { return session(lanes); }
  std::uint64_t session_bytes(int lanes) const override;
  Form content() const override { return packed_->model.config.content; }
  Width preferred() const override;
  std::span<const Tap> taps() const override { return packed_->model.config.taps; }
  std::string description() const override;
  Profile profile(int lanes, int count) const override;
  double peak() const override;

 private:
  std::shared_ptr<const PackedModel> packed_;
};

// In cpu_session.cpp.
std::uint64_t cpu_session_bytes(const Config& config, int lanes);
// clock: told of each part that has been done, if not null. Throws std::bad_alloc.
std::unique_ptr<Session> make_cpu_session(std::shared_ptr<const PackedModel> packed, int lanes,
                                          PartClock* clock);

}  // namespace nnzip::cpu
