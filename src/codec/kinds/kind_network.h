// SPDX-License-Identifier: Apache-2.0
// Codes the streams of a block with the network alone: lanes of one engine, spread over threads.
// The coded data depend on content, plan and model alone.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "backend/backend.h"
#include "base/bytes.h"
#include "codec/kinds/byte_observer.h"
#include "codec/lanes/coding_lanes.h"
#include "codec/lanes/lockstep.h"
#include "codec/progress.h"
#include "coder/range_encoder.h"
#include "layout/block_order.h"
#include "layout/block_plan.h"

namespace nnzip {

// The coded data of a block of kind 3 from its streams, which end with this.
Bytes join_streams(std::span<RangeEncoder> streams);

// Blocks of bytes for a device that codes by itself, which takes the streams of all of them at
// once.
struct NetworkBlockToEncode {
  std::span<const std::uint8_t> content;
  BlockPlan plan;
  Bytes coded = {};  // to fill
};
struct NetworkBlockToDecode {
  std::span<const std::uint8_t> coded;
  BlockPlan plan;
  std::span<std::uint8_t> content;  // to fill
  bool good = false;                // as NetworkCoder::decode() returns it
};

// The same bytes as NetworkCoder. Return false if the device cannot: see coding_lanes.h.
bool encode_together(const Engine& engine, std::span<NetworkBlockToEncode> blocks,
                     const StreamProgress& progress);
bool decode_together(const Engine& engine, std::span<NetworkBlockToDecode> blocks,
                     const StreamProgress& progress);

class NetworkCoder {
 public:
  NetworkCoder(std::shared_ptr<const Engine> engine, int threads);

  // The coded data of a block as FORMAT.md lays them out. layout: of content that the filter
  // residuals made, if the engine has taps, which must then be of samples: else
  // Error(kInvalidArgument) is thrown.
  Bytes encode(std::span<const std::uint8_t> content, const BlockPlan& plan,
               const BlockProgress& progress, const Layout& layout = {}) const;

  // Fills content. Returns false if the coded data contradict the layout; what is damaged within a
  // stream gives wrong content, which the caller's checksum finds.
  bool decode(std::span<const std::uint8_t> coded, const BlockPlan& plan,
              std::span<std::uint8_t> content, const BlockProgress& progress,
              const Layout& layout = {}, ByteObserver* observer = nullptr) const;

  // What encode() would give in bytes, measured on samples spread over the content.
  // Precondition: content.size() >= kMinEstimatedBytes, an engine without taps.
  std::size_t estimate(std::span<const std::uint8_t> content) const;
  static constexpr std::size_t kMinEstimatedBytes = std::size_t{32} << 10;

  // Bytes of memory that such a coder takes for a block of so many streams, beside the engine.
  static std::uint64_t memory_bytes(const Engine& engine, int threads, int streams);

 private:
  // Runs groups of streams side by side. Returns whether code always did.
  bool run(std::span<const std::uint8_t> content, const BlockOrder& order, const Layout& layout,
           Lockstep::Content known, const BlockProgress& progress,
           const Lockstep::Code& code) const;

  Bytes encode_here(std::span<const std::uint8_t> content, const BlockPlan& plan,
                    const BlockProgress& progress, const Layout& layout) const;
  bool decode_here(std::span<const std::uint8_t> coded, const BlockPlan& plan,
                   std::span<std::uint8_t> content, const BlockProgress& progress,
                   const Layout& layout, ByteObserver* observer) const;

  std::shared_ptr<const Engine> engine_;
  int threads_;
};

}  // namespace nnzip
