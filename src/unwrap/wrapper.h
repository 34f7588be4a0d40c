// SPDX-License-Identifier: Apache-2.0
// A wrapper: a format whose bytes can be opened to content that is easier to code, and closed again
// to the same bytes. One row a format; wrappers.cpp lists them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "layout/layout.h"

namespace nnzip {

inline constexpr std::size_t kUnfinished = std::size_t{32} << 10;
// Side data of more than this part of a stretch are not worth it: its encoder is not known.
inline constexpr std::size_t kMostSide = 3;

// A stretch of content that may be opened.
struct FoundWrapped {
  std::size_t offset = 0, bytes = 0;
  std::size_t opened_bytes = 0;  // that it opens to, as far as that is known
  std::size_t header = 0;        // where that begins which describes it; at most the offset
  bool whole = true;             // false: more content is needed to know where it ends
};

// What a stretch opens to: some contents, each of one kind.
struct OpenedPart {
  Bytes content;
  std::optional<Layout> layout;  // nothing: it has to be found, and it may itself be wrapped
};

struct Opened {
  std::size_t bytes = 0;  // of the stretch, from FoundWrapped::offset on
  std::vector<OpenedPart> parts;
  Bytes side;  // what closes it, beside the parts
};

struct Wrapper {
  std::uint8_t number;  // in a file; it stays
  const char* name;     // as people see it

  // Stretches in the order of their offsets; none overlaps another, and all but the last are whole.
  // One that goes on beyond the content, or may do so, is told if kUnfinished bytes of it are
  // there; then nothing behind it is told. max_opened: bytes that one may open to. Takes a time in
  // proportion to the content.
  std::vector<FoundWrapped> (*find)(std::span<const std::uint8_t> content, std::size_t max_opened);

  // content: what find() was given, from found.header on or earlier, to the end of the stretch or
  // further; found counts from its beginning. Nothing if it does not close to the same bytes, which
  // has been tried.
  std::optional<Opened> (*open)(std::span<const std::uint8_t> content, const FoundWrapped& found,
                                std::size_t max_opened);

  // Appends the stretch, of at most max_bytes, to `out`. False for what open() does not make.
  bool (*close)(std::span<const std::uint8_t> side,
                std::span<const std::span<const std::uint8_t>> parts, std::size_t max_bytes,
                Bytes& out);
};

}  // namespace nnzip
