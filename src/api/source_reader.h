// SPDX-License-Identifier: Apache-2.0
// Reads a source of nnzip.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "nnzip/nnzip.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

class SourceReader : public SeekableReader {
 public:
  // Throws Error(kInvalidArgument) if there are no bytes where the source says that they are.
  explicit SourceReader(const nnzip_source& source);

  std::size_t read(std::span<std::uint8_t> buffer) override;
  bool skip(std::uint64_t n) override;
  std::uint64_t size() override { return source_.size; }
  void seek(std::uint64_t offset) override { offset_ = offset; }

 private:
  nnzip_source source_;
  std::uint64_t offset_ = 0;
};

}  // namespace nnzip
