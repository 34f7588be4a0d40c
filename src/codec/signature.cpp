// SPDX-License-Identifier: Apache-2.0
// The cheapest gate against a change of bits.
#include "codec/signature.h"

#include <vector>

#include "backend/check.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "codec/kinds/kind_contexts.h"
#include "codec/kinds/kind_mixed.h"
#include "codec/kinds/kind_network.h"
#include "layout/block_plan.h"

namespace nnzip {
namespace {

constexpr std::size_t kCorpusBytes = 6000;  // fills and wraps every window in use
constexpr int kStreams = 4;                 // not all of one length
constexpr std::size_t kWindow = 50;
// Whatever the corpus is: the contexts of these are then computed.
constexpr Layout kPixels{.form = Form::kPixels, .stride = 200, .element = 3, .channels = 3},
    kSamples{.form = Form::kSamples, .element = 4, .channels = 2};
constexpr Layout kLayouts[] = {{.stride = 48, .element = 2, .odd_high = true},
                               {.form = Form::kCode, .element = 1},
                               {.form = Form::kCode, .element = 4}};

void add_distributions(const Engine& engine, std::span<const std::uint8_t> corpus,
                       Xxh64Stream& hash) {
  const auto session = engine.session(1);
  const std::size_t row = engine.taps().size();
  const std::vector<std::uint8_t> taps = generated_taps(corpus.size(), row);
  std::vector<Distribution> next(kWindow);
  for (std::size_t begin = 0; begin < corpus.size(); begin += kWindow) {
    const auto window = corpus.subspan(begin, std::min(kWindow, corpus.size() - begin));
    session->score(window, std::span(taps).subspan(begin * row, window.size() * row), 1,
                   static_cast<int>(window.size()), next);
    throw_if_failed(*session, engine.description());
    for (std::size_t t = 0; t < window.size(); ++t) {
      Bytes bytes;
      ByteWriter writer(bytes);
      for (const std::uint32_t frequency : next[t].cumulative) writer.u32(frequency);
      hash.update(bytes);
    }
  }
}

}  // namespace

std::uint64_t model_signature(const ModelStore& store, const Backend& backend, int threads) {
  const std::vector<std::uint8_t> corpus = generated_sample(kCorpusBytes);
  Xxh64Stream hash;
  for (const ModelEntry& entry : store.entries()) {
    hash.update({reinterpret_cast<const std::uint8_t*>(entry.name.data()), entry.name.size()});
    const std::shared_ptr<const Engine> engine = backend.load(store.load(entry));
    add_distributions(*engine, std::span(corpus).first(kCorpusBytes / 4), hash);
    NetworkCoder coder(engine, threads);
    const BlockPlan plan = stated_plan(corpus.size(), kStreams);
    const MixedCoder mixed(engine, threads);
    switch (engine->content()) {
      case Form::kPixels:
        hash.update(mixed.encode(corpus, plan, kPixels, {}));
        break;
      case Form::kSamples:
        hash.update(coder.encode(corpus, plan, {}, kSamples));
        break;
      case Form::kCode:
        hash.update(mixed.encode(corpus, plan, kLayouts[1], {}));
        break;
      default:
        hash.update(coder.encode(corpus, plan, {}));
        hash.update(mixed.encode(corpus, plan, {}, {}));
    }
  }
  for (const Layout& layout : kLayouts) {
    hash.update(encode_contexts(corpus, layout));
  }
  hash.update(encode_contexts(corpus, {}, Effort::kLarge));
  return hash.digest();
}

}  // namespace nnzip
