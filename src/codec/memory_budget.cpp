// SPDX-License-Identifier: Apache-2.0
// Sums, and one message.
#include "codec/memory_budget.h"

#include <string>

#include "nnzip/error.hpp"

namespace nnzip {
namespace {

std::string mebibytes(std::uint64_t bytes) {
  constexpr std::uint64_t kMiB = 1 << 20;
  return std::to_string((bytes + kMiB - 1) / kMiB) + " MiB";
}

}  // namespace

void MemoryBudget::need(std::uint64_t bytes) {
  peak_ = std::max(peak_, taken_ + bytes);
  if (fits(bytes)) return;
  throw Error(ErrorCode::kMemoryLimit, "this needs about " + mebibytes(taken_ + bytes) +
                                           " of memory (" + std::to_string(taken_ + bytes) +
                                           " bytes), more than the " + std::to_string(limit_) +
                                           " bytes that are allowed.");
}

void MemoryBudget::take(std::uint64_t bytes) {
  need(bytes);
  taken_ += bytes;
}

}  // namespace nnzip
