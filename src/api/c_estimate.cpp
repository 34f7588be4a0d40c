// SPDX-License-Identifier: Apache-2.0
// Estimates of nnzip.h.
#include <cstddef>

#include "api/c_options.h"
#include "api/c_status.h"
#include "api/c_struct.h"
#include "api/source_reader.h"
#include "nnzip/nnzip.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {
namespace {

// Never changes: the struct of the first version.
constexpr std::size_t kFirstEstimate = 232;
static_assert(sizeof(void*) != 8 || sizeof(nnzip_estimate_info) == kFirstEstimate);

nnzip_estimate_info c_info(const Estimate& estimate) {
  nnzip_estimate_info info{};
  info.content_bytes = estimate.content_bytes;
  for (std::size_t i = 0; i < estimate.levels.size(); ++i) {
    info.coded_bytes[i] = estimate.levels[i].coded_bytes;
    info.seconds[i] = estimate.levels[i].seconds;
    info.memory_bytes[i] = estimate.levels[i].memory_bytes;
  }
  return info;
}

}  // namespace
}  // namespace nnzip

int nnzip_estimate(const nnzip_source* content, const nnzip_options* options,
                   nnzip_estimate_info* info) {
  using namespace nnzip;
  return status_of([&] {
    if (content == nullptr) throw Error(ErrorCode::kInvalidArgument, "content is NULL.");
    check_struct(info, kFirstEstimate);
    SourceReader reader(*content);
    fill_struct(info, c_info(estimate(reader, cpp_options(known_options(options)))),
                kFirstEstimate);
    return NNZIP_OK;
  });
}
