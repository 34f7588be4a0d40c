// SPDX-License-Identifier: Apache-2.0
// Checksums (XXH32, XXH64: against accidents), XXH3-128 (which content is the same) and SHA-256
// (identity of models).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace nnzip {

std::uint32_t xxh32(std::span<const std::uint8_t> data);
std::uint64_t xxh64(std::span<const std::uint8_t> data);
std::array<std::uint8_t, 32> sha256(std::span<const std::uint8_t> data);

// A number of 128 bits, little-endian.
using Hash128 = std::array<std::uint8_t, 16>;
Hash128 xxh3_128(std::span<const std::uint8_t> data);

// Hashes of data that come in pieces.
class Xxh32Stream {
 public:
  Xxh32Stream();
  ~Xxh32Stream();
  Xxh32Stream(const Xxh32Stream&) = delete;
  Xxh32Stream& operator=(const Xxh32Stream&) = delete;
  void update(std::span<const std::uint8_t> data);
  std::uint32_t digest() const;

 private:
  void* state_;
};

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

class Xxh3Stream {
 public:
  Xxh3Stream();
  ~Xxh3Stream();
  Xxh3Stream(const Xxh3Stream&) = delete;
  Xxh3Stream& operator=(const Xxh3Stream&) = delete;
  void update(std::span<const std::uint8_t> data);
  Hash128 digest() const;

 private:
  void* state_;
};

// Lower-case hexadecimal.
std::string to_hex(std::span<const std::uint8_t> data);

}  // namespace nnzip
