// SPDX-License-Identifier: Apache-2.0
// Codes a block bit by bit with the mixer: contexts and a network. The coded data depend on
// content, plan and model alone.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "backend/backend.h"
#include "base/bytes.h"
#include "codec/kinds/byte_observer.h"
#include "codec/progress.h"
#include "layout/block_plan.h"
#include "layout/layout.h"

namespace nnzip {

class MixedCoder {
 public:
  MixedCoder(std::shared_ptr<const Engine> engine, int threads);

  // The coded data of a block of kind 4 as FORMAT.md lays them out. network_alone, if given, gets
  // the coded data of the same block as kind 3, which cost next to nothing on the way; the network
  // has no taps then. Throws Error(kInvalidArgument) if the network has taps that are not of such
  // content.
  Bytes encode(std::span<const std::uint8_t> content, const BlockPlan& plan, const Layout& layout,
               const BlockProgress& progress, Bytes* network_alone = nullptr) const;

  // Fills content. Returns false if the coded data cannot be what an encoder wrote; the rest of
  // the damage gives wrong content, which the caller's checksum finds.
  bool decode(std::span<const std::uint8_t> coded, const BlockPlan& plan, const Layout& layout,
              std::span<std::uint8_t> content, const BlockProgress& progress,
              ByteObserver* observer = nullptr) const;

  // Bytes of memory that such a coder takes for a block, beside the engine.
  static std::uint64_t memory_bytes(const Engine& engine, int threads, std::size_t content_bytes,
                                    const BlockPlan& plan, const Layout& layout);

 private:
  std::shared_ptr<const Engine> engine_;
  int threads_;
};

}  // namespace nnzip
