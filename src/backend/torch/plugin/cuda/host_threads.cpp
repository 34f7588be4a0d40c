// SPDX-License-Identifier: Apache-2.0
// Threads of a block as contexts that hand over to each other.
#undef _FORTIFY_SOURCE  // which takes a jump to another stack for an error
#include "backend/torch/plugin/cuda/host_threads.h"

#include <setjmp.h>
#include <ucontext.h>

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "backend/torch/plugin/cuda/device.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

namespace nnzip::torch_backend {
namespace {

constexpr std::size_t kStackBytes = std::size_t{256} << 10;

// What a thread waits for.
enum class Wait { kNothing, kBlock, kWarp, kShuffle, kTiles, kEnd };

// Where a thread or the scheduler goes on.
struct Place {
  ucontext_t start;  // of a thread that has not run yet
  jmp_buf next;
  bool is_new = true;
};

struct Thread {
  Place place;
  std::unique_ptr<unsigned char[]> stack;
  Wait wait = Wait::kNothing;
  std::uint64_t bits = 0;  // of a shuffle
  int from = 0;
  // Of a product of tiles.
  std::int32_t* c = nullptr;
  const std::uint32_t *a = nullptr, *b = nullptr;
};

struct Block {
  int index = 0;
  const std::function<void()>* kernel = nullptr;
  std::array<Thread, kThreads> threads;
  std::vector<Words> shared;
  Place scheduler;
  int current = 0;
  std::exception_ptr failure;
  const void* scheduler_stack = nullptr;  // for the sanitizer
  std::size_t scheduler_stack_bytes = 0;
};

thread_local Block* running = nullptr;

Thread& self() { return running->threads[static_cast<std::size_t>(running->current)]; }

// Jumps, since swapcontext calls the system each time.
void jump(Place& from, Place& to) {
  if (_setjmp(from.next) != 0) return;
  if (!to.is_new) _longjmp(to.next, 1);
  to.is_new = false;
  setcontext(&to.start);
}

void switch_to(Place& from, Place& to, [[maybe_unused]] const void* stack,
               [[maybe_unused]] std::size_t bytes, [[maybe_unused]] bool ends) {
#ifdef __SANITIZE_ADDRESS__
  void* own = nullptr;
  __sanitizer_start_switch_fiber(ends ? nullptr : &own, stack, bytes);
  jump(from, to);
  __sanitizer_finish_switch_fiber(own, nullptr, nullptr);
#else
  jump(from, to);
#endif
}

void hand_over(Wait wait) {
  Thread& thread = self();
  thread.wait = wait;
  switch_to(thread.place, running->scheduler, running->scheduler_stack,
            running->scheduler_stack_bytes, wait == Wait::kEnd);
}

void thread_main() {
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_finish_switch_fiber(nullptr, &running->scheduler_stack,
                                  &running->scheduler_stack_bytes);
#endif
  try {
    (*running->kernel)();
  } catch (...) {
    running->failure = std::current_exception();
  }
  hand_over(Wait::kEnd);
}

void start(Thread& thread) {
  if (!thread.stack) thread.stack = std::make_unique<unsigned char[]>(kStackBytes);
  ucontext_t& context = thread.place.start;
  getcontext(&context);
  context.uc_stack.ss_sp = thread.stack.get();
  context.uc_stack.ss_size = kStackBytes;
  context.uc_link = nullptr;
  makecontext(&context, thread_main, 0);
  thread.place.is_new = true;
  thread.wait = Wait::kNothing;
}

// Runs the thread until it waits.
void resume(Block& block, int index) {
  block.current = index;
  Thread& thread = block.threads[static_cast<std::size_t>(index)];
  block.scheduler.is_new = false;
  switch_to(block.scheduler, thread.place, thread.stack.get(), kStackBytes, false);
}

std::int8_t byte_of(std::uint32_t word, int at) {
  return static_cast<std::int8_t>(word >> (8 * at));
}

void multiply_tiles_of(Thread* warp) {
  std::int8_t a[16][32], b[32][8];
  for (int i = 0; i < 32; ++i) {
    const int group = i / 4, quad = i % 4;
    for (int byte = 0; byte < 4; ++byte) {
      for (int word = 0; word < 4; ++word) {
        a[group + word % 2 * 8][word / 2 * 16 + quad * 4 + byte] = byte_of(warp[i].a[word], byte);
      }
      for (int word = 0; word < 2; ++word) {
        b[word * 16 + quad * 4 + byte][group] = byte_of(warp[i].b[word], byte);
      }
    }
  }
  std::int32_t c[16][8] = {};
  for (int row = 0; row < 16; ++row) {
    for (int k = 0; k < 32; ++k) {
      for (int column = 0; column < 8; ++column) c[row][column] += a[row][k] * b[k][column];
    }
  }
  for (int i = 0; i < 32; ++i) {
    for (int word = 0; word < 4; ++word) {
      warp[i].c[word] += c[i / 4 + word / 2 * 8][i % 4 * 2 + word % 2];
    }
  }
}

void exchange(Thread* warp) {
  std::array<std::uint64_t, 32> given;
  for (std::size_t i = 0; i < 32; ++i) given[i] = warp[i].bits;
  for (std::size_t i = 0; i < 32; ++i) warp[i].bits = given[static_cast<std::size_t>(warp[i].from)];
}

// Lets a warp go on whose threads all wait for the same. Returns whether it does.
bool release_warp(Thread* warp) {
  const Wait wait = warp[0].wait;
  if (wait == Wait::kBlock || wait == Wait::kEnd) return false;
  const auto same = [&](const Thread& thread) { return thread.wait == wait; };
  if (!std::all_of(warp, warp + 32, same)) {
    throw std::logic_error("threads of a warp wait at different places");
  }
  if (wait == Wait::kShuffle) exchange(warp);
  if (wait == Wait::kTiles) multiply_tiles_of(warp);
  return true;
}

// Runs the threads of a warp until all of them wait for the block or have ended.
void run_warp(Block& block, int warp, ThreadOrder order, std::uint32_t& random) {
  std::array<int, 32> turns;
  std::iota(turns.begin(), turns.end(), warp * 32);
  if (order == ThreadOrder::kDescending) std::reverse(turns.begin(), turns.end());
  do {
    if (order == ThreadOrder::kMixed) {
      random = random * 1664525 + 1013904223;
      std::rotate(turns.begin(), turns.begin() + (random >> 27), turns.end());
    }
    for (const int index : turns) resume(block, index);
    if (block.failure) std::rethrow_exception(block.failure);
  } while (release_warp(&block.threads[static_cast<std::size_t>(warp * 32)]));
}

void run_block(Block& block, ThreadOrder order) {
  // What is read before it is written shall be seen.
  std::memset(static_cast<void*>(block.shared.data()), 0xA5, block.shared.size() * sizeof(Words));
  for (Thread& thread : block.threads) start(thread);
  std::uint32_t random = static_cast<std::uint32_t>(block.index) + 1;
  for (;;) {
    const int begin = order == ThreadOrder::kMixed ? static_cast<int>(random >> 29) : 0;
    for (int i = 0; i < kWarps; ++i) {
      const int turn = (begin + i) % kWarps;
      run_warp(block, order == ThreadOrder::kDescending ? kWarps - 1 - turn : turn, order, random);
    }
    const Wait wait = block.threads[0].wait;
    for (const Thread& thread : block.threads) {
      if (thread.wait != wait)
        throw std::logic_error("threads of a block wait at different places");
    }
    if (wait == Wait::kEnd) return;
  }
}

}  // namespace

void run_blocks(int blocks, std::size_t shared_bytes, ThreadOrder order,
                const std::function<void()>& kernel) {
  thread_local const auto block = std::make_unique<Block>();
  block->kernel = &kernel;
  block->shared.assign((shared_bytes + sizeof(Words) - 1) / sizeof(Words), {});
  block->failure = nullptr;
  running = block.get();
  for (block->index = 0; block->index < blocks; ++block->index) run_block(*block, order);
  running = nullptr;
}

int thread() { return running->current; }
int block() { return running->index; }
unsigned char* shared_memory() { return reinterpret_cast<unsigned char*>(running->shared.data()); }
void sync_block() { hand_over(Wait::kBlock); }
void sync_warp() { hand_over(Wait::kWarp); }

std::uint64_t shuffle_bits(std::uint64_t bits, int from) {
  self().bits = bits;
  self().from = from;
  hand_over(Wait::kShuffle);
  return self().bits;
}

void multiply_tiles(std::int32_t (&c)[4], const std::uint32_t (&a)[4],
                    const std::uint32_t (&b)[2]) {
  Thread& thread = self();
  thread.c = c;
  thread.a = a;
  thread.b = b;
  hand_over(Wait::kTiles);
}

}  // namespace nnzip::torch_backend
