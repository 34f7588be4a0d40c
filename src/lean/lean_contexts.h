// SPDX-License-Identifier: Apache-2.0
// What the next byte of a block follows, as numbers: the contexts of LEAN.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "layout/layout.h"
#include "mixer/bytes/code_contexts.h"
#include "mixer/bytes/match_model.h"

namespace nnzip::lean {

class Contexts {
 public:
  explicit Contexts(const Layout& layout) : layout_(layout) {}

  // Takes up the byte that the history ends with.
  void follow(std::uint8_t byte, const mixer::History& history);

  // Hashes of the contexts of small effort and of usual effort.
  void hash(const mixer::History& history, std::span<std::uint32_t, 4> hashes) const;
  void hash(const mixer::History& history, std::span<std::uint32_t, 7> hashes) const;

  // The last eight bytes, the newest in the low ones.
  std::uint64_t recent() const { return recent_; }
  // Where the next byte stands in its line, and what kind of place it is: below 256 each.
  std::uint32_t column(const mixer::History& history) const;
  std::uint32_t place(const mixer::History& history) const;

 private:
  // Values whose meaning is the layout's.
  struct Places {
    std::uint64_t word, kinds, column;
  };

  Places of_text(const mixer::History& history) const;
  Places of_rows(const mixer::History& history) const;
  Places of_code() const;
  Places places(const mixer::History& history) const;

  Layout layout_;
  std::uint64_t recent_ = 0;
  std::uint32_t word_ = 0;
  std::uint64_t kinds_ = 0;
  std::size_t line_start_ = 0;
  mixer::CodeState code_;
};

}  // namespace nnzip::lean
