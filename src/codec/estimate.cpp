// SPDX-License-Identifier: Apache-2.0
// Content is cut as the compressor cuts it. Of each kind of content pieces from all over it are put
// together and coded like a block. A block is longer than they are and so learns more from itself:
// that is told from what zstd, which is fast, gains from whole blocks.
#include "codec/estimate.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "codec/block_coder.h"
#include "codec/block_source.h"
#include "codec/frame_models.h"
#include "codec/in_flight.h"
#include "codec/kinds/kind_zstd.h"
#include "codec/parallel.h"
#include "codec/read_fully.h"
#include "codec/sample.h"
#include "codec/within_memory.h"
#include "layout/layout_hint.h"
#include "repeats/copy_finder.h"

namespace nnzip {
namespace {

constexpr std::size_t kKiB = 1024, kMiB = 1024 * kKiB;

// A network that looks back, and contexts of rows above, need longer pieces of images and sound.
constexpr std::size_t kPieceBytes = 8 * kKiB, kLongPieceBytes = 32 * kKiB;
// In all: a hundredth of the content within these bounds. Networks are slow and get a quarter.
constexpr std::size_t kLeastSample = 256 * kKiB, kMostSample = kMiB;
constexpr std::size_t kNetworkShare = 4;
// Content beyond so much is looked at in so many windows.
constexpr std::size_t kWindows = 16, kWindowBytes = 4 * kMiB;
// Kinds of content that are sampled apart.
constexpr std::size_t kMostStrata = 16;
constexpr int kZstdLevel = 3;  // its window holds half a block
// Powers fitted to eight files of 2 to 3 MB, of text, code, tables, sound, pixels and a program:
// of what zstd gains from the length of blocks, which contexts gain more of; of the length that a
// block has more than its sample, by which contexts get better anyway; and of the same, by which
// what the network gains beside them gets less.
constexpr double kLikeZstd = 1.5, kLearning = 0.02, kLearned = 0.24;

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

constexpr std::size_t kLongJpeg = std::size_t{2} << 20;  // takes seconds
constexpr double kCopyBytes = 6;

// Content of one kind.
struct Stratum {
  Layout layout;
  bool compressed = false;
  std::uint64_t bytes = 0;       // of all blocks that were looked at
  std::uint64_t zstd_bytes = 0;  // what zstd makes of them; 0 of JPEG files
  Bytes sample;
};

std::size_t unit_of(const Layout& layout) {
  return layout.stride != 0 ? layout.stride : layout.element;
}

// Of whole rows.
std::size_t piece_bytes(const Layout& layout) {
  const bool is_long = layout.form == Form::kPixels || layout.form == Form::kSamples ||
                       layout.form == Form::kCompanded;
  const std::size_t unit = unit_of(layout);
  return ((is_long ? kLongPieceBytes : kPieceBytes) + unit - 1) / unit * unit;
}

// Every so many pieces of the sample.
Bytes every(std::size_t one_of, const Stratum& stratum) {
  const std::size_t piece = piece_bytes(stratum.layout);
  Bytes part;
  for (std::size_t at = 0; at < stratum.sample.size(); at += one_of * piece) {
    const auto rest = std::span(stratum.sample).subspan(at);
    const auto taken = rest.first(std::min(piece, rest.size()));
    part.insert(part.end(), taken.begin(), taken.end());
  }
  return part;
}

class Sampler {
 public:
  // One byte of so many goes into samples.
  explicit Sampler(std::size_t one_of) : one_of_(one_of) {}

  void add(const SourceBlock& block) {
    for (const SourceBlock& inner : block.inner) add(inner);
    if (block.is_group()) return;
    Stratum& stratum = stratum_of(block.segment);
    stratum.bytes += block.content.size();
    if (stratum.layout.form == Form::kJpeg) {
      // A piece of it would be none.
      const std::size_t kept = stratum.sample.size();
      if (kept != 0 && (kept <= kLongJpeg || kept <= block.content.size())) return;
      stratum.sample = block.content;
      stratum.layout = block.segment.layout;
      return;
    }
    stratum.zstd_bytes += zstd_pack(block.content, kZstdLevel).size();
    add_pieces(block.content, stratum);
  }

  const std::deque<Stratum>& strata() const { return strata_; }

 private:
  // Whole pieces, until there are as many bytes as are due.
  void add_pieces(std::span<const std::uint8_t> content, Stratum& stratum) const {
    const std::uint64_t wanted = std::max<std::uint64_t>(stratum.bytes / one_of_, 1);
    if (wanted <= stratum.sample.size()) return;
    const std::uint64_t due = wanted - stratum.sample.size();
    Pieces pieces{.count = 1, .bytes = content.size()};
    if (const std::size_t bytes = piece_bytes(stratum.layout); due + bytes < content.size()) {
      pieces = {
          .count = (due + bytes - 1) / bytes, .bytes = bytes, .unit = unit_of(stratum.layout)};
    }
    const Bytes sample = sample_of(content, pieces);
    stratum.sample.insert(stratum.sample.end(), sample.begin(), sample.end());
  }

