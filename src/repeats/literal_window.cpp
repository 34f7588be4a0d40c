// SPDX-License-Identifier: Apache-2.0
// Pieces of memory, so that it grows with the content and frees what has gone by.
#include "repeats/literal_window.h"

#include <algorithm>

namespace nnzip {

void LiteralWindow::append(std::span<const std::uint8_t> literals) {
  while (!literals.empty()) {
    const std::uint64_t offset = end_ - origin_;
    const auto within = static_cast<std::size_t>(offset % kPieceBytes);
    if (offset / kPieceBytes == pieces_.size()) {
      pieces_.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(kPieceBytes));
    }
    const std::size_t size = std::min(literals.size(), kPieceBytes - within);
    std::copy_n(literals.begin(), size, pieces_[offset / kPieceBytes].get() + within);
    literals = literals.subspan(size);
    end_ += size;
  }
}

void LiteralWindow::drop_before(std::uint64_t place) {
  begin_ = std::max(begin_, std::min(place, end_));
  while (!pieces_.empty() && begin_ - origin_ >= kPieceBytes) {
    pieces_.pop_front();
    origin_ += kPieceBytes;
  }
}

std::span<const std::uint8_t> LiteralWindow::at(std::uint64_t place) const {
  const std::uint64_t offset = place - origin_;
  const auto within = static_cast<std::size_t>(offset % kPieceBytes);
  const std::uint64_t size = std::min<std::uint64_t>(kPieceBytes - within, end_ - place);
  return {pieces_[offset / kPieceBytes].get() + within, static_cast<std::size_t>(size)};
}

void LiteralWindow::read(std::uint64_t place, std::span<std::uint8_t> out) const {
  while (!out.empty()) {
    const auto piece = at(place);
    const std::size_t size = std::min(piece.size(), out.size());
    std::copy_n(piece.begin(), size, out.begin());
    out = out.subspan(size);
    place += size;
  }
}

Bytes splice(std::span<const std::uint8_t> literals, std::span<const Copy> copies,
             const std::function<void(std::int64_t source, std::span<std::uint8_t> out)>& read) {
  std::size_t bytes = literals.size();
  for (const Copy& copy : copies) bytes += copy.length;
  Bytes content(bytes);
  std::span<std::uint8_t> left = content;
  const auto take_literals = [&](std::size_t size) {
    std::copy_n(literals.begin(), size, left.begin());
    literals = literals.subspan(size);
    left = left.subspan(size);
  };
  std::size_t taken = 0;
  for (const Copy& copy : copies) {
    take_literals(copy.at - taken);
    taken = copy.at;
    read(copy.source, left.first(copy.length));
    left = left.subspan(copy.length);
  }
  take_literals(literals.size());
  return content;
}

}  // namespace nnzip
