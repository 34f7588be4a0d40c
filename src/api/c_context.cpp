// SPDX-License-Identifier: Apache-2.0
// Contexts of nnzip.h.
#include "api/c_context.h"

#include "api/c_options.h"
#include "api/c_status.h"
#include "api/c_struct.h"
#include "backend/registry.h"
#include "model/model_store.h"

namespace nnzip {
namespace {

// Never changes: nnzip_model_info of the first version.
constexpr std::size_t kFirstModelInfo = 56;
static_assert(sizeof(void*) != 8 || sizeof(nnzip_model_info) == kFirstModelInfo);

void tell_models(const nnzip_context& context) {
  Options options;
  options.found_models = context.models;
  context.infos = models(options);
  for (const ModelInfo& info : context.infos) context.files.push_back(info.file.string());
}

}  // namespace
}  // namespace nnzip

int nnzip_context_new(nnzip_context** context, const nnzip_options* options) {
  using namespace nnzip;
  return status_of([&] {
    if (context == nullptr) throw Error(ErrorCode::kInvalidArgument, "context is NULL.");
    *context = nullptr;
    const Options known = cpp_options(known_options(options));
    auto made = std::make_unique<nnzip_context>();
    made->models = find_models(known);
    made->device = known.device;
    find_backend(known.device);
    *context = made.release();
    return NNZIP_OK;
  });
}

void nnzip_context_free(nnzip_context* context) { delete context; }

size_t nnzip_context_models(const nnzip_context* context) {
  return context == nullptr ? 0 : context->models->entries().size();
}

int nnzip_context_model(const nnzip_context* context, size_t index, nnzip_model_info* info) {
  using namespace nnzip;
  return status_of([&] {
    if (index >= nnzip_context_models(context)) {
      throw Error(ErrorCode::kInvalidArgument,
                  "there is no model " + std::to_string(index) + " in the context.");
    }
    std::call_once(context->told, [&] { tell_models(*context); });
    const ModelInfo& model = context->infos[index];
    const nnzip_model_info values{0,
                                  model.name.c_str(),
                                  context->files[index].c_str(),
                                  model.sha256.c_str(),
                                  model.file_bytes,
                                  model.macs_per_byte,
                                  model.architecture.c_str()};
    fill_struct(info, values, kFirstModelInfo);
    return NNZIP_OK;
  });
}
