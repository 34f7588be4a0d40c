// SPDX-License-Identifier: Apache-2.0
// A device whose memory is the host's: with NNZIP_HOST_PLUGIN a plugin of its own, whose calls fail
// from the one that a variable of that name says, and else an engine for the tests.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "backend/float_environment.h"
#include "backend/torch/plugin/cuda/host_threads.h"
#include "backend/torch/plugin/cuda/kernel_engine.h"
#include "backend/torch/plugin/cuda/network_kernel.h"
#include "backend/torch/plugin_interface.h"
#ifndef NNZIP_HOST_PLUGIN
#include "backend/torch/torch_backend.h"
#include "conformance/host_kernels.h"
#endif

namespace {

using namespace nnzip::torch_backend;

class HostDevice : public KernelDevice {
 public:
  class HostQueue : public Queue {
   public:
    explicit HostQueue(const HostDevice& device) : device_(device) {}
    void clear(void* memory, std::size_t bytes) override { std::memset(memory, 0, bytes); }
    void send(void* to, const void* from, std::size_t bytes) override {
      std::memcpy(to, from, bytes);
    }
    void fetch(void* to, const void* from, std::size_t bytes) override {
      std::memcpy(to, from, bytes);
    }
    void wait() override {}
    void launch(const Launch& launch, const NetworkView& net, const CallView& call) override {
      const nnzip::FloatEnvironment environment;
      run_blocks(launch.blocks, launch.shared_bytes, device_.order,
                 [&] { launch.tiles == 2 ? run_call<2>(net, call) : run_call<1>(net, call); });
    }

   private:
    const HostDevice& device_;
  };

  int processors() const override { return processors_; }
  std::size_t shared_bytes() const override { return std::size_t{227} << 10; }
  void* allocate(std::size_t bytes) override {
    void* const memory = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
    if (memory == nullptr) throw std::bad_alloc();
    std::memset(memory, 0x5A, bytes);  // a GPU's memory holds anything
    return memory;
  }
  void release(void* memory) noexcept override { std::free(memory); }
  std::unique_ptr<Queue> queue() override { return std::make_unique<HostQueue>(*this); }

  int processors_ = 1;
  ThreadOrder order = ThreadOrder::kMixed;
};

HostDevice next_device;  // of the engines that are loaded next

}  // namespace

struct nnzip_torch_engine {
  HostDevice device;
  std::unique_ptr<KernelEngine> kernels;
};

struct nnzip_torch_session {
  KernelSession session;
  int calls = 0;
};

namespace {

// Runs task() unless the session is told to fail.
template <class Task>
int computed(nnzip_torch_session* session, nnzip_torch_text* error, const Task& task) {
  const char* told = std::getenv("NNZIP_HOST_PLUGIN");
  const int failing = told == nullptr ? 0 : std::atoi(told);
  if (failing > 0 && ++session->calls >= failing) {
    std::snprintf(error->text, sizeof error->text, "told to fail in call %d", failing);
    return 1;
  }
  task();
  return 0;
}

constexpr nnzip_torch_functions kFunctions{
    .interface = NNZIP_TORCH_INTERFACE,
    .find_device = [](const char*, nnzip_torch_text*) { return 0; },
    .load =
        [](const char*, const nnzip_torch_model* model, nnzip_torch_text*) {
          auto engine = std::make_unique<nnzip_torch_engine>();
          engine->device.processors_ = next_device.processors_;
          engine->device.order = next_device.order;
          engine->kernels = std::make_unique<KernelEngine>(engine->device, *model);
          return engine.release();
        },
    .free_engine = [](nnzip_torch_engine* engine) { delete engine; },
    .describe = [](const nnzip_torch_engine*,
                   nnzip_torch_text* text) { std::strcpy(text->text, "kernels"); },
    .preferred =
        [](const nnzip_torch_engine*, std::int32_t* lanes, std::int32_t* positions) {
          *lanes = 16;
          *positions = 64;
        },
    .session_bytes = [](const nnzip_torch_engine* engine,
                        std::int32_t lanes) { return engine->kernels->session_bytes(lanes); },
    .peak = [](const nnzip_torch_engine*) { return 0.0; },
    .start =
        [](const nnzip_torch_engine* engine, std::int32_t lanes, nnzip_torch_text*) {
          return new nnzip_torch_session{KernelSession(*engine->kernels, lanes), 0};
        },
    .free_session = [](nnzip_torch_session* session) { delete session; },
    .reset =
        [](nnzip_torch_session* session, nnzip_torch_text*) {
          session->session.reset();
          return 0;
        },
    .score =
        [](nnzip_torch_session* session, const std::uint8_t* symbols, const std::uint8_t* taps,
           std::int32_t active, std::int32_t count, std::uint32_t* next, nnzip_torch_text* error) {
          return computed(session, error,
                          [&] { session->session.score(symbols, taps, active, count, next); });
        },
    .score_walks =
        [](nnzip_torch_session* session, const std::uint8_t* symbols, const std::uint8_t* taps,
           const std::uint8_t* followers, std::int32_t active, std::int32_t count,
           std::uint32_t* walks, nnzip_torch_text* error) {
          return computed(session, error, [&] {
            session->session.score_walks(symbols, taps, followers, active, count, walks);
          });
        },
    .coding_lanes =
        [](const nnzip_torch_engine* engine) {
          return static_cast<std::int32_t>(engine->kernels->coding_lanes());
        },
    .encode =
        [](nnzip_torch_session* session, const std::uint8_t* symbols, const std::uint8_t* followers,
           std::int32_t active, std::int32_t count, std::uint8_t* coded, std::uint32_t* parts,
           nnzip_torch_text* error) {
          return computed(session, error, [&] {
            session->session.encode(symbols, followers, active, count, coded, parts);
          });
        },
    .start_decoding =
        [](nnzip_torch_session* session, const std::uint8_t* coded, const std::uint64_t* bytes,
           std::int32_t active, nnzip_torch_text*) {
          session->session.start_decoding(coded, bytes, active);
          return 0;
        },
    .decode =
        [](nnzip_torch_session* session, const std::uint8_t* first, std::int32_t active,
           std::int32_t count, std::uint8_t* symbols, std::uint64_t* taken,
           nnzip_torch_text* error) {
          return computed(session, error,
                          [&] { session->session.decode(first, active, count, symbols, taken); });
        },
};

}  // namespace

#ifdef NNZIP_HOST_PLUGIN
extern "C" __attribute__((visibility("default"))) const nnzip_torch_functions* nnzip_torch_plugin(
    void) {
  return &kFunctions;
}
#else
namespace nnzip::test {

std::shared_ptr<const Engine> host_kernels(const Model& model, int processors,
                                           torch_backend::ThreadOrder order) {
  next_device.processors_ = processors;
  next_device.order = order;
  return torch_backend::load_torch_engine(kFunctions, "kernels", "host", model);
}

}  // namespace nnzip::test
#endif
