// SPDX-License-Identifier: Apache-2.0
// The models that the blocks of a frame may use.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "codec/memory_budget.h"
#include "container/frame_header.h"
#include "layout/layout.h"
#include "model/model_store.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

// What Options::model and Options::level mean: one model at most for each kind of content, or none.
// Throws Error(kModelMissing, kInvalidArgument).
std::vector<ModelEntry> chosen_models(const ModelStore& store, const Options& options);

// Engines of the models that a frame lists, in its order.
class FrameModels {
 public:
  FrameModels() = default;
  // Throws Error, also kInvalidArgument if two of them are for the same content.
  FrameModels(const ModelStore& store, const std::vector<ModelEntry>& entries,
              const std::string& device, MemoryBudget& budget);
  // One that is in no store.
  explicit FrameModels(std::shared_ptr<const Engine> engine);

  struct Model {
    ModelId id{};
    std::string name;
    std::shared_ptr<const Engine> engine;
  };
  const std::vector<Model>& all() const { return models_; }
  std::vector<ModelId> ids() const;

  // The place of the model for such content, if there is one.
  std::optional<std::size_t> find(Form content) const;
  // The same of the best one for blocks of that layout: machine code takes one of bytes if it has
  // none of its own.
  std::optional<std::size_t> find_for(const Layout& layout) const;

 private:
  std::vector<Model> models_;
};

}  // namespace nnzip