  // Where there are many, the first one of the same form stands for the others.
  Stratum& stratum_of(const Segment& segment) {
    const bool jpeg = segment.layout.form == Form::kJpeg;
    Stratum* similar = nullptr;
    for (Stratum& each : strata_) {
      if (each.layout.form != segment.layout.form || each.compressed != segment.compressed)
        continue;
      if (jpeg || each.layout == segment.layout) return each;
      if (similar == nullptr) similar = &each;
    }
    if (similar != nullptr && strata_.size() >= kMostStrata) return *similar;
    strata_.push_back({segment.layout, segment.compressed, 0, 0, {}});
    return strata_.back();
  }

  std::size_t one_of_;
  std::deque<Stratum> strata_;
};

// What was looked at, in a way that several levels share.
struct Look {
  std::deque<Stratum> strata;
  bool has_groups = false;
  std::uint64_t bytes = 0;         // of content, copies included
  double copy_bytes = 0;           // that lists of copies take
  double seconds = 0;              // that cutting and opening it took
  std::uint64_t group_memory = 0;  // bytes that this took at most
};

struct Coding {
  double bytes = 0, seconds = 0;  // of all blocks that were looked at
};

class Estimator {
 public:
  Estimator(SeekableReader& content, const ModelStore& store, const Options& options)
      : content_(content),
        size_(content.size()),
        store_(store),
        options_(options),
        threads_(thread_count(options)) {}

  Estimate run() {
    Estimate estimate;
    estimate.content_bytes = size_;
    // The highest level opens most, so that content that holds nothing wrapped is cut once.
    for (int number = 9; number >= 1; --number) {
      estimate.levels[static_cast<std::size_t>(number - 1)] = level_estimate(number);
    }
    return estimate;
  }

 private:
  LevelEstimate level_estimate(int number) {
    Options options = options_;
    options.level = number;
    MemoryBudget budget(0,
                        options.memory_limit != 0 ? options.memory_limit : options.memory_at_once);
    const FrameModels models(store_, chosen_models(store_, options), options.device, budget);
    const Level level = level_within(memory_left(budget.peak()), options, models);
    const Look& look = look_of(level);
    const std::size_t longest = std::min<std::uint64_t>(size_, level.block_bytes);
    std::size_t blocks = std::min<std::uint64_t>(
        std::max<std::uint64_t>(1, size_ / level.block_bytes), most_side_by_side(threads_, false));
    const std::uint64_t of_block = encode_memory(longest, models, level, threads_);
    while (blocks > 1 && blocks * of_block > budget.left_at_once()) --blocks;
    const SideBySide beside = side_by_side(blocks, threads_);
    const Coding coding = coding_of(look, level, models, beside.threads_of_each);
    const double scale =
        look.bytes == 0 ? 0 : static_cast<double>(size_) / static_cast<double>(look.bytes);
    budget.need(look.group_memory + std::min<std::uint64_t>(size_, source_memory(longest)) +
                longest + window_memory_of(level) +
                beside.blocks * encode_memory(longest, models, level, beside.threads_of_each));
    return {static_cast<std::uint64_t>(std::llround(scale * (look.copy_bytes + coding.bytes))),
            scale * (look.seconds + coding.seconds / static_cast<double>(beside.blocks)),
            budget.peak()};
  }

  std::uint64_t memory_left(std::uint64_t taken) const {
    const std::uint64_t allowed = MemoryBudget(options_.memory_limit).left();
    return allowed - std::min(allowed, taken);
  }

  // Literals that are kept, and a table of them.
  std::uint64_t window_memory_of(const Level& level) const {
    return std::min(size_ / 8 * 9, window_memory(level.log2_window));
  }

  const Look& look_of(const Level& level) {
    for (const auto& [max_side, look] : looks_) {
      if (max_side >= level.unwrap.max_side && !look.has_groups) return look;
    }
    const auto found = looks_.find(level.unwrap.max_side);
    if (found != looks_.end()) return found->second;
    return looks_[level.unwrap.max_side] = make_look(level);
  }

  Look make_look(const Level& level) {
    const bool all = size_ <= kWindows * kWindowBytes;
    const std::size_t windows = all ? 1 : kWindows;
    const std::uint64_t bytes = all ? size_ : kWindowBytes;
    const std::uint64_t wanted = std::clamp<std::uint64_t>(size_ / 100, kLeastSample, kMostSample);
    Sampler sampler(std::max<std::uint64_t>(1, windows * bytes / wanted));
    Look look;
    for (std::size_t i = 0; i < windows; ++i) {
      content_.seek(i == 0 ? 0 : i * ((size_ - bytes) / (windows - 1)));
      PieceReader window(content_, bytes);
      look_at(window, level, sampler, look);
    }
    look.strata = sampler.strata();
    return look;
  }

