// SPDX-License-Identifier: Apache-2.0
// costs.hpp and sample.hpp on top of the codec.
#include "api/guarded.h"
#include "api/model_folders.h"
#include "codec/cost_meter.h"
#include "codec/sampler.h"
#include "nnzip/costs.hpp"

namespace nnzip {

CostSummary measure_costs(std::span<const std::uint8_t> content, const Options& options,
                          const CostVisitor& visitor, const GuessRange& guesses) {
  return guarded(
      [&] { return content_costs(content, *model_store(options), options, visitor, guesses); });
}

void sample(std::span<const std::uint8_t> prompt, Writer& writer, const Options& options,
            const SampleOptions& how) {
  guarded([&] {
    const Bytes made = sampled(prompt, *model_store(options), options, how);
    writer.write(made);
  });
}

}  // namespace nnzip
