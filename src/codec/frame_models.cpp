// SPDX-License-Identifier: Apache-2.0
// "auto" gets its meaning here, for all that compress and measure.
#include "codec/frame_models.h"

#include <algorithm>
#include <sstream>

#include "codec/engine_source.h"
#include "codec/levels.h"

namespace nnzip {

std::vector<ModelEntry> chosen_models(const ModelStore& store, const Options& options) {
  std::vector<std::string> names;
  if (options.model == "auto") {
    for (const char* name : level_meaning(options.level).models) {
      if (name != nullptr) names.emplace_back(name);
    }
  } else if (options.model != "none") {
    std::stringstream list(options.model);
    for (std::string name; std::getline(list, name, ',');) names.push_back(name);
  }
  if (names.size() > FrameHeader::kMaxModels) {
    throw Error(ErrorCode::kInvalidArgument, "a frame names 15 models at most.");
  }
  std::vector<ModelEntry> entries;
  for (const std::string& name : names) entries.push_back(store.find(name));
  return entries;
}

FrameModels::FrameModels(const ModelStore& store, const std::vector<ModelEntry>& entries,
                         const std::string& device, MemoryBudget& budget) {
  for (const ModelEntry& entry : entries) {
    budget.take(load_memory(entry));
    auto engine = load_engine(store, entry, device);
    if (const auto other = find(engine->content())) {
      throw Error(ErrorCode::kInvalidArgument, "the models " + models_[*other].name + " and " +
                                                   entry.name + " are both for " +
                                                   name_of(engine->content()) + ".");
    }
    models_.push_back({entry.id(), entry.name, std::move(engine)});
  }
}

FrameModels::FrameModels(std::shared_ptr<const Engine> engine) {
  models_.push_back({{}, {}, std::move(engine)});
}

std::vector<ModelId> FrameModels::ids() const {
  std::vector<ModelId> ids;
  for (const Model& model : models_) ids.push_back(model.id);
  return ids;
}

std::optional<std::size_t> FrameModels::find(Form content) const {
  const auto found = std::ranges::find_if(
      models_, [&](const Model& model) { return model.engine->content() == content; });
  if (found == models_.end()) return {};
  return static_cast<std::size_t>(found - models_.begin());
}

std::optional<std::size_t> FrameModels::find_for(const Layout& layout) const {
  const auto own = find(layout.form);
  return own || layout.form != Form::kCode ? own : find(Form::kBytes);
}

}  // namespace nnzip
