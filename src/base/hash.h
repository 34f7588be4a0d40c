// SPDX-License-Identifier: Apache-2.0
// Checksums (XXH32, XXH64: against accidents) and SHA-256 (identity of models).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace nnzip {

std::uint32_t xxh32(std::span<const std::uint8_t> data);
std::uint64_t xxh64(std::span<const std::uint8_t> data);
std::array<std::uint8_t, 32> sha256(std::span<const std::uint8_t> data);

// XXH64 of data that comes in pieces.
class Xxh64Stream {
 public:
  Xxh64Stream();
  ~Xxh64Stream();
  Xxh64Stream(const Xxh64Stream&) = delete;
  Xxh64Stream& operator=(const Xxh64Stream&) = delete;
  void update(std::span<const std::uint8_t> data);
  std::uint64_t digest() const;

 private:
  void* state_;
};

// Lower-case hexadecimal.
std::string to_hex(std::span<const std::uint8_t> data);

}  // namespace nnzip
