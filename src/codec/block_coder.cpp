// SPDX-License-Identifier: Apache-2.0
// Sizes are measured, not guessed: where samples do not rule a kind out, the block is coded that
// way.
#include "codec/block_coder.h"

#include <algorithm>
#include <bit>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "bwt/bwt_block.h"
#include "codec/contest.h"
#include "codec/kinds/kind_contexts.h"
#include "codec/kinds/kind_network.h"
#include "codec/kinds/kind_zstd.h"
#include "codec/parallel.h"
#include "codec/sample.h"
#include "codec/sample_trials.h"
#include "filter/repeats.h"
#include "layout/block_plan.h"

namespace nnzip {
namespace {

int log2_of(const BlockPlan& plan) { return std::countr_zero(static_cast<unsigned>(plan.streams)); }

BlockHeader header_of(BlockKind kind, std::size_t content_bytes) {
  BlockHeader header;
  header.kind = kind;
  header.content_bytes = static_cast<std::uint32_t>(content_bytes);
  return header;
}

// To be coded by the network alone.
struct Alone {
  BlockHeader header;
  std::shared_ptr<const Engine> engine;
};

class BlockEncoder {
 public:
  BlockEncoder(const BlockToEncode& block, const FrameModels& models, const Level& level,
               bool single, int threads)
      : content_(block.content),
        segment_(block.segment),
        models_(models),
        level_(level),
        threads_(threads),
        progress_(block.progress),
        quick_(segment_.compressed ? 0 : zstd_pack(content_, kZstdQuickLevel).size()),
        contest_(content_, models.all().size(), single, level.shortcuts.not_worth) {}

  // Tries all ways but the network alone, which a device may do for many blocks at once.
  void run() {
    if (segment_.compressed) return try_compressed();
    if (segment_.layout.form == Form::kJpeg) return offer_jpeg(segment_.layout);
    if (level_.kinds.alone == BlockKind::kContexts && is_one_copy()) return;
    try_view(choose_view(content_, segment_, level_.sampling, level_.kinds.alone));
  }

  // What is to be offered yet.
  const std::optional<Alone>& alone() const { return alone_; }
  std::span<const std::uint8_t> content() const { return content_; }
  const BlockProgress& progress() const { return progress_; }
  void offer_alone(Coded coded) {
    contest_.offer(std::move(coded));
    alone_.reset();
  }
  // Where the network alone was offered.
  void run_after_alone() { offer_zstd_if_worth(); }
  // By itself.
  void encode_alone() {
    offer_alone(
        kNetworkKind
            .encode(alone_->header, content_, {alone_->engine, threads_, part_of_progress(1, 3)})
            .back());
  }

  Coded take() { return contest_.take(); }

 private:
  void offer_jpeg(const Layout& layout) {
    if (!level_.kinds.contexts) return;
    BlockHeader header = header_of(BlockKind::kContexts, content_.size());
    header.layout = layout;
    auto coded = kContextsKind.encode(header, content_, {nullptr, 1, part_of_progress(0, 4)});
    const bool is_jpeg = !coded.empty();
    contest_.offer(std::move(coded));
    if (!is_jpeg && content_.size() <= level_.block_bytes) offer_zstd();
  }

  // What little may be left in it has to be worth the time of those who decode it.
  void try_compressed() {
    const CompressedTrial& trial = level_.compressed_trial;
    if (content_.size() > level_.block_bytes) return;  // memory was counted for no more
    if (!level_.kinds.contexts || !contexts_help(content_, trial)) return;
    const BlockHeader header = header_as(without_model({}), content_, {}, level_);
    auto coded =
        kind_of(header.kind).encode(header, content_, {nullptr, 1, part_of_progress(0, 4)});
    const std::size_t most = content_.size() - content_.size() / trial.gain;
    if (coded.back().data.size() < most) contest_.offer(std::move(coded));
  }

  // How a block is coded that no network takes part in.
  BlockKind without_model(const View& view) const {
    const bool too_long = level_.kinds.sort() && view.of(content_).size() > kMostSortedBytes;
    if (view.lean || (too_long && is_of_bytes(view.layout))) return BlockKind::kLean;
    return is_of_bytes(view.layout) ? level_.kinds.alone : BlockKind::kContexts;
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
    if (level_.fast_stream_bytes != 0) return true;
    const auto [folded, copies] = fold_repeats(content_);
    if (folded.size() > content_.size() / parts.folded) return false;
    BlockHeader header = header_of(BlockKind::kContexts, content_.size());
    header.filters = {{Filter::kRepeats, static_cast<std::uint32_t>(folded.size())}};
    header.effort = effort_of(header.kind, header.layout, level_.effort);
    if (level_.kinds.contexts) contest_.offer(kContextsKind.encode(header, folded, {}));
    header.kind = BlockKind::kMixed;
    if (const auto engine = choose_model(header)) {
      contest_.offer(kMixedKind.encode(header, folded, {engine, 1, {}}));
    }
    return copies <= 1 || content_.size() >= parts.long_bytes;
  }

