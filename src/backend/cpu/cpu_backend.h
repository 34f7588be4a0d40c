// SPDX-License-Identifier: Apache-2.0
// The backend for processors: the best instruction set of this machine, chosen at run time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/backend.h"

namespace nnzip::cpu {

// The targets that this machine can run, best first: avx512vnni, avx2, scalar.
std::vector<std::string> cpu_targets();

// An engine of that target, or of the best one if the name is empty. Throws
// Error(kInvalidArgument) for an unknown target, Error(kBackendUnavailable) for one that this
// machine or build lacks.
std::unique_ptr<Engine> load_cpu_engine(std::shared_ptr<const Model> model,
                                        const std::string& target);

class CpuBackend : public Backend {
 public:
  std::string name() const override { return "cpu"; }
  std::string unavailable() const override { return {}; }
  // The environment variable NNZIP_CPU_TARGET may force a target.
  std::unique_ptr<Engine> load(std::shared_ptr<const Model> model) const override;
};

}  // namespace nnzip::cpu
