// SPDX-License-Identifier: Apache-2.0
// Where the bytes of a compressed file go: what nnzip explain and nnzip report show.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nnzip/costs.hpp"

namespace nnzip::look {

// Content that is looked at at once, which takes eight times as much memory.
inline constexpr std::uint64_t kMostContent = std::uint64_t{64} << 20;

// Neighbours that are coded alike, one or more blocks.
struct Section {
  std::string kind;       // for people: "text", "image, rows of 1536 bytes"
  std::string predictor;  // "network and contexts"
  std::string model;      // its name, empty for none
  std::string form;
  std::uint32_t stride = 0, element = 1;
  std::uint64_t offset = 0, bytes = 0;
  std::uint64_t cost = 0;  // in 1/65536 bits
  bool operator==(const Section&) const = default;
};

// What wrapped content opens to, if it has rows to be shown as such.
struct OpenedSection {
  Section section;  // its offset is that of the group
  std::vector<std::uint32_t> costs;
};

struct Copies {
  std::uint64_t count = 0, bytes = 0, cost = 0;
  // What they would cost, if they were like the rest.
  std::uint64_t saved = 0;
};

struct FileCosts {
  std::string name;
  int level = 0;
  Summary frame;
  std::uint64_t frame_bytes = 0;
  std::vector<Section> sections;
  std::vector<Section>
      parts;  // all that wrapped content opens to; their offset is that of the group
  std::vector<OpenedSection> opened;
  std::vector<std::uint32_t> costs;  // of each byte
  Copies copies;
  std::vector<ByteGuess> guesses;  // from guess_begin on
  std::uint64_t guess_begin = 0;
};

// Content of kMostContent at most. Throws Error.
FileCosts measure_file(const std::string& name, std::span<const std::uint8_t> content,
                       const Options& options, const GuessRange& guesses = {});

constexpr double bits_of(std::uint64_t cost) { return static_cast<double>(cost) / kCostsPerBit; }
double bits_per_byte(std::uint64_t cost, std::uint64_t bytes);
std::uint64_t sum_of(std::span<const std::uint32_t> costs);

// Bits a byte of so many parts of the content, fewer if it has not so many bytes.
std::vector<double> profile(std::span<const std::uint32_t> costs, std::size_t parts);

// A part of the content.
struct Stretch {
  std::uint64_t offset = 0, bytes = 0, cost = 0;
};
// The most and the least costly ones of a thousandth of the content, which do not touch each other.
struct Extremes {
  std::vector<Stretch> costly, cheap;
};
Extremes extremes(std::span<const std::uint32_t> costs, std::size_t count);

}  // namespace nnzip::look
