// SPDX-License-Identifier: Apache-2.0
// How an encoder of zlib's kind works: what predictions are made by.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"

namespace nnzip {

// How tokens are found. 1 to 9 are rows of kSearches; the last three seek the shortest block, and
// differ in what they take of what is equally short.
enum Matcher : std::uint8_t {
  kNoMatcher = 0,
  kRuns = 10,
  kLiteralsOnly = 11,
  kShortestLonger = 12,
  kShortestShorter = 13,
  kShortestLiteral = 14
};

struct Search {
  std::uint16_t good, lazy, nice, chain;
};
inline constexpr std::uint8_t kSearchRows = 10;
inline constexpr std::uint8_t kFirstLazyRow = 4;
// Row 0 is not used. Below kFirstLazyRow, lazy is the longest match whose insides are remembered.
inline constexpr Search kSearches[kSearchRows] = {
    {0, 0, 0, 0},         {4, 4, 8, 4},        {4, 5, 16, 8},     {4, 6, 32, 32},
    {4, 4, 16, 16},       {8, 16, 32, 32},     {8, 16, 128, 128}, {8, 32, 128, 256},
    {32, 128, 258, 1024}, {32, 258, 258, 4096}};

// Lazy rows do not take a match of 3 bytes that is farther, nor, filtered, one of at most 5.
inline constexpr std::uint32_t kTooFar = 4096, kShort = 5;

struct DeflateParameters {
  std::uint8_t matcher = 6;
  std::uint8_t window_bits = 15;  // 9 to 15
  std::uint8_t hash_bits = 15;    // 8 to 16
  std::uint8_t block_bits = 14;   // 7 to 15: a block has 2^block_bits - 1 tokens; 0: any number
  bool filtered = false;          // matches of 5 bytes or fewer are not taken (lazy rows)
  bool fixed = false;             // no dynamic blocks
  bool far = false;               // matches of 3 bytes are taken at any distance (lazy rows)
  bool early = false;             // gzip's blocks: they may end after any 4096 tokens

  bool searches() const { return matcher >= 1 && matcher < kSearchRows; }
  bool shortest() const { return matcher >= kShortestLonger; }
  bool lazy() const { return searches() && matcher >= kFirstLazyRow; }
  bool operator==(const DeflateParameters&) const = default;
};

inline constexpr std::size_t kParameterBytes = 3;
void put_parameters(const DeflateParameters& parameters, Bytes& out);
// Nothing if no encoder writes them.
std::optional<DeflateParameters> get_parameters(std::span<const std::uint8_t> data);

}  // namespace nnzip
