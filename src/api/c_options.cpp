// SPDX-License-Identifier: Apache-2.0
// Options of programs that were built with older and newer headers than this library.
#include "api/c_options.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "api/c_context.h"
#include "api/c_status.h"
#include "api/model_folders.h"

namespace nnzip {
namespace {

// Up to and including progress_data: the struct of the first version. Never changes.
constexpr std::size_t kFirstSize = 64;
static_assert(sizeof(void*) != 8 || offsetof(nnzip_options, context) == kFirstSize);

// No program's struct is larger; a size above comes from memory that was not set.
constexpr std::size_t kMaxSize = 4096;

void check_size(std::size_t size) {
  if (size >= std::min(kFirstSize, sizeof(nnzip_options)) && size <= kMaxSize) return;
  throw Error(ErrorCode::kInvalidArgument, "options of " + std::to_string(size) +
                                               " bytes are none of this library's; "
                                               "nnzip_options_init sets them.");
}

void use_context(const nnzip_context& context, const nnzip_options& options, Options& result) {
  if (options.model_path != nullptr) {
    throw Error(ErrorCode::kInvalidArgument,
                "model_path is set beside a context, which has looked for models already.");
  }
  result.found_models = context.models;
  if (options.device == nullptr) result.device = context.device;
}

}  // namespace

nnzip_options known_options(const nnzip_options* options) {
  nnzip_options known;
  nnzip_options_init(&known, sizeof known);
  if (options == nullptr) return known;
  const std::size_t size = options->struct_size;
  check_size(size);
  std::memcpy(&known, options, std::min(size, sizeof known));
  const auto* bytes = reinterpret_cast<const unsigned char*>(options);
  if (size > sizeof known && std::any_of(bytes + sizeof known, bytes + size,
                                         [](unsigned char byte) { return byte != 0; })) {
    throw Error(ErrorCode::kInvalidArgument,
                "an option is set that this library, nnzip " + version() + ", does not know yet.");
  }
  known.struct_size = sizeof known;
  return known;
}

void throw_cancelled() {
  throw Error(ErrorCode::kCancelled, "the program's progress function cancelled the call.");
}

Options cpp_options(const nnzip_options& options) {
  Options result;
  result.level = options.level;
  result.threads = options.threads;
  result.memory_limit = options.memory_limit;
  result.unwrap = options.no_unwrap == 0;
  if (options.layout != nullptr) result.layout = options.layout;
  result.fast_decode = options.fast_decode != 0;
  result.log2_window = options.log2_window;
  if (options.model != nullptr) result.model = options.model;
  if (options.device != nullptr) result.device = options.device;
  if (options.model_path != nullptr) result.model_folders = split_model_path(options.model_path);
  result.directory = options.directory != 0;
  if (options.context != nullptr) use_context(*options.context, options, result);
  if (options.progress != nullptr) {
    result.progress = [call = options.progress, data = options.progress_data](std::uint64_t done) {
      if (call(data, done) != 0) throw_cancelled();
    };
  }
  return result;
}

}  // namespace nnzip

int nnzip_options_init(nnzip_options* options, size_t struct_size) {
  using namespace nnzip;
  return status_of([&] {
    if (options == nullptr) throw Error(ErrorCode::kInvalidArgument, "options is NULL.");
    check_size(struct_size);
    nnzip_options defaults{};
    const Options values;
    defaults.struct_size = struct_size;
    defaults.level = values.level;
    defaults.threads = values.threads;
    std::memset(options, 0, struct_size);
    std::memcpy(options, &defaults, std::min(struct_size, sizeof defaults));
    return NNZIP_OK;
  });
}
