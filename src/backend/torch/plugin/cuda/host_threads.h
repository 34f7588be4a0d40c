// SPDX-License-Identifier: Apache-2.0
// A GPU's block of threads on one thread of the CPU, for tests: each of them has a stack of its own
// and runs until it waits for others. Who goes first is the caller's choice, so that a barrier that
// is missing shows: what is written behind it is not there yet, or not any more.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>

namespace nnzip::torch_backend {

enum class ThreadOrder { kAscending, kDescending, kMixed };

// Runs kernel() once for each thread of each block. Throws std::logic_error if the threads of a
// block or of a warp do not wait for each other at the same places.
void run_blocks(int blocks, std::size_t shared_bytes, ThreadOrder order,
                const std::function<void()>& kernel);

int thread();
int block();
unsigned char* shared_memory();
void sync_block();
void sync_warp();

// What the thread at `from` of the warp has given, and the products of tiles, of whole warps.
std::uint64_t shuffle_bits(std::uint64_t bits, int from);
void multiply_tiles(std::int32_t (&c)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]);

template <class T>
T shuffle(T value, int from) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  bits = shuffle_bits(bits, from);
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// Blocks run one after the other.
inline std::uint32_t fetch_add(std::uint32_t* sum, std::uint32_t value) {
  const std::uint32_t before = *sum;
  *sum += value;
  return before;
}

inline float multiply(float a, float b) { return a * b; }
inline float add(float a, float b) { return a + b; }
inline float divide(float a, float b) { return a / b; }
inline float square_root(float a) { return std::sqrt(a); }
inline float to_float(std::int32_t a) { return static_cast<float>(a); }
inline float to_float(long long a) { return static_cast<float>(a); }
inline std::int32_t round(float a) { return static_cast<std::int32_t>(std::nearbyint(a)); }

inline std::int32_t dot4(std::uint32_t a, std::uint32_t b, std::int32_t sum) {
  for (int i = 0; i < 32; i += 8) {
    sum += static_cast<std::int8_t>(a >> i) * static_cast<std::int8_t>(b >> i);
  }
  return sum;
}
inline std::int32_t dot4_unsigned(std::uint32_t a, std::uint32_t b, std::int32_t sum) {
  for (int i = 0; i < 32; i += 8) {
    sum += static_cast<std::uint8_t>(a >> i) * static_cast<std::int8_t>(b >> i);
  }
  return sum;
}

}  // namespace nnzip::torch_backend
