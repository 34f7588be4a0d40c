// SPDX-License-Identifier: Apache-2.0
// Sizes are measured, not guessed: where samples do not rule a kind out, the block is coded that
// way.
#include "codec/block_coder.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "codec/kinds/kind_contexts.h"
#include "codec/kinds/kind_network.h"
#include "codec/kinds/kind_zstd.h"
#include "filter/repeats.h"
#include "layout/block_plan.h"

namespace nnzip {
namespace {

int log2_of(const BlockPlan& plan) { return std::countr_zero(static_cast<unsigned>(plan.streams)); }

bool is_of_bytes(const Layout& layout) {
  return layout.form == Form::kBytes || layout.form == Form::kCode;
}

BlockHeader header_of(BlockKind kind, std::size_t content_bytes) {
  BlockHeader header;
  header.kind = kind;
  header.content_bytes = static_cast<std::uint32_t>(content_bytes);
  return header;
}

// Between what is offered and the content as it is. Of what is equally long the first one wins.
class Contest {
 public:
  // models: how many the frame names. single: it names none unless this block needs it.
  // not_worth: bytes that one behind others must save beyond these.
  Contest(std::span<const std::uint8_t> content, std::size_t models, bool single,
          std::size_t not_worth)
      : content_(content),
        not_worth_(not_worth),
        models_(single ? 1 : models),
        bytes_to_name_model_(single ? sizeof(ModelId) : 0),
        best_{header_of(BlockKind::kStored, content.size()), {}},
        best_cost_(block_header_bytes(best_.header, models_) + content.size()) {}

  void offer(std::vector<Coded> candidates) {
    for (Coded& candidate : candidates) offer(std::move(candidate));
  }

  std::size_t best_cost() const { return best_cost_; }

  Coded take() {
    if (best_.header.kind != BlockKind::kStored) return std::move(best_);
    return std::move(kStoredKind.encode(best_.header, content_, {}).back());
  }

 private:
  void offer(Coded candidate) {
    if (candidate.data.size() > content_.size() + kMaxExpansion) return;
    const std::size_t cost = block_header_bytes(candidate.header, models_) + candidate.data.size() +
                             (needs_model(candidate.header.kind) ? bytes_to_name_model_ : 0);
    const std::size_t margin = best_.header.kind == BlockKind::kStored ? 0 : not_worth_;
    if (cost + margin >= best_cost_) return;
    best_cost_ = cost;
    best_ = std::move(candidate);
  }

  std::span<const std::uint8_t> content_;
  std::size_t not_worth_, models_, bytes_to_name_model_;
  Coded best_;
  std::size_t best_cost_;
};

class BlockEncoder {
 public:
  BlockEncoder(std::span<const std::uint8_t> content, const FrameModels& models, const Level& level,
               bool single, int threads, const BlockProgress& progress)
      : content_(content),
        models_(models),
        level_(level),
        threads_(threads),
        progress_(progress),
        quick_(zstd_pack(content, kZstdQuickLevel).size()),
        contest_(content, models.all().size(), single, level.shortcuts.not_worth) {}

  Coded run(const Segment& segment) {
    if (segment.layout.form == Form::kJpeg) {
      offer_jpeg(segment.layout);
      return contest_.take();
    }
    if (!is_one_copy()) try_view(choose_view(content_, segment, level_.sampling));
    return contest_.take();
  }

 private:
  void offer_jpeg(const Layout& layout) {
    if (!level_.kinds.contexts) return;
    BlockHeader header = header_of(BlockKind::kContexts, content_.size());
    header.layout = layout;
    contest_.offer(kContextsKind.encode(header, content_, {nullptr, 1, part_of_progress(0, 4)}));
  }

  void offer_zstd() {
    if (!level_.kinds.zstd) return;
    contest_.offer(kZstdKind.encode(header_of(BlockKind::kZstd, content_.size()), content_, {}));
  }

