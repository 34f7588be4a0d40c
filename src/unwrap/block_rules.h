// SPDX-License-Identifier: Apache-2.0
// Where an encoder's blocks end and of which type they are.
#pragma once

#include "unwrap/code_lengths.h"
#include "unwrap/deflate_parameters.h"

namespace nnzip {

class BlockRules {
 public:
  explicit BlockRules(const DeflateParameters& parameters) : parameters_(parameters) {}

  void begin(std::size_t position);
  // A token at `position`; byte: of the content there.
  void add(Token token, std::uint8_t byte, std::size_t position);

  const SymbolCounts& counts() const { return counts_; }
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }

  // Whether the block ends after the tokens added. Full: even if the content ends there too.
  bool ends() const;
  bool full() const;
  // Of the block with these tokens; header: what a dynamic one would begin with.
  BlockType type(const DynamicHeader& header) const;
  void note_type(BlockType type);

 private:
  bool worth_ending() const;
  bool may_be_stored() const;

  DeflateParameters parameters_;
  std::size_t begin_ = 0, end_ = 0, last_token_ = 0;
  std::uint32_t tokens_ = 0, matches_ = 0;
  std::size_t last_stored_ = kMaxStored;
  SymbolCounts counts_;
};

}  // namespace nnzip
