// SPDX-License-Identifier: Apache-2.0
// The few functions of a GPU that the kernels are written in. nvcc makes instructions of them; any
// other compiler takes those of host_threads.h, so that a test runs the same kernels on a CPU.
// Floats are rounded once a call and never contracted: ARITHMETIC.md.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nnzip::torch_backend {

constexpr int kThreads = 256;  // of a block
constexpr int kWarps = kThreads / 32;

// 16 bytes, loaded and stored at once; their addresses are multiples of 16.
struct alignas(16) Words {
  std::uint32_t x, y, z, w;
};

}  // namespace nnzip::torch_backend

#ifndef __CUDACC__

#define NNZIP_DEVICE inline
#define NNZIP_BOTH
#define NNZIP_UNROLL
#define NNZIP_UNROLL_BY(times)
#include "backend/torch/plugin/cuda/host_threads.h"

#else

#define NNZIP_DEVICE __device__ __forceinline__
#define NNZIP_BOTH __host__ __device__
#define NNZIP_PRAGMA(text) _Pragma(#text)
#define NNZIP_UNROLL NNZIP_PRAGMA(unroll)
#define NNZIP_UNROLL_BY(times) NNZIP_PRAGMA(unroll times)

namespace nnzip::torch_backend {

NNZIP_DEVICE int thread() { return static_cast<int>(threadIdx.x); }
NNZIP_DEVICE int block() { return static_cast<int>(blockIdx.x); }

// Memory of the block, as much as the launch asks for.
NNZIP_DEVICE unsigned char* shared_memory() {
  extern __shared__ __align__(16) unsigned char memory[];
  return memory;
}

// Waits for all threads of the block, or of the warp, which see what the others have written.
NNZIP_DEVICE void sync_block() { __syncthreads(); }
NNZIP_DEVICE void sync_warp() { __syncwarp(); }

// What the thread at that place of the warp holds. All threads of the warp call it.
template <class T>
NNZIP_DEVICE T shuffle(T value, int from) {
  return __shfl_sync(0xFFFFFFFF, value, from);
}

// Adds to memory that all blocks share; what was there before.
NNZIP_DEVICE std::uint32_t fetch_add(std::uint32_t* sum, std::uint32_t value) {
  return atomicAdd(sum, value);
}

NNZIP_DEVICE float multiply(float a, float b) { return __fmul_rn(a, b); }
NNZIP_DEVICE float add(float a, float b) { return __fadd_rn(a, b); }
NNZIP_DEVICE float divide(float a, float b) { return __fdiv_rn(a, b); }
NNZIP_DEVICE float square_root(float a) { return __fsqrt_rn(a); }
NNZIP_DEVICE float to_float(std::int32_t a) { return __int2float_rn(a); }
NNZIP_DEVICE float to_float(long long a) { return __ll2float_rn(a); }
NNZIP_DEVICE std::int32_t round(float a) { return __float2int_rn(a); }

// sum + the products of the four bytes of each: signed with signed, unsigned with signed.
NNZIP_DEVICE std::int32_t dot4(std::uint32_t a, std::uint32_t b, std::int32_t sum) {
  std::int32_t d;
  asm("dp4a.s32.s32 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(sum));
  return d;
}
NNZIP_DEVICE std::int32_t dot4_unsigned(std::uint32_t a, std::uint32_t b, std::int32_t sum) {
  std::int32_t d;
  asm("dp4a.u32.s32 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(sum));
  return d;
}

// c += a * b of the warp's tiles of int8, 16 x 32 and 32 x 8. Of thread i, with g = i / 4 and q = i
// % 4: a: rows g, g + 8, g, g + 8; columns 4q .. 4q + 3, from 16 on those of the last two b: column
// g; rows 4q .. 4q + 3 and 16 more c: rows g, g, g + 8, g + 8; columns 2q and 2q + 1
NNZIP_DEVICE void multiply_tiles(std::int32_t (&c)[4], const std::uint32_t (&a)[4],
                                 const std::uint32_t (&b)[2]) {
  asm("mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};"
      : "+r"(c[0]), "+r"(c[1]), "+r"(c[2]), "+r"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

}  // namespace nnzip::torch_backend

#endif
