// SPDX-License-Identifier: Apache-2.0
// Loads a model for the kernels of one target.
#include "backend/cpu/cpu_engine.h"

#include <algorithm>
#include <new>

#include "backend/cpu/cpu_profile.h"
#include "model/model_limits.h"
#include "nnzip/error.hpp"

namespace nnzip::cpu {

PackedModel::PackedModel(const Model& source, const Kernels& target)
    : model(without_packed(source)),
      kernels(target),
      matrices(source, target),
      tables(source),
      attention_exp(source.weights.attention_exp.size()) {
  std::copy(source.weights.attention_exp.begin(), source.weights.attention_exp.end(),
            attention_exp.data());
}

CpuEngine::CpuEngine(std::shared_ptr<const Model> model, const Kernels& kernels) {
  // The kernels take the multiples of 16 and 64 for granted.
  check_config(model->config, "the model cannot be loaded");
  packed_ = std::make_shared<const PackedModel>(*model, kernels);
}

std::unique_ptr<Session> CpuEngine::session(int lanes) const {
  if (lanes < 1 || lanes > kMaxLanes) {
    throw Error(ErrorCode::kInvalidArgument, "a session has 1 to " + std::to_string(kMaxLanes) +
                                                 " lanes, but " + std::to_string(lanes) +
                                                 " were asked for.");
  }
  try {
    return make_cpu_session(packed_, lanes, nullptr);
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::kOutOfMemory, "there is not enough memory for " + std::to_string(lanes) +
                                             " streams of this model; use fewer threads.");
  }
}

std::uint64_t CpuEngine::session_bytes(int lanes) const {
  return cpu_session_bytes(packed_->model.config, lanes);
}

// A step of 8 lanes costs least for each of them, and one of 4 a quarter more (NOTES.md). Of 8
// lanes with 64 positions each the distributions, 1 KiB each, are a thread's share of cache.
Width CpuEngine::preferred() const { return {8, 64}; }

std::string CpuEngine::description() const {
  return std::string("cpu (") + packed_->kernels.name + ")";
}

Profile CpuEngine::profile(int lanes, int count) const {
  return measure_parts(packed_, lanes, count);
}

double CpuEngine::peak() const { return measure_peak(packed_->kernels); }

}  // namespace nnzip::cpu
