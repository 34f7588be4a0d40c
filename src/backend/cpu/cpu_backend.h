// SPDX-License-Identifier: Apache-2.0
// The backend for processors: the best instruction set of this machine, chosen at run time.
#pragma once

#include <memory>
#include <string>

#include "backend/backend.h"

namespace nnzip::cpu {

// An engine of that target, as base/cpu_target.h names it. Throws Error.
std::unique_ptr<Engine> load_cpu_engine(std::shared_ptr<const Model> model,
                                        const std::string& target);

class CpuBackend : public Backend {
 public:
  std::string name() const override { return "cpu"; }
  std::string unavailable() const override { return {}; }
  std::unique_ptr<Engine> load(std::shared_ptr<const Model> model) const override;
};

}  // namespace nnzip::cpu
