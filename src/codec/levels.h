// SPDX-License-Identifier: Apache-2.0
// What a compression level means: the one table of all that an encoder trades size for time with.
#pragma once

#include <array>
#include <cstddef>

#include "container/block_header.h"
#include "layout/effort.h"

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

// Where slow kinds are not tried on a block, since something is known to be as good. Parts are of
// the content: 2048 means that it is less than one byte of 2048 of it.
struct Shortcuts {
  std::size_t not_worth;   // bytes that a slower kind must save beyond these
  std::size_t maybe_easy;  // what zstd's quick level does not bring below this part is not easy for
                           // its high level either
  std::size_t easy;        // what zstd brings below this part is mostly long repeats, which a list
                           // of copies may say better. A single copy the slow kinds do not beat,
                           // and what any kind brings below it no network is tried on
  std::size_t long_bytes;  // such content, if it is so long, is not worth the time of slow kinds
  std::size_t folded;      // a list and literals longer than this part are not worth coding
  std::size_t least_bytes;   // content that is sampled for random data and hopeless networks
  std::size_t random_bytes;  // of each of the samples
  std::size_t random_samples;
  std::size_t hopeless;  // where the network is to code alone and samples of it take so many times
                         // what zstd's quick level makes, it is not tried
  std::size_t both_efforts;   // content that may be too short for the large effort to learn much
  std::size_t both_contexts;  // the same of contexts alone, which take less time
};

// Ways to code that are tried on a block, besides storing it.
struct KindsTried {
  bool zstd, contexts, network;  // network: of blocks that a model is for, mixed and alone
  // Of bytes and code without a network: contexts, lean, or bwt, which takes images and sound as
  // differences.
  BlockKind alone = BlockKind::kContexts;

  bool sort() const { return alone == BlockKind::kBwt; }
};

// How much of a block of bytes or code is coded with the network to see whether it is worth its
// time.
struct NetworkTrial {
  std::size_t part;         // one byte of so many, but
  std::size_t least_bytes;  // at least these and
  std::size_t most_bytes;   // at most these; they are cut into
  std::size_t pieces;
  std::size_t least_part;  // none if the least would be more than one byte of so many
  std::size_t loss;        // it is not worth it if samples get larger by one byte of so many: what
                           // mixes with a network takes longer to learn
  std::size_t clear;       // contexts alone are not tried on a single stream if samples get smaller
                           // by one byte of so many; 0: they always are
};

// The same for contexts and what a header calls compressed: they are worth it if samples and all of
// it get smaller by one byte of `gain`.
struct CompressedTrial {
  std::size_t bytes, pieces, gain;
};

// What is opened of wrapped content.
struct Unwrapped {
  std::size_t max_side;    // bytes that close a stretch beside what it holds: few if its encoder is
                           // known exactly
  std::size_t max_opened;  // bytes of a group, at all depths
};

struct Level {
  std::array<const char*, 3> models;  // as ModelStore::find takes them, each for other content;
                                      // null: none
  KindsTried kinds;
  Effort effort;  // see effort_of of kinds/kind.h
  Unwrapped unwrap;
  std::size_t block_bytes;       // content of a block at most
  std::size_t min_stream_bytes;  // of a block with several streams: shorter ones decode faster on
                                 // wide machines, longer ones give smaller files
  int max_streams;               // of a block
  std::size_t doubtful;  // where network and contexts save less than this part of what contexts
                         // alone make, a single stream is tried as well: several of them cost
                         // little where the network tells most, much where neighbours do
  NetworkTrial network_trial;
  CompressedTrial compressed_trial;
  Sampling sampling;
  Shortcuts shortcuts;
  std::size_t fast_stream_bytes =
      0;                 // if not 0, no mixer takes part in bytes and code: the network
                         // alone has up to kMaxStreams streams of so many at least
  int log2_window = 26;  // long repeats are looked for so far back

  // Of coded data: from so many bytes on a block with several streams is doubtful.
  std::size_t doubtful_bytes(std::size_t contexts_bytes) const {
    return contexts_bytes - contexts_bytes / doubtful;
  }
};

// Of the levels 1..9; others count as the nearest of these.
const Level& level_meaning(int level);

// The same for what is to be decoded fast, by a GPU above all.
Level for_fast_decoding(Level level);

}  // namespace nnzip
