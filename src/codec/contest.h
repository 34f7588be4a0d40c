// SPDX-License-Identifier: Apache-2.0
// Which of the ways to code a block is kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "codec/kinds/kind.h"

namespace nnzip {

// Between what is offered and the content as it is. Of what is equally long the first one wins.
class Contest {
 public:
  // models: how many the frame names. single: it names none unless this block needs it.
  // not_worth: bytes that one behind others must save beyond these.
  Contest(std::span<const std::uint8_t> content, std::size_t models, bool single,
          std::size_t not_worth)
      : content_(content),
        not_worth_(not_worth),
        models_(single ? 1 : models),
        bytes_to_name_model_(single ? sizeof(ModelId) : 0),
        best_{stored_header(content.size()), {}},
        best_cost_(block_header_bytes(best_.header, models_) + content.size()) {}

  void offer(Coded candidate) {
    if (candidate.data.size() > content_.size() + kMaxExpansion) return;
    const std::size_t cost = block_header_bytes(candidate.header, models_) + candidate.data.size() +
                             (needs_model(candidate.header.kind) ? bytes_to_name_model_ : 0);
    const std::size_t margin = best_.header.kind == BlockKind::kStored ? 0 : not_worth_;
    if (cost + margin >= best_cost_) return;
    best_cost_ = cost;
    best_ = std::move(candidate);
  }

  void offer(std::vector<Coded> candidates) {
    for (Coded& candidate : candidates) offer(std::move(candidate));
  }

  std::size_t best_cost() const { return best_cost_; }

  Coded take() {
    if (best_.header.kind != BlockKind::kStored) return std::move(best_);
    return std::move(kStoredKind.encode(best_.header, content_, {}).back());
  }

 private:
  static BlockHeader stored_header(std::size_t content_bytes) {
    BlockHeader header;
    header.kind = BlockKind::kStored;
    header.content_bytes = static_cast<std::uint32_t>(content_bytes);
    return header;
  }

  std::span<const std::uint8_t> content_;
  std::size_t not_worth_, models_, bytes_to_name_model_;
  Coded best_;
  std::size_t best_cost_;
};

}  // namespace nnzip
