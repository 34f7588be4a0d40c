// SPDX-License-Identifier: Apache-2.0
// What a compression level means: the one table of all that an encoder trades size for time with.
#pragma once

#include <array>
#include <cstddef>

namespace nnzip {

// How much of a block is coded to compare ways to look at it.
struct Sampling {
  std::size_t part;         // one byte of so many, but
  std::size_t least_bytes;  // at least these and
  std::size_t least_rows;   // these, if that
  std::size_t most_part;    // is not more than one byte of so many
  std::size_t pieces;       // they are cut into
  std::size_t sound_pieces;
  std::size_t
      trusted;  // what a header says is taken unless something else saves more than this part
};

struct Level {
  std::array<const char*, 2> models;  // as ModelStore::find takes them, each for other content;
                                      // null: none
  std::size_t min_stream_bytes;  // of a block with several streams: shorter ones decode faster on
                                 // wide machines, longer ones give smaller files
  int max_streams;               // of a block
  std::size_t doubtful;  // where network and contexts save less than this part of what contexts
                         // alone make, a single stream is tried as well: several of them cost
                         // little where the network tells most, much where neighbours do
  std::size_t hopeless;  // a network that alone needs so many times the bytes of the best of the
                         // others, as samples say, is not tried; 0: it is tried in any case
  Sampling sampling;

  // Of coded data: from so many bytes on a block with several streams is doubtful.
  std::size_t doubtful_bytes(std::size_t contexts_bytes) const {
    return contexts_bytes - contexts_bytes / doubtful;
  }
};

// Of the levels 1..9; others count as the nearest of these.
const Level& level_meaning(int level);

}  // namespace nnzip