  // Offers what is left of content that is mostly long repeats. Returns whether nothing else is
  // worth a trial.
  bool is_one_copy() {
    const Shortcuts& parts = level_.shortcuts;
    if (quick_ < content_.size() / parts.maybe_easy) offer_zstd();
    if (contest_.best_cost() >= content_.size() / parts.easy) return false;
    const auto [folded, copies] = fold_repeats(content_);
    if (folded.size() > content_.size() / parts.folded) return false;
    BlockHeader header = header_of(BlockKind::kContexts, content_.size());
    header.filters = {{Filter::kRepeats, static_cast<std::uint32_t>(folded.size())}};
    if (level_.kinds.contexts) contest_.offer(kContextsKind.encode(header, folded, {}));
    header.kind = BlockKind::kMixed;
    if (const auto engine = choose_model(header)) {
      contest_.offer(kMixedKind.encode(header, folded, {engine, 1, {}}));
    }
    return copies <= 1;
  }

  // Whether samples look like random data, which nothing makes smaller.
  bool looks_random(const View& view) const {
    const auto filtered = view.of(content_);
    const std::size_t bytes = level_.shortcuts.random_bytes,
                      samples = level_.shortcuts.random_samples;
    if (quick_ < content_.size() || content_.size() < level_.shortcuts.least_bytes) return false;
    for (std::size_t i = 0; i < samples; ++i) {
      const std::size_t at = (filtered.size() - bytes) * i / (samples - 1);
      if (encode_contexts(filtered.subspan(at, bytes), view.layout).size() < bytes) return false;
    }
    return true;
  }

  // Sets the header's model to the one for such a block; null if there is none.
  std::shared_ptr<const Engine> choose_model(BlockHeader& header) const {
    const auto place = models_.find(network_content(header.layout));
    if (!place || !level_.kinds.network) return {};
    header.model = static_cast<std::uint8_t>(*place);
    const auto& engine = models_.all()[*place].engine;
    return header_fits(header, engine.get()) ? engine : nullptr;
  }

  // Whether samples say that the network knows nothing of the content.
  bool is_hopeless(const View& view, const std::shared_ptr<const Engine>& engine) const {
    return level_.hopeless != 0 && is_of_bytes(view.layout) &&
           content_.size() >= level_.shortcuts.least_bytes &&
           NetworkCoder(engine, threads_).estimate(view.of(content_)) >
               level_.hopeless * contest_.best_cost();
  }

  // Reports of quarters of the block.
  BlockProgress part_of_progress(std::size_t first, std::size_t quarters) const {
    if (!progress_) return {};
    const std::size_t before = content_.size() / 4 * first;
    return [this, before, quarters](std::size_t done) {
      progress_(quarters == 4 ? done : before + done / 4 * quarters);
    };
  }

  void try_view(const View& view) {
    if (looks_random(view)) return;
    const auto header = [&](BlockKind kind) { return header_as(kind, content_, view, level_); };
    BlockHeader by_network =
        header(view.layout.form == Form::kSamples ? BlockKind::kNetwork : BlockKind::kMixed);
    const std::shared_ptr<const Engine> engine = choose_model(by_network);
    // Contexts take about a quarter of the time.
    const Means first{nullptr, 1, part_of_progress(0, engine ? 1 : 4)};
    std::size_t doubtful = 0;
    if (level_.kinds.contexts) {
      auto by_contexts = encode_as(header(BlockKind::kContexts), content_, view, first);
      doubtful = level_.doubtful_bytes(by_contexts.back().data.size());
      contest_.offer(std::move(by_contexts));
    }
    // zstd's high level takes a fifth of the contexts' time, hence only where it may win.
    if (contest_.best_cost() > quick_ / 4 * 3) offer_zstd();
    if (!engine || is_hopeless(view, engine)) return;
    const Means rest{engine, threads_, part_of_progress(1, 3)};
    contest_.offer(encode_as(by_network, content_, view, rest, doubtful));
  }

