// SPDX-License-Identifier: Apache-2.0
// The plugin's one exported function, and the edge at which exceptions end.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <string>

#include "backend/float_environment.h"
#include "backend/torch/plugin/torch_session.h"
#include "backend/torch/plugin_interface.h"

// There if libtorch's products are those of a shared OpenBLAS.
extern "C" __attribute__((weak)) void openblas_set_num_threads(int threads);

using nnzip::torch_backend::TorchSession;
using nnzip::torch_backend::TorchWeights;

struct nnzip_torch_engine {
  TorchWeights weights;
};

struct nnzip_torch_session {
  TorchSession session;
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

nnzip_torch_engine* load(const char* device, const nnzip_torch_model* model,
                         nnzip_torch_text* error) {
  return guarded(error, static_cast<nnzip_torch_engine*>(nullptr), [&] {
    use_exact_products();
    auto engine = std::make_unique<nnzip_torch_engine>(
        nnzip_torch_engine{TorchWeights(*model, at::Device(device))});
    test_exactness(engine->weights, *model);
    return engine.release();
  });
}

void free_engine(nnzip_torch_engine* engine) { delete engine; }

void describe(const nnzip_torch_engine*, nnzip_torch_text* description) {
  say(description, "libtorch " TORCH_VERSION);
}

void preferred(const nnzip_torch_engine* engine, std::int32_t* lanes, std::int32_t* positions) {
  *lanes = static_cast<std::int32_t>(pass_size(engine->weights.device).lanes);
  *positions = 64;
}

std::uint64_t session_bytes(const nnzip_torch_engine* engine, std::int32_t lanes) {
  return TorchSession::bytes(engine->weights, lanes);
}

nnzip_torch_session* start(const nnzip_torch_engine* engine, std::int32_t lanes,
                           nnzip_torch_text* error) {
  return guarded(error, static_cast<nnzip_torch_session*>(nullptr),
                 [&] { return new nnzip_torch_session{TorchSession(engine->weights, lanes)}; });
}

void free_session(nnzip_torch_session* session) { delete session; }

int reset(nnzip_torch_session* session, nnzip_torch_text* error) {
  return guarded(error, 1, [&] {
    session->session.reset();
    return 0;
  });
}

int score(nnzip_torch_session* session, const std::uint8_t* symbols, const std::uint8_t* taps,
          std::int32_t active, std::int32_t count, std::uint32_t* next, nnzip_torch_text* error) {
  return guarded(error, 1, [&] {
    session->session.score(symbols, taps, active, count, next);
    return 0;
  });
}

constexpr nnzip_torch_functions kFunctions{
    NNZIP_TORCH_INTERFACE, find_device, load,         free_engine, describe, preferred,
    session_bytes,         start,       free_session, reset,       score};

}  // namespace
}  // namespace nnzip::torch_backend

extern "C" __attribute__((visibility("default"))) const nnzip_torch_functions* nnzip_torch_plugin(
    void) {
  return &nnzip::torch_backend::kFunctions;
}
