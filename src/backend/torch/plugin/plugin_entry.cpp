// SPDX-License-Identifier: Apache-2.0
// The plugin's one exported function, and the edge at which exceptions end.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "backend/float_environment.h"
#include "backend/torch/plugin/cuda/cuda_device.h"
#include "backend/torch/plugin/cuda/kernel_engine.h"
#include "backend/torch/plugin/kernel_test.h"
#include "backend/torch/plugin/torch_session.h"
#include "backend/torch/plugin_interface.h"

// There if libtorch's products are those of a shared OpenBLAS.
extern "C" __attribute__((weak)) void openblas_set_num_threads(int threads);

using nnzip::torch_backend::KernelDevice;
using nnzip::torch_backend::KernelEngine;
using nnzip::torch_backend::KernelSession;
using nnzip::torch_backend::TorchSession;
using nnzip::torch_backend::TorchWeights;

// Either own kernels or libtorch computes.
struct nnzip_torch_engine {
  std::unique_ptr<KernelDevice> device;
  std::unique_ptr<KernelEngine> kernels;
  std::unique_ptr<TorchWeights> weights;
  std::string description;
};

struct nnzip_torch_session {
  std::optional<KernelSession> kernels;
  std::optional<TorchSession> operations;
};

namespace nnzip::torch_backend {
namespace {

void say(nnzip_torch_text* text, const std::string& what) {
  const std::size_t size = std::min(what.size(), sizeof text->text - 1);
  std::memcpy(text->text, what.data(), size);
  text->text[size] = '\0';
}

// Calls task() in the environment that ARITHMETIC.md asks for, with one thread: nnzip has threads
// of its own, one a session. libtorch's number of threads belongs to the calling thread and, for
// those that it has not met, to the process; nothing else in nnzip uses it, so it is left so.
template <class T, class Task>
T guarded(nnzip_torch_text* error, T failure, Task task) {
  try {
    thread_local const bool single = [] {
      at::set_num_threads(1);
      if (openblas_set_num_threads != nullptr) openblas_set_num_threads(1);
      return true;
    }();
    static_cast<void>(single);
    const FloatEnvironment environment;
    const c10::InferenceMode inference;
    return task();
  } catch (const c10::Error& e) {
    say(error, e.what_without_backtrace());
  } catch (const std::exception& e) {
    say(error, e.what());
  } catch (...) {
    say(error, "an error without a name");
  }
  return failure;
}

int find_device(const char* device, nnzip_torch_text* why_not) {
  return guarded(why_not, 1, [&] {
    if (std::strcmp(device, "cuda") != 0 || torch::cuda::is_available()) return 0;
    say(why_not, "its libtorch, " TORCH_VERSION ", finds no GPU that it can use with CUDA");
    return 1;
  });
}

void use_exact_products() {
  at::globalContext().setAllowTF32CuBLAS(false);
  at::globalContext().setAllowFP16ReductionCuBLAS(false);
}

#ifdef NNZIP_CUDA_KERNELS
// Leaves the engine as it was, and says why, where they cannot be used.
void load_kernels(const nnzip_torch_model& model, nnzip_torch_engine& engine) {
  const char* wanted = std::getenv("NNZIP_CUDA_KERNELS");
  if (wanted != nullptr && std::strcmp(wanted, "0") == 0) return;
  try {
    engine.device = cuda_device();
    engine.kernels = std::make_unique<KernelEngine>(*engine.device, model);
    test_kernels(*engine.kernels, model);
    engine.description = "kernels";
  } catch (const std::exception& e) {
    engine.kernels.reset();
    engine.device.reset();
    engine.description += std::string(", without own kernels: ") + e.what();
  }
}
#else
void load_kernels(const nnzip_torch_model&, nnzip_torch_engine&) {}
#endif

nnzip_torch_engine* load(const char* device, const nnzip_torch_model* model,
                         nnzip_torch_text* error) {
  return guarded(error, static_cast<nnzip_torch_engine*>(nullptr), [&] {
    use_exact_products();
    auto engine = std::make_unique<nnzip_torch_engine>();
    engine->description = "libtorch " TORCH_VERSION;
    if (std::strcmp(device, "cuda") == 0) load_kernels(*model, *engine);
    if (!engine->kernels) {
      engine->weights = std::make_unique<TorchWeights>(*model, at::Device(device));
      test_exactness(*engine->weights, *model);
    }
    return engine.release();
  });
}

void free_engine(nnzip_torch_engine* engine) { delete engine; }

void describe(const nnzip_torch_engine* engine, nnzip_torch_text* description) {
  say(description, engine->description);
}

void preferred(const nnzip_torch_engine* engine, std::int32_t* lanes, std::int32_t* positions) {
  *lanes =
      engine->kernels ? 1024 : static_cast<std::int32_t>(pass_size(engine->weights->device).lanes);
  *positions = 64;
}

std::uint64_t session_bytes(const nnzip_torch_engine* engine, std::int32_t lanes) {
  return engine->kernels ? engine->kernels->session_bytes(lanes)
                         : TorchSession::bytes(*engine->weights, lanes);
}

nnzip_torch_session* start(const nnzip_torch_engine* engine, std::int32_t lanes,
                           nnzip_torch_text* error) {
  return guarded(error, static_cast<nnzip_torch_session*>(nullptr), [&] {
    auto session = std::make_unique<nnzip_torch_session>();
    if (engine->kernels) {
      session->kernels.emplace(*engine->kernels, lanes);
    } else {
      session->operations.emplace(*engine->weights, lanes);
    }
    return session.release();
  });
}

void free_session(nnzip_torch_session* session) { delete session; }

int reset(nnzip_torch_session* session, nnzip_torch_text* error) {
  return guarded(error, 1, [&] {
    session->kernels ? session->kernels->reset() : session->operations->reset();
    return 0;
  });
}

int score(nnzip_torch_session* session, const std::uint8_t* symbols, const std::uint8_t* taps,
          std::int32_t active, std::int32_t count, std::uint32_t* next, nnzip_torch_text* error) {
  return guarded(error, 1, [&] {
    session->kernels ? session->kernels->score(symbols, taps, active, count, next)
                     : session->operations->score(symbols, taps, active, count, next);
    return 0;
  });
}

int score_walks(nnzip_torch_session* session, const std::uint8_t* symbols, const std::uint8_t* taps,
                const std::uint8_t* followers, std::int32_t active, std::int32_t count,
                std::uint32_t* walks, nnzip_torch_text* error) {
  return guarded(error, 1, [&] {
    session->kernels
        ? session->kernels->score_walks(symbols, taps, followers, active, count, walks)
        : session->operations->score_walks(symbols, taps, followers, active, count, walks);
    return 0;
  });
}

std::int32_t coding_lanes(const nnzip_torch_engine* engine) {
  return engine->kernels ? engine->kernels->coding_lanes() : 0;
}

double peak(const nnzip_torch_engine* engine) {
  return engine->device ? engine->device->peak() : 0;
}

int encode(nnzip_torch_session* session, const std::uint8_t* symbols, const std::uint8_t* followers,
           std::int32_t active, std::int32_t count, std::uint8_t* coded, std::uint32_t* parts,
           nnzip_torch_text* error) {
  return guarded(error, 1, [&] {
    session->kernels->encode(symbols, followers, active, count, coded, parts);
    return 0;
  });
}

int start_decoding(nnzip_torch_session* session, const std::uint8_t* coded,
                   const std::uint64_t* bytes, std::int32_t active, nnzip_torch_text* error) {
  return guarded(error, 1, [&] {
    session->kernels->start_decoding(coded, bytes, active);
    return 0;
  });
}

int decode(nnzip_torch_session* session, const std::uint8_t* first, std::int32_t active,
           std::int32_t count, std::uint8_t* symbols, std::uint64_t* taken,
           nnzip_torch_text* error) {
  return guarded(error, 1, [&] {
    session->kernels->decode(first, active, count, symbols, taken);
    return 0;
  });
}

constexpr nnzip_torch_functions kFunctions{
    NNZIP_TORCH_INTERFACE, find_device,  load,   free_engine,    describe, preferred,
    session_bytes,         peak,         start,  free_session,   reset,    score,
    score_walks,           coding_lanes, encode, start_decoding, decode};

}  // namespace
}  // namespace nnzip::torch_backend

extern "C" __attribute__((visibility("default"))) const nnzip_torch_functions* nnzip_torch_plugin(
    void) {
  return &nnzip::torch_backend::kFunctions;
}
