// SPDX-License-Identifier: Apache-2.0
// zstd's size is known before; the model is run over the whole block only where samples promise
// that it pays.
#include "codec/choose.h"

#include <bit>
#include <utility>

#include "split/block_plan.h"

namespace nnzip {
namespace {

// The estimate from samples errs by a few per cent, so the model may try although it seems to lose
// by this much.
constexpr std::size_t kBenefitOfDoubtPercent = 103;

// The model takes a thousand times zstd's time to decode: it must save this part of the content.
// Runs of zeros, which cost a range coder nothing at all, are thus left to zstd.
std::size_t least_saving(std::size_t content_bytes) { return content_bytes / 1024; }

std::size_t cost(BlockKind kind, std::size_t content_bytes, std::size_t coded_bytes) {
  const BlockHeader header{kind, 0, static_cast<std::uint32_t>(content_bytes),
                           static_cast<std::uint32_t>(coded_bytes), 0};
  return block_header_bytes(header) + coded_bytes;
}

}  // namespace

Choice choose_block(std::span<const std::uint8_t> content, Bytes zstd, ModelCoder* model,
                    std::size_t model_header_bytes, const BlockProgress& progress) {
  const std::size_t size = content.size();
  std::size_t best_cost = cost(BlockKind::kStored, size, size);
  Choice best;
  if (const std::size_t zstd_cost = cost(BlockKind::kZstd, size, zstd.size());
      zstd_cost < best_cost) {
    best_cost = zstd_cost;
    best = {BlockKind::kZstd, 0, std::move(zstd)};
  }
  if (model == nullptr || best_cost <= least_saving(size)) return best;
  best_cost -= least_saving(size);
  if (size >= ModelCoder::kMinEstimatedBytes &&
      model->estimate(content) * 100 >= best_cost * kBenefitOfDoubtPercent) {
    return best;
  }
  const BlockPlan plan = plan_block(size);
  Bytes coded = model->encode(content, plan, progress);
  if (coded.size() <= size + kMaxExpansion &&
      cost(BlockKind::kModel, size, coded.size()) + model_header_bytes < best_cost) {
    best = {BlockKind::kModel, std::countr_zero(static_cast<unsigned>(plan.streams)),
            std::move(coded)};
  }
  return best;
}

}  // namespace nnzip