  // Whether samples look like random data, which nothing makes smaller.
  bool looks_random(const View& view) const {
    const auto filtered = view.of(content_);
    const Pieces samples{.count = level_.shortcuts.random_samples,
                         .bytes = level_.shortcuts.random_bytes};
    if (quick_ < content_.size() || content_.size() < level_.shortcuts.least_bytes) return false;
    for (std::size_t i = 0; i < samples.count; ++i) {
      const auto sample = piece_of(filtered, samples, i);
      if (encode_contexts(sample, view.layout).size() < sample.size()) return false;
    }
    return true;
  }

  // Sets the header's model to the one for such a block; null if there is none.
  std::shared_ptr<const Engine> choose_model(BlockHeader& header) const {
    const auto place = models_.find_for(header.layout);
    if (!place || !level_.kinds.network) return {};
    header.model = static_cast<std::uint8_t>(*place);
    const auto& engine = models_.all()[*place].engine;
    return header_fits(header, engine.get()) ? engine : nullptr;
  }

  // Contexts of the usual effort, where those of the large one may have too much to learn.
  void offer_of_usual_effort(const View& view) {
    BlockHeader header = header_as(without_model(view), content_, view, level_);
    if (header.effort != Effort::kLarge || content_.size() > level_.shortcuts.both_contexts) return;
    header.effort = Effort::kUsual;
    contest_.offer(encode_as(header, content_, view, {}));
  }

  // What samples say of the network.
  NetworkGain gain(const View& view, const std::shared_ptr<const Engine>& engine) const {
    if (!is_of_bytes(view.layout)) return NetworkGain::kMaybe;
    return gain_of_network(view.of(content_), view.layout, engine, threads_, level_.network_trial);
  }

  // Whether samples say that the network alone makes far more of the content than zstd.
  bool is_hopeless(const std::shared_ptr<const Engine>& engine) const {
    return content_.size() >= level_.shortcuts.least_bytes &&
           NetworkCoder(engine, threads_).estimate(content_) > level_.shortcuts.hopeless * quick_;
  }

  // Reports of quarters of the block.
  BlockProgress part_of_progress(std::size_t first, std::size_t quarters) const {
    if (!progress_) return {};
    const std::size_t before = content_.size() / 4 * first;
    return [this, before, quarters](std::size_t done) {
      progress_(quarters == 4 ? done : before + done / 4 * quarters);
    };
  }

  // zstd's high level takes a fifth of the contexts' time, hence only where it may win.
  void offer_zstd_if_worth() {
    if (contest_.best_cost() > quick_ / 4 * 3) offer_zstd();
  }

  // Bytes that are to be decoded fast: the network first, which often makes zstd not worth its
  // time.
  void try_without_mixer() {
    BlockHeader header = header_of(BlockKind::kNetwork, content_.size());
    header.log2_streams =
        log2_of(plan_block(content_.size(), level_.fast_stream_bytes, {}, kMaxStreams));
    auto engine = choose_model(header);
    if (!engine || is_hopeless(engine)) return offer_zstd_if_worth();
    alone_ = {header, std::move(engine)};
  }

