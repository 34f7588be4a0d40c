// SPDX-License-Identifier: Apache-2.0
// Sizes are measured, not guessed: where samples do not rule a kind out, the block is coded that
// way.
#include "codec/block_coder.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "codec/choose.h"
#include "codec/mixed_block.h"
#include "codec/zstd_block.h"
#include "filter/repeats.h"
#include "filter/samples.h"
#include "filter/taps.h"
#include "split/block_plan.h"

namespace nnzip {
namespace {

// A slower kind must save more than this many bytes.
constexpr std::size_t kNotWorthIt = 8;

// Content that zstd brings below this part of its length is mostly long repeats, which a list of
// copies may say better than the slow kinds. A single copy they do not beat, and they would take
// seconds to fail.
constexpr std::size_t kEasy = 2048;
// A list and literals that are longer than this part are not worth coding.
constexpr std::size_t kFolded = 256;

// What zstd's quick level does not bring below this part is not easy for its high level either.
constexpr std::size_t kMaybeEasy = 256;

// A network that alone needs so many times the bytes of the contexts rarely teaches the mixer much.
constexpr std::size_t kHopeless = 4;

// Several streams cost little where the network tells most, much where neighbours do: a mixed block
// that saves less than this part of the contexts' bytes is tried with a single stream.
constexpr std::size_t kDoubtful = 32;

// Content of this size or more is sampled before slow kinds are tried.
constexpr std::size_t kMinSampled = std::size_t{256} << 10;
constexpr std::size_t kSamples = 4;
constexpr std::size_t kSampleBytes = std::size_t{16} << 10;

BlockPlan one_stream(std::size_t content_bytes) { return {1, content_bytes}; }

int log2_of(const BlockPlan& plan) { return std::countr_zero(static_cast<unsigned>(plan.streams)); }

// Candidates are offered from the fastest to decode to the slowest.
class Contest {
 public:
  explicit Contest(std::size_t content_bytes) : content_bytes_(content_bytes) {
    best_cost_ = cost({}, content_bytes);
  }

  void offer(Choice candidate, std::size_t further_bytes = 0) {
    if (candidate.coded.size() > content_bytes_ + kMaxExpansion) return;
    const std::size_t total = cost(candidate, candidate.coded.size()) + further_bytes;
    const std::size_t margin = best_.kind == BlockKind::kStored ? 0 : kNotWorthIt;
    if (total + margin >= best_cost_) return;
    best_cost_ = total;
    best_ = std::move(candidate);
  }

  std::size_t best_cost() const { return best_cost_; }
  Choice take() { return std::move(best_); }

 private:
  std::size_t cost(const Choice& choice, std::size_t coded_bytes) const {
    BlockHeader header;
    header.kind = choice.kind;
    header.content_bytes = static_cast<std::uint32_t>(content_bytes_);
    header.coded_bytes = static_cast<std::uint32_t>(coded_bytes);
    header.layout = choice.layout;
    header.filter = choice.filter;
    header.folded_bytes = choice.folded_bytes;
    return block_header_bytes(header) + coded_bytes;
  }

