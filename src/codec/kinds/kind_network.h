// SPDX-License-Identifier: Apache-2.0
// Codes the streams of a block with the network alone: lanes of one engine, spread over threads.
// The coded data depend on content, plan and model alone.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "backend/backend.h"
#include "base/bytes.h"
#include "codec/progress.h"
#include "layout/block_plan.h"
#include "model/taps.h"

namespace nnzip {

// The coded data of a block of kind 3 from those of its streams.
Bytes join_streams(std::span<const Bytes> streams);

class NetworkCoder {
 public:
  NetworkCoder(std::shared_ptr<const Engine> engine, int threads);

  // The coded data of a block as FORMAT.md lays them out. layout: of content that the filter
  // residuals made, if the engine has taps, which must then be of samples: else
  // Error(kInvalidArgument) is thrown.
  Bytes encode(std::span<const std::uint8_t> content, const BlockPlan& plan,
               const BlockProgress& progress, const Layout& layout = {});

  // Fills content. Returns false if the coded data contradict the layout; what is damaged within a
  // stream gives wrong content, which the caller's checksum finds.
  bool decode(std::span<const std::uint8_t> coded, const BlockPlan& plan,
              std::span<std::uint8_t> content, const BlockProgress& progress,
              const Layout& layout = {});

  // What encode() would give in bytes, measured on samples spread over the content.
  // Precondition: content.size() >= kMinEstimatedBytes, an engine without taps.
  std::size_t estimate(std::span<const std::uint8_t> content);
  static constexpr std::size_t kMinEstimatedBytes = std::size_t{32} << 10;

  // Bytes of memory that such a coder takes for a block of so many streams, beside the engine.
  static std::uint64_t memory_bytes(const Engine& engine, int threads, int streams);

  const Engine& engine() const { return *engine_; }

 private:
  using Part = std::span<const std::uint8_t>;
  std::vector<Bytes> encode_parts(std::span<const Part> parts, const BlockPlan& plan,
                                  const Layout& layout, std::size_t skipped,
                                  const BlockProgress& progress);
  std::vector<SampleTaps> taps_of(std::size_t first, std::size_t lanes, const BlockPlan& plan,
                                  const Layout& layout) const;
  Session& session(std::size_t group, std::size_t lanes);
  std::size_t groups(std::size_t lanes) const;

  std::shared_ptr<const Engine> engine_;
  int threads_;
  std::vector<std::unique_ptr<Session>> sessions_;  // one for each group of lanes, kept for reuse
};

}  // namespace nnzip