  void try_view(const View& view) {
    if (looks_random(view)) return;
    if (level_.fast_stream_bytes != 0 && is_of_bytes(view.layout)) return try_without_mixer();
    const auto header = [&](BlockKind kind) { return header_as(kind, content_, view, level_); };
    BlockHeader by_network =
        header(view.layout.form == Form::kSamples ? BlockKind::kNetwork : BlockKind::kMixed);
    // No network sees samples that were made shorter, or that are logarithms.
    const bool unseen =
        has_filter(view.filters, Filter::kIntegers) || view.layout.form == Form::kCompanded;
    const std::shared_ptr<const Engine> engine = unseen ? nullptr : choose_model(by_network);
    // Several streams may be too many: contexts alone tell.
    std::optional<NetworkGain> early;
    if (engine && by_network.streams() == 1 &&
        quick_ >= content_.size() / level_.shortcuts.maybe_easy) {
      early = gain(view, engine);
    }
    if (early == NetworkGain::kClear) {
      contest_.offer(
          encode_as(by_network, content_, view, {engine, threads_, part_of_progress(0, 4)}));
      return offer_zstd_if_worth();
    }
    // Contexts take about a quarter of the time.
    const Means first{nullptr, 1, part_of_progress(0, engine ? 1 : 4)};
    std::size_t doubtful = 0;
    if (level_.kinds.contexts) {
      auto by_contexts = encode_as(header(without_model(view)), content_, view, first);
      doubtful = level_.doubtful_bytes(by_contexts.back().data.size());
      contest_.offer(std::move(by_contexts));
      offer_of_usual_effort(view);
    }
    offer_zstd_if_worth();
    // All that is left is less than what is called easy.
    if (!engine || contest_.best_cost() < content_.size() / level_.shortcuts.easy) return;
    if ((early ? *early : gain(view, engine)) == NetworkGain::kNone) return;
    const Means rest{engine, threads_, part_of_progress(1, 3)};
    contest_.offer(encode_as(by_network, content_, view, rest, doubtful));
    if (by_network.effort != Effort::kLarge || content_.size() > level_.shortcuts.both_efforts) {
      return;
    }
    by_network.effort = Effort::kUsual;
    contest_.offer(encode_as(by_network, content_, view, {engine, threads_, {}}, doubtful));
  }

  std::span<const std::uint8_t> content_;
  const Segment& segment_;
  const FrameModels& models_;
  const Level& level_;
  int threads_;
  const BlockProgress& progress_;
  std::size_t quick_;  // bytes that zstd's quick level makes, unless it is compressed already
  Contest contest_;
  std::optional<Alone> alone_;
};

// Tells of blocks that are coded together as if all were bytes of the first one.
StreamProgress progress_of(const BlockProgress& first) {
  return [&first, done = std::size_t{0}](std::size_t bytes) mutable {
    done += bytes;
    if (first) first(done);
  };
}

// Calls together() with those blocks that one device is to code by itself, and each() with the
// others and with what together() has left undone. engine_of: the engine of that device, else null.
template <class Block, class EngineOf, class Together, class Each>
void code_all(const std::vector<Block*>& blocks, std::size_t side_by_side,
              const EngineOf& engine_of, const Together& together, const Each& each) {
  std::map<const Engine*, std::vector<Block*>> groups;
  std::vector<Block*> rest;
  for (Block* const block : blocks) {
    const Engine* const engine = engine_of(*block);
    (engine != nullptr ? groups[engine] : rest).push_back(block);
  }
  std::vector<std::pair<const Engine*, std::vector<Block*>>> tasks(groups.begin(), groups.end());
  const auto threads = static_cast<int>(side_by_side);
  parallel_for(threads, tasks.size() + rest.size(), [&](std::size_t i) {
    if (i >= tasks.size()) return each(*rest[i - tasks.size()]);
    auto& [engine, group] = tasks[i];
    if (together(*engine, group)) group.clear();
  });
  for (const auto& [engine, group] : tasks) {
    parallel_for(threads, group.size(), [&, &left = group](std::size_t i) { each(*left[i]); });
  }
}

BlockPlan plan_of(const BlockHeader& header) {
  return stated_plan(header.content_bytes, header.streams());
}

bool encode_group(const Engine& engine, std::span<BlockEncoder* const> encoders) {
  std::vector<NetworkBlockToEncode> blocks;
  for (const BlockEncoder* encoder : encoders) {
    blocks.push_back({encoder->content(), plan_of(encoder->alone()->header)});
  }
  if (!encode_together(engine, blocks, progress_of(encoders.front()->progress()))) return false;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    encoders[i]->offer_alone(coded_as(encoders[i]->alone()->header, std::move(blocks[i].coded)));
  }
  return true;
}

void encode_alone(const std::vector<BlockEncoder*>& encoders, std::size_t side_by_side) {
  code_all(
      encoders, side_by_side,
      [](const BlockEncoder& encoder) {
        const auto& [header, engine] = *encoder.alone();
        return codes_together(header, engine.get()) ? engine.get() : nullptr;
      },
      encode_group, [](BlockEncoder& encoder) { encoder.encode_alone(); });
}

// Blocks without filters, so that what is decoded is the content.
bool decode_group(const Engine& engine, std::span<const BlockToDecode* const> blocks) {
  std::vector<Bytes> contents;
  std::vector<NetworkBlockToDecode> parts;
  for (const BlockToDecode* block : blocks) {
    Bytes& content = contents.emplace_back(block->header.content_bytes);
    parts.push_back({block->coded, plan_of(block->header), content});
  }
  if (!decode_together(engine, parts, progress_of(blocks.front()->progress))) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    blocks[i]->take(parts[i].good ? std::move(contents[i]) : Bytes());
  }
  return true;
}

}  // namespace