  std::size_t content_bytes_;
  std::size_t best_cost_ = 0;
  Choice best_;
};

// Whether samples look like random data, which nothing makes smaller.
bool looks_random(std::span<const std::uint8_t> content, const MixedCoder& contexts,
                  const Layout& layout) {
  if (content.size() < kMinSampled) return false;
  for (std::size_t i = 0; i < kSamples; ++i) {
    const std::size_t at = (content.size() - kSampleBytes) * i / (kSamples - 1);
    const auto sample = content.subspan(at, kSampleBytes);
    if (contexts.encode(sample, one_stream(kSampleBytes), layout, {}).size() < kSampleBytes) {
      return false;
    }
  }
  return true;
}

bool is_of_bytes(const Layout& layout) {
  return layout.form == Form::kBytes || layout.form == Form::kCode;
}

// What the engine's network is for: pixels, samples, or bytes of any other meaning.
Form content_of(const Engine& engine) {
  return engine.taps().empty() ? Form::kBytes : form_of(engine.taps().front());
}

// The kind of block that the network takes part in for content of that layout; kEnd if in none.
BlockKind network_kind(const Engine& engine, const Layout& layout) {
  const bool samples = layout.form == Form::kSamples;
  if (samples && content_of(engine) == Form::kSamples) return BlockKind::kModel;
  const bool mixed = engine_fits(engine, BlockKind::kMixed, layout, Filter::kNone);
  return mixed ? BlockKind::kMixed : BlockKind::kEnd;
}

Choice encode_residuals(std::span<const std::uint8_t> content, Layout layout,
                        const std::shared_ptr<const Engine>& engine, const Level& level,
                        int threads, const BlockProgress& progress) {
  layout.unused_bits = static_cast<std::uint32_t>(filter::unused_low_bits(content, layout));
  Bytes residuals(content.begin(), content.end());
  apply_filter(Filter::kResiduals, layout, residuals);
  const BlockPlan plan = plan_block(content.size(), level.min_stream_bytes);
  return {BlockKind::kModel, log2_of(plan), layout, Filter::kResiduals,
          ModelCoder(engine, threads).encode(residuals, plan, progress, layout)};
}

struct MixedCode {
  BlockPlan plan;
  Bytes coded;
  Bytes network_alone;
};

MixedCode encode_mixed(const MixedCoder& coder, std::span<const std::uint8_t> content,
                       const BlockPlan& plan, const Layout& layout, std::size_t contexts_bytes,
                       const BlockProgress& progress) {
  MixedCode code{plan, {}, {}};
  code.coded = coder.encode(content, plan, layout, progress, &code.network_alone);
  // Wavefronts of pixels lose next to nothing.
  if (plan.streams == 1 || layout.form == Form::kPixels ||
      code.coded.size() < contexts_bytes - contexts_bytes / kDoubtful) {
    return code;
  }
  MixedCode single{one_stream(content.size()), {}, {}};
  single.coded = coder.encode(content, single.plan, layout, {}, &single.network_alone);
  return single.coded.size() < code.coded.size() ? single : code;
}

// Offers what is left of content that is mostly long repeats. Returns whether nothing else is worth
// a trial.
bool offer_folded(std::span<const std::uint8_t> content,
                  const std::shared_ptr<const Engine>& engine, std::size_t model_header_bytes,
                  Contest& contest) {
  const auto [folded, copies] = fold_repeats(content);
  if (folded.size() > content.size() / kFolded) return false;
  const BlockPlan plan = one_stream(folded.size());
  Choice choice;
  choice.filter = Filter::kRepeats;
  choice.folded_bytes = static_cast<std::uint32_t>(folded.size());
  choice.kind = BlockKind::kContexts;
  choice.coded = MixedCoder(nullptr, 1).encode(folded, plan, {}, {});
  contest.offer(choice);
  if (engine && engine_fits(*engine, BlockKind::kMixed, {}, choice.filter)) {
    choice.kind = BlockKind::kMixed;
    choice.coded = MixedCoder(engine, 1).encode(folded, plan, {}, {});
    contest.offer(choice, model_header_bytes);
  }
  return copies <= 1;
}

}  // namespace

Choice encode_block(std::span<const std::uint8_t> original, const Segment& segment,
                    const std::shared_ptr<const Engine>& engine, const Level& level, int threads,
                    std::size_t model_header_bytes, const BlockProgress& progress) {
  const std::size_t size = original.size();
  Contest contest(size);
  if (segment.compressed) return contest.take();
  // zstd's high level takes a fifth of the contexts' time, hence only where it may win.
  const std::size_t quick = zstd_pack(original, kZstdQuickLevel).size();
  const auto offer_zstd = [&] {
    contest.offer({BlockKind::kZstd, 0, {}, Filter::kNone, zstd_pack(original)});
  };
  if (quick < size / kMaybeEasy) offer_zstd();
  if (contest.best_cost() < size / kEasy &&
      offer_folded(original, engine, model_header_bytes, contest))
    return contest.take();

  const MixedCoder contexts(nullptr, 1);
  const View view = choose_view(original, segment);
  const Layout& layout = view.layout;
  const Filter filter = view.filter;
  const std::span<const std::uint8_t> content = view.of(original);
  if (quick >= size && looks_random(content, contexts, layout)) return contest.take();
  // Contexts take about a quarter of the time.
  const BlockKind by_network = engine ? network_kind(*engine, layout) : BlockKind::kEnd;
  const bool with_network = by_network != BlockKind::kEnd;
  const auto first_part = [&](std::size_t done) {
    if (progress) progress(with_network ? done / 4 : done);
  };
  Bytes by_contexts = contexts.encode(content, one_stream(size), layout, first_part);
  const std::size_t contexts_bytes = by_contexts.size();
  contest.offer({BlockKind::kContexts, 0, layout, filter, std::move(by_contexts)});
  if (contest.best_cost() > quick / 4 * 3) offer_zstd();
  if (!with_network) return contest.take();

  const auto rest = [&](std::size_t done) {
    if (progress) progress(size / 4 + done / 4 * 3);
  };
  if (by_network == BlockKind::kModel) {
    contest.offer(encode_residuals(original, layout, engine, level, threads, rest),
                  model_header_bytes);
    return contest.take();
  }
  const bool alone = is_of_bytes(layout);
  if (alone && !level.thorough && size >= kMinSampled &&
      ModelCoder(engine, threads).estimate(content) > kHopeless * contest.best_cost()) {
    return contest.take();
  }
  MixedCode mixed =
      encode_mixed(MixedCoder(engine, threads), content,
                   plan_block(size, level.min_stream_bytes, layout), layout, contexts_bytes, rest);
  const int log2_streams = log2_of(mixed.plan);
  if (alone && filter == Filter::kNone) {
    contest.offer({BlockKind::kModel, log2_streams, {}, filter, std::move(mixed.network_alone)},
                  model_header_bytes);
  }
  contest.offer({BlockKind::kMixed, log2_streams, layout, filter, std::move(mixed.coded)},
                model_header_bytes);
  return contest.take();
}

std::optional<Choice> encode_block_as(BlockKind kind, std::span<const std::uint8_t> content,
                                      const Segment& segment,
                                      const std::shared_ptr<const Engine>& engine,
                                      const Level& level, int threads, std::size_t contexts_bytes) {
  if (kind == BlockKind::kModel && engine_fits(*engine, kind, {}, Filter::kNone)) {
    const BlockPlan plan = plan_block(content.size(), level.min_stream_bytes);
    return Choice{kind,
                  log2_of(plan),
                  {},
                  Filter::kNone,
                  ModelCoder(engine, threads).encode(content, plan, {})};
  }
  const View view = choose_view(content, segment);
  if (kind == BlockKind::kContexts) {
    return Choice{kind, 0, view.layout, view.filter,
                  MixedCoder(nullptr, 1)
                      .encode(view.of(content), one_stream(content.size()), view.layout, {})};
  }
  if (network_kind(*engine, view.layout) != kind) return {};
  if (kind == BlockKind::kModel) {
    return encode_residuals(content, view.layout, engine, level, threads, {});
  }
  const BlockPlan plan = plan_block(content.size(), level.min_stream_bytes, view.layout);
  MixedCode code = encode_mixed(MixedCoder(engine, threads), view.of(content), plan, view.layout,
                                contexts_bytes, {});
  return Choice{kind, log2_of(code.plan), view.layout, view.filter, std::move(code.coded)};
}

bool engine_fits(const Engine& engine, BlockKind kind, const Layout& layout, Filter filter) {
  const bool residuals = filter == Filter::kResiduals;
  switch (content_of(engine)) {
    case Form::kPixels:
      return kind == BlockKind::kMixed && PixelTaps::fits(layout);
    case Form::kSamples:
      return kind == BlockKind::kModel && residuals;
    case Form::kBytes:
    case Form::kCode:
      break;
  }
  return !residuals && is_of_bytes(layout);
}

Bytes decode_block(const BlockHeader& header, Bytes coded,
                   const std::shared_ptr<const Engine>& engine, int threads,
                   const BlockProgress& progress) {
  if (header.kind == BlockKind::kStored) return coded;
  Bytes content(header.filtered_bytes());
  const BlockPlan plan = stated_plan(content.size(), header.streams());
  bool good = false;
  if (header.kind == BlockKind::kZstd) {
    good = zstd_unpack(coded, content);
  } else if (header.kind == BlockKind::kModel) {
    good = ModelCoder(engine, threads).decode(coded, plan, content, progress, header.layout);
  } else {
    const MixedCoder coder(header.kind == BlockKind::kMixed ? engine : nullptr, threads);
    good = coder.decode(coded, plan, header.layout, content, progress);
  }
  if (!good) return {};
  if (header.filter == Filter::kRepeats) {
    Bytes unfolded(header.content_bytes);
    return unfold_repeats(content, unfolded) ? unfolded : Bytes{};
  }
  revert_filter(header.filter, header.layout, content);
  return content;
}

void count_block(BlockKind kind, BlockCounts& counts) {
  ++counts.blocks;
  switch (kind) {
    case BlockKind::kEnd:
      break;
    case BlockKind::kStored:
      ++counts.stored_blocks;
      break;
    case BlockKind::kZstd:
      ++counts.zstd_blocks;
      break;
    case BlockKind::kModel:
      ++counts.model_blocks;
      break;
    case BlockKind::kMixed:
      ++counts.mixed_blocks;
      break;
    case BlockKind::kContexts:
      ++counts.context_blocks;
      break;
  }
}

std::uint64_t encode_memory(std::size_t content_bytes, const Engine* engine, const Level& level,
                            int threads) {
  // The layouts of each form that take most memory.
  constexpr Layout bytes{}, pixels{(1 << 22) - 8, 8, 1, Form::kPixels, 4},
      samples{0, 32, 1, Form::kSamples, 8};
  std::uint64_t slowest = zstd_pack_memory(content_bytes);
  for (const Layout& layout : {bytes, pixels, samples}) {
    slowest = std::max(slowest, MixedCoder::memory_bytes(nullptr, 1, content_bytes,
                                                         one_stream(content_bytes), layout));
  }
  if (engine != nullptr) {
    const BlockPlan plan = plan_block(content_bytes, level.min_stream_bytes);
    const Form form = content_of(*engine);
    const Layout& layout = form == Form::kPixels ? pixels : bytes;
    slowest = std::max(
        slowest, form == Form::kSamples
                     ? ModelCoder::memory_bytes(*engine, threads, plan.streams)
                     : MixedCoder::memory_bytes(engine, threads, content_bytes, plan, layout));
  }
  // Content, the same filtered, the best coded data so far, those at work.
  return slowest + 4 * std::uint64_t{content_bytes};
}

std::uint64_t decode_memory(const BlockHeader& header, const Engine* engine, int threads) {
  // For zstd the coded data stand once more behind a magic number.
  const std::uint64_t data =
      std::uint64_t{2} * header.coded_bytes + header.content_bytes + header.folded_bytes;
  if (header.kind == BlockKind::kModel) {
    return data + ModelCoder::memory_bytes(*engine, threads, header.streams());
  }
  if (!has_layout(header.kind)) return data;
  const BlockPlan plan = stated_plan(header.filtered_bytes(), header.streams());
  return data + MixedCoder::memory_bytes(needs_model(header.kind) ? engine : nullptr, threads,
                                         header.filtered_bytes(), plan, header.layout);
}

}  // namespace nnzip
