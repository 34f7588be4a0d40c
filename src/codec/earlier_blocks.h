// SPDX-License-Identifier: Apache-2.0
// Coded blocks of an earlier file, for content that is the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/hash.h"
#include "codec/frame_models.h"
#include "codec/group_encoder.h"
#include "codec/kinds/kind.h"
#include "container/directory.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

class EarlierBlocks {
 public:
  // Of the options; models: those that blocks may use; frame: that they will stand in, if there are
  // several. Throws Error(kInvalidArgument) if
  // Options::reuse has no directory with hashes, Error(kReadFailed).
  EarlierBlocks(const Options& options, const FrameModels& models, const FrameHeader& frame);

  // The block of that content, as encode_block() gives blocks, or the blocks that a group became
  // which was given up; none if there is none, or its model is not among those that blocks may use.
  // Call it with all content but copies, in its order: copies are found anew. The coded data are
  // not looked at.
  std::vector<CodedPart> find(std::span<const std::uint8_t> content);

 private:
  struct Place {
    std::size_t frame = 0;  // in frames_
    std::uint64_t offset = 0;
    ListedBlock block;
  };

  void add_hashed(SeekableReader& file);
  void add_unfinished(SeekableReader& file, const FrameHeader& frame);
  std::vector<CodedPart> next_unfinished(std::span<const std::uint8_t> content);
  std::optional<Coded> read(SeekableReader& file, const Place& place,
                            std::span<const std::uint8_t> content) const;
  bool place_models(Coded& coded, const std::vector<ModelId>& names) const;

  SeekableReader *reuse_, *resume_;
  const FrameModels& models_;
  std::vector<FrameHeader> frames_;
  std::map<Hash128, Place> hashed_;
  std::vector<Place> unfinished_;  // from the first block on
  std::size_t next_ = 0;           // in unfinished_
};

}  // namespace nnzip