  std::span<const std::uint8_t> content_;
  const FrameModels& models_;
  const Level& level_;
  int threads_;
  const BlockProgress& progress_;
  std::size_t quick_;  // bytes that zstd's quick level makes
  Contest contest_;
};

}  // namespace

Coded encode_block(std::span<const std::uint8_t> content, const Segment& segment,
                   const FrameModels& models, const Level& level, bool single, int threads,
                   const BlockProgress& progress) {
  if (segment.compressed) return Contest(content, models.all().size(), single, 0).take();
  return BlockEncoder(content, models, level, single, threads, progress).run(segment);
}

BlockHeader header_as(BlockKind kind, std::span<const std::uint8_t> content, const View& view,
                      const Level& level) {
  BlockHeader header = header_of(kind, content.size());
  if (kind != BlockKind::kNetwork) {
    header.layout = view.layout;
    header.filters = view.filters;
  } else if (view.layout.form == Form::kSamples) {
    header.layout = view.layout;
    header.filters = {{Filter::kResiduals}};
  }
  if (kind != BlockKind::kContexts) {
    const Layout& order = kind == BlockKind::kMixed ? view.layout : Layout{};
    header.log2_streams = log2_of(
        plan_block(header.filtered_bytes(), level.min_stream_bytes, order, level.max_streams));
  }
  return header;
}

std::vector<Coded> encode_as(BlockHeader header, std::span<const std::uint8_t> content,
                             const View& view, const Means& means, std::size_t doubtful) {
  Bytes own;
  std::span<const std::uint8_t> filtered = view.of(content);
  if (header.filters != view.filters) {
    own = apply_filters(header.filters, header.layout, Bytes(content.begin(), content.end()));
    filtered = own;
  }
  const Kind& kind = kind_of(header.kind);
  std::vector<Coded> made = kind.encode(header, filtered, means);
  // Wavefronts of pixels lose next to nothing.
  if (header.kind != BlockKind::kMixed || header.streams() == 1 ||
      header.layout.form == Form::kPixels || made.back().data.size() < doubtful) {
    return made;
  }
  BlockHeader single = header;
  single.log2_streams = 0;
  std::vector<Coded> other = kind.encode(single, filtered, {means.engine, means.threads, {}});
  return other.back().data.size() < made.back().data.size() ? other : made;
}

Bytes decode_block(const BlockHeader& header, std::span<const std::uint8_t> coded,
                   const Means& means) {
  Bytes filtered(header.filtered_bytes());
  if (!kind_of(header.kind).decode(header, coded, means, filtered)) return {};
  return revert_filters(header.filters, header.layout, std::move(filtered), header.content_bytes);
}

std::uint64_t encode_memory(std::size_t content_bytes, const FrameModels& models,
                            const Level& level, int threads) {
  // The layouts of each form that take most memory.
  constexpr Layout bytes,
      pixels{.form = Form::kPixels, .stride = (1 << 22) - 8, .element = 8, .channels = 4},
      samples{.form = Form::kSamples, .element = 32, .channels = 8};
  std::uint64_t slowest = zstd_pack_memory(content_bytes);
  const auto consider = [&](BlockHeader header, const Layout& layout, const Engine* engine) {
    header.layout = layout;
    slowest = std::max(slowest, kind_of(header.kind).memory(header, engine, threads));
  };
  for (const Layout& layout : {bytes, pixels, samples}) {
    consider(header_of(BlockKind::kContexts, content_bytes), layout, nullptr);
  }
  for (const FrameModels::Model& model : models.all()) {
    const Form form = model.engine->content();
    BlockHeader header =
        header_of(form == Form::kSamples ? BlockKind::kNetwork : BlockKind::kMixed, content_bytes);
    header.log2_streams =
        log2_of(plan_block(content_bytes, level.min_stream_bytes, {}, level.max_streams));
    consider(header, form == Form::kPixels ? pixels : bytes, model.engine.get());
  }
  // Content, the same filtered, the best coded data so far, those at work.
  return slowest + 4 * std::uint64_t{content_bytes};
}

std::uint64_t decode_memory(const BlockHeader& header, const Engine* engine, int threads) {
  // For zstd the coded data stand once more behind a magic number.
  std::uint64_t bytes = std::uint64_t{2} * header.coded_bytes + header.content_bytes;
  for (const FilterStep& step : header.filters) bytes += step.made_bytes;
  return bytes + kind_of(header.kind).memory(header, engine, threads);
}

}  // namespace nnzip
