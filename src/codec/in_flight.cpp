// SPDX-License-Identifier: Apache-2.0
// Of small contents, a block or two each.
#include "codec/in_flight.h"

#include "backend/registry.h"
#include "codec/engine_source.h"
#include "codec/frame_models.h"
#include "codec/levels.h"
#include "codec/parallel.h"

namespace nnzip {

namespace {

bool wants_network(const Options& options) {
  return options.model == "auto" ? level_meaning(options.level).models.front() != nullptr
                                 : options.model != "none";
}

}  // namespace

std::size_t contents_at_once(const Options& options,
                             const std::function<std::shared_ptr<const ModelStore>()>& find_store) {
  constexpr std::size_t kMostWithoutMixer = 64;  // who waits for the device has little else to do
  try {
    if (!wants_network(options) || !find_backend(options.device).may_fail()) return 1;
    const auto store = find_store();
    const auto engine = load_engine(*store, chosen_models(*store, options).front(), options.device);
    const bool codes = engine->coding_lanes() > 0;
    if (codes && options.fast_decode) return kMostWithoutMixer;
    return codes || is_wide_device(*engine) ? most_side_by_side(thread_count(options), true) : 1;
  } catch (const Error&) {
    return 1;
  }
}

}  // namespace nnzip
