// SPDX-License-Identifier: Apache-2.0
// Thin covers of xxHash.
#include "base/hash.h"

#include <xxhash.h>

#include <new>

namespace nnzip {
namespace {

Hash128 little_endian(const XXH128_hash_t& hash) {
  Hash128 bytes;
  for (unsigned i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>((i < 8 ? hash.low64 : hash.high64) >> (8 * (i % 8)));
  }
  return bytes;
}

}  // namespace

std::uint32_t xxh32(std::span<const std::uint8_t> data) {
  return XXH32(data.data(), data.size(), 0);
}

std::uint64_t xxh64(std::span<const std::uint8_t> data) {
  return XXH64(data.data(), data.size(), 0);
}

Hash128 xxh3_128(std::span<const std::uint8_t> data) {
  return little_endian(XXH3_128bits(data.data(), data.size()));
}

Xxh32Stream::Xxh32Stream() : state_(XXH32_createState()) {
  if (state_ == nullptr) throw std::bad_alloc();
  XXH32_reset(static_cast<XXH32_state_t*>(state_), 0);
}

Xxh32Stream::~Xxh32Stream() { XXH32_freeState(static_cast<XXH32_state_t*>(state_)); }

void Xxh32Stream::update(std::span<const std::uint8_t> data) {
  XXH32_update(static_cast<XXH32_state_t*>(state_), data.data(), data.size());
}

std::uint32_t Xxh32Stream::digest() const {
  return XXH32_digest(static_cast<const XXH32_state_t*>(state_));
}

Xxh64Stream::Xxh64Stream() : state_(XXH64_createState()) {
  if (state_ == nullptr) throw std::bad_alloc();
  XXH64_reset(static_cast<XXH64_state_t*>(state_), 0);
}

Xxh64Stream::~Xxh64Stream() { XXH64_freeState(static_cast<XXH64_state_t*>(state_)); }

void Xxh64Stream::update(std::span<const std::uint8_t> data) {
  XXH64_update(static_cast<XXH64_state_t*>(state_), data.data(), data.size());
}

std::uint64_t Xxh64Stream::digest() const {
  return XXH64_digest(static_cast<const XXH64_state_t*>(state_));
}

Xxh3Stream::Xxh3Stream() : state_(XXH3_createState()) {
  if (state_ == nullptr) throw std::bad_alloc();
  XXH3_128bits_reset(static_cast<XXH3_state_t*>(state_));
}

Xxh3Stream::~Xxh3Stream() { XXH3_freeState(static_cast<XXH3_state_t*>(state_)); }

void Xxh3Stream::update(std::span<const std::uint8_t> data) {
  XXH3_128bits_update(static_cast<XXH3_state_t*>(state_), data.data(), data.size());
}

Hash128 Xxh3Stream::digest() const {
  return little_endian(XXH3_128bits_digest(static_cast<const XXH3_state_t*>(state_)));
}

std::string to_hex(std::span<const std::uint8_t> data) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : data) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace nnzip