  void look_at(Reader& window, const Level& level, Sampler& sampler, Look& look) const {
    const bool opens = options_.unwrap && options_.layout.empty();
    const Stopwatch watch;
    double sampling_seconds = 0;
    CopyFinder finder(window, level.log2_window);
    const auto add_copies = [&](std::size_t literals) {
      look.bytes += literals;
      for (const Copy& copy : finder.take(static_cast<std::uint32_t>(literals))) {
        look.bytes += copy.length;
        look.copy_bytes += kCopyBytes;
      }
    };
    do {
      BlockSource blocks(finder, level.block_bytes,
                         {opens ? level.unwrap.max_opened : 0, level.unwrap.max_side, threads_, {}},
                         options_.layout.empty() ? Layout{} : layout_of_hint(options_.layout));
      while (const auto block = blocks.next()) {
        while (finder.at_bare_stretch()) add_copies(0);
        add_copies(block->content.size());
        look.has_groups = look.has_groups || block->is_group();
        const Stopwatch sampling;
        sampler.add(*block);
        sampling_seconds += sampling.seconds();
      }
      look.group_memory = std::max(look.group_memory, blocks.group_memory_bytes());
    } while (finder.next_stretch());
    while (finder.at_bare_stretch()) add_copies(0);
    look.seconds += watch.seconds() - sampling_seconds;
  }

  // What levels have in common is coded once.
  Coding coding_of(const Look& look, const Level& level, const FrameModels& models, int threads) {
    const auto block = std::min<std::uint64_t>(size_, level.block_bytes);
    const auto key =
        std::tuple(&look, models.ids(), level.effort, level.kinds.alone, block, threads);
    const auto found = codings_.find(key);
    if (found != codings_.end()) return found->second;
    Coding sum;
    for (const Stratum& stratum : look.strata) {
      const Coding coding = coding_of(stratum, level, models, threads);
      sum.bytes += coding.bytes;
      sum.seconds += coding.seconds;
    }
    return codings_[key] = sum;
  }

  // Of all blocks of the kind.
  Coding coding_of(const Stratum& stratum, const Level& level, const FrameModels& models,
                   int threads) {
    if (stratum.zstd_bytes != 0) return coding_of_sample(stratum, level, models, threads);
    const auto [coded, is_new] = jpegs_.try_emplace(&stratum);
    if (is_new) coded->second = coding_of_sample(stratum, level, models, threads);
    return coded->second;
  }

  static Coding coding_of_sample(const Stratum& stratum, const Level& level,
                                 const FrameModels& models, int threads) {
    const auto all = static_cast<double>(stratum.bytes);
    const auto sampled = static_cast<double>(stratum.sample.size());
    const auto block =
        static_cast<double>(std::min<std::uint64_t>(stratum.bytes, level.block_bytes));
    const Coding contexts = sample_coding(stratum.sample, stratum, level, {}, threads);
    Coding coding{contexts.bytes * all / sampled, contexts.seconds * all / sampled};
    if (stratum.zstd_bytes == 0) return coding;
    const auto of_sample = static_cast<double>(zstd_pack(stratum.sample, kZstdLevel).size());
    coding.bytes *=
        std::pow(static_cast<double>(stratum.zstd_bytes) / all * sampled / of_sample, kLikeZstd) *
        std::pow(sampled / std::max(block, sampled), kLearning);
    if (!models.find_for(stratum.layout)) return coding;
    const Bytes part = every(kNetworkShare, stratum);
    const auto of_part = static_cast<double>(part.size());
    const Coding alone = sample_coding(part, stratum, level, {}, threads);
    const Coding mixed = sample_coding(part, stratum, level, models, threads);
    coding.bytes *=
        std::pow(mixed.bytes / alone.bytes, std::pow(of_part / std::max(block, of_part), kLearned));
    coding.seconds = mixed.seconds * all / of_part;
    return coding;
  }

  static Coding sample_coding(const Bytes& sample, const Stratum& stratum, const Level& level,
                              const FrameModels& models, int threads) {
    const Stopwatch watch;
    const Segment segment{sample.size(), stratum.layout, stratum.compressed};
    const Coded coded = encode_block(sample, segment, models, level, true, threads);
    return {static_cast<double>(coded.data.size()), watch.seconds()};
  }

  SeekableReader& content_;
  std::uint64_t size_;
  const ModelStore& store_;
  const Options& options_;
  int threads_;
  std::map<std::size_t, Look> looks_;       // by what closes wrapped content
  std::map<const Stratum*, Coding> jpegs_;  // which all levels code alike
  std::map<std::tuple<const Look*, std::vector<ModelId>, Effort, BlockKind, std::uint64_t, int>,
           Coding>
      codings_;
};

}  // namespace

Estimate estimate_content(SeekableReader& content, const ModelStore& store,
                          const Options& options) {
  return Estimator(content, store, options).run();
}

}  // namespace nnzip