Coded encode_block(std::span<const std::uint8_t> content, const Segment& segment,
                   const FrameModels& models, const Level& level, bool single, int threads,
                   const BlockProgress& progress) {
  BlockToEncode block{content, segment, progress};
  encode_blocks({&block, 1}, models, level, single, {1, threads});
  return std::move(block.coded);
}

void encode_blocks(std::span<BlockToEncode> blocks, const FrameModels& models, const Level& level,
                   bool single, const SideBySide& side_by_side) {
  std::vector<std::unique_ptr<BlockEncoder>> encoders(blocks.size());
  const auto threads = static_cast<int>(side_by_side.blocks);
  parallel_for(threads, blocks.size(), [&](std::size_t i) {
    BlockToEncode& block = blocks[i];
    encoders[i] =
        std::make_unique<BlockEncoder>(block, models, level, single, side_by_side.threads_of_each);
    encoders[i]->run();
    if (!encoders[i]->alone()) block.coded = std::exchange(encoders[i], nullptr)->take();
  });
  std::vector<BlockEncoder*> left;
  for (const auto& encoder : encoders) {
    if (encoder) left.push_back(encoder.get());
  }
  encode_alone(left, side_by_side.blocks);
  parallel_for(threads, blocks.size(), [&](std::size_t i) {
    if (!encoders[i]) return;
    encoders[i]->run_after_alone();
    blocks[i].coded = encoders[i]->take();
  });
}

BlockHeader header_as(BlockKind kind, std::span<const std::uint8_t> content, const View& view,
                      const Level& level) {
  BlockHeader header = header_of(kind, content.size());
  if (kind == BlockKind::kBwt) {
    // A layout by itself is of no use to it.
    if (!view.filters.empty()) header.layout = view.layout;
    header.filters = view.filters;
  } else if (kind != BlockKind::kNetwork) {
    header.layout = view.layout;
    header.filters = view.filters;
    if (has_effort(kind)) header.effort = effort_of(kind, view.layout, level.effort);
  } else if (view.layout.form == Form::kSamples) {
    header.layout = view.layout;
    header.filters = {{Filter::kResiduals}};
  }
  if (needs_model(kind)) {
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

bool codes_together(const BlockHeader& header, const Engine* engine) {
  return header.kind == BlockKind::kNetwork && header.filters.empty() && engine != nullptr &&
         engine->coding_lanes() > 0;
}

void decode_blocks(std::span<const BlockToDecode> blocks, std::size_t side_by_side) {
  std::vector<const BlockToDecode*> all;
  for (const BlockToDecode& block : blocks) all.push_back(&block);
  code_all(
      all, side_by_side,
      [](const BlockToDecode& block) {
        return codes_together(block.header, block.engine.get()) ? block.engine.get() : nullptr;
      },
      decode_group, [](const BlockToDecode& block) { block.take(block.decode()); });
}

std::uint64_t waiting_memory(std::size_t content_bytes) {
  // Content, and the best coded data so far, those at work.
  return 3 * std::uint64_t{content_bytes};
}

std::uint64_t device_memory(const FrameModels& models, std::size_t blocks) {
  std::uint64_t most = 0;
  for (const FrameModels::Model& model : models.all()) {
    most = std::max(most, coding_memory(*model.engine, blocks * kMaxStreams));
  }
  return most;
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
    header.effort = effort_of(header.kind, layout, level.effort);
    slowest = std::max(slowest, kind_of(header.kind).memory(header, engine, threads));
  };
  for (const Layout& layout : {bytes, pixels, samples}) {
    consider(header_of(BlockKind::kContexts, content_bytes), layout, nullptr);
  }
  consider(header_of(level.kinds.alone, content_bytes), bytes, nullptr);
  if (level.kinds.alone != BlockKind::kContexts) {
    for (const Layout& layout : {bytes, pixels, samples}) {
      consider(header_of(BlockKind::kLean, content_bytes), layout, nullptr);
    }
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
