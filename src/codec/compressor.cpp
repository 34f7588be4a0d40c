// SPDX-License-Identifier: Apache-2.0
// Reads blocks, has each coded the best way and writes them in order.
#include "codec/compressor.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "codec/block_coder.h"
#include "codec/block_source.h"
#include "codec/earlier_blocks.h"
#include "codec/frame_models.h"
#include "codec/group_encoder.h"
#include "codec/in_flight.h"
#include "codec/memory_budget.h"
#include "codec/parallel.h"
#include "codec/progress.h"
#include "codec/spliced_block.h"
#include "codec/within_memory.h"
#include "container/container_writer.h"
#include "layout/block_plan.h"
#include "layout/layout_hint.h"
#include "repeats/copy_finder.h"

namespace nnzip {
namespace {

// Short blocks are gathered, so that threads are not idle while one of them works on a long block;
// more of them for a device, which codes their streams together.
constexpr std::size_t kMaxBatchBlocks = 64, kMaxBatchForDevice = 4096;

// To be coded.
std::size_t bytes_of(const SourceBlock& block) {
  return std::max(block.content.size(), block.opened_bytes());
}

std::uint64_t jpeg_memory(const SourceBlock& block) {
  std::uint64_t sum = jpeg_memory(block.segment);
  for (const SourceBlock& inner : block.inner) sum += jpeg_memory(inner);
  return sum;
}

// Until it is written: of JPEG files what coding them takes, of a group what it opens to and the
// coded data of that.
std::uint64_t held_bytes(const SourceBlock& block) {
  if (!block.is_group()) return jpeg_memory(block);
  return 2 * std::uint64_t{block.content.size()} + 2 * std::uint64_t{block.opened_bytes()} +
         jpeg_memory(block);
}

std::size_t leaves_of(const SourceBlock& block) {
  if (!block.is_group()) return 1;
  std::size_t sum = 0;
  for (const SourceBlock& inner : block.inner) sum += leaves_of(inner);
  return sum;
}

std::size_t longest_leaf(const SourceBlock& block) {
  if (!block.is_group()) return block.content.size();
  std::size_t longest = 0;
  for (const SourceBlock& inner : block.inner) longest = std::max(longest, longest_leaf(inner));
  return longest;
}

class Compressor {
 public:
  Compressor(Writer& writer, const ModelStore& store, const Options& options)
      : writer_(writer, options.directory),
        store_(store),
        options_(options),
        threads_(thread_count(options)),
        level_(level_of(options)),
        budget_(options.memory_limit),
        described_(options.layout.empty() ? Layout{} : layout_of_hint(options.layout)) {}

  Summary run(Reader& reader) {
    finder_.emplace(reader, level_.log2_window);
    if (finder_->is_empty()) {
      writer_.begin({});
      return finish();
    }
    models_ = FrameModels(store_, chosen_models(store_, options_), options_.device, budget_);
    used_.resize(models_.all().size());
    level_ = level_within(budget_.left(), options_, models_);
    blocks_.emplace(source());
    blocks_->at_end();  // to know what memory it takes
    budget_.take(blocks_->memory_bytes() + finder_->most_memory_bytes());
    next_ = next_of();
    std::vector<SourceBlock> start;
    fill(start, 1, kMaxBatchBlocks);  // on any device: it says how models are named
    if (next_) {
      write_many(std::move(start));
    } else {
      write_few(start);
    }
    return finish();
  }

 private:
  // Adds blocks that may be coded side by side: no more content than that of `full_blocks` full
  // blocks, and no more blocks than `most`.
  void fill(std::vector<SourceBlock>& batch, std::size_t full_blocks, std::size_t most) {
    std::size_t bytes = 0;
    for (const SourceBlock& block : batch) bytes += bytes_of(block);
    while (next_ && batch.size() < most &&
           (batch.empty() || bytes + bytes_of(*next_) <= full_blocks * level_.block_bytes)) {
      bytes += bytes_of(*next_);
      batch.push_back(std::move(*next_));
      next_.reset();
      next_ = next_of();
    }
  }

  BlockSource source() { return {*finder_, level_.block_bytes, unwrapping(), described_}; }

  Unwrapping unwrapping() const {
    const bool opens = options_.unwrap && options_.layout.empty();
    return {opens ? level_.unwrap.max_opened : 0, level_.unwrap.max_side, threads_,
            [this](std::uint64_t bytes, std::size_t content) {
              const std::uint64_t coding = content == 0 ? 0 : memory_of(content, 1);
              return budget_.fits(held_ + bytes + coding);
            }};
  }

  std::optional<SourceBlock> next_of() {
    auto block = blocks_->next();
    budget_.need(held_ + blocks_->group_memory_bytes());
    while (!block && finder_->next_stretch()) {
      blocks_.emplace(source());
      block = blocks_->next();
    }
    if (block) held_ += held_bytes(*block);
    return block;
  }

  std::uint64_t memory_of(std::size_t content_bytes, int threads) const {
    return encode_memory(content_bytes, models_, level_, threads);
  }

  // Of so many blocks in flight; more wait for a device that codes them together.
  SideBySide side_by_side_of(std::size_t blocks) const {
    const bool by_device = std::ranges::any_of(models_.all(), [](const FrameModels::Model& model) {
      return is_wide_device(*model.engine);
    });
    return side_by_side(std::min(blocks, most_side_by_side(threads_, by_device)), threads_);
  }

  // As many blocks as fill the lanes of a device that codes by itself.
  std::size_t coded_together() const {
    if (level_.fast_stream_bytes == 0) return 1;
    int lanes = 0;
    for (const FrameModels::Model& model : models_.all()) {
      lanes = std::max(lanes, model.engine->coding_lanes());
    }
    return std::max(1, lanes / kMaxStreams);
  }

  // All of the content, which is no more than a full block, so that the frame can name the models
  // that it needs and no others.
  void write_few(const std::vector<SourceBlock>& blocks) {
    std::vector<CodedPart> parts = encode_all(blocks, blocks.size() == 1);
    std::vector<ModelId> named;
    for (CodedPart& part : parts) {
      for_each_model(part.coded, [&](BlockHeader& header) {
        const ModelId& id = models_.all()[header.model].id;
        used_[header.model] = true;
        const auto place = std::ranges::find(named, id);
        header.model = static_cast<std::uint8_t>(place - named.begin());
        if (place == named.end()) named.push_back(id);
      });
    }
    // A stretch makes one block or more.
    const bool several = parts.size() > 1 || finder_->stretches() > 1;
    begin(several, named, finder_->found_any() ? finder_->least_log2_window() : 0);
    for (CodedPart& part : parts) write(part);
    write_bare_stretches();
  }

  // The header goes out before it is known which models the blocks will need, so all are named.
  void write_many(std::vector<SourceBlock> batch) {
    // One block waits for the next batch.
    const std::size_t in_flight =
        blocks_in_flight({kMaxBatchBlocks, level_.block_bytes, 0, level_.block_bytes});
    begin(true, models_.ids(), finder_->log2_window());
    while (true) {
      fill(batch, in_flight, coded_together() > 1 ? kMaxBatchForDevice : kMaxBatchBlocks);
      if (batch.empty()) return write_bare_stretches();
      for (CodedPart& part : encode_all(batch, false)) {
        for_each_model(part.coded, [&](BlockHeader& header) { used_[header.model] = true; });
        write(part);
      }
      batch.clear();
      held_ = next_ ? held_bytes(*next_) : 0;
    }
  }

  // Blocks of at most `longest` bytes, of `bytes` in all, which are to be coded.
  struct Batch {
    std::size_t blocks, longest;
    std::uint64_t bytes;
    std::uint64_t beside;  // bytes of memory that are taken already
  };

  // If so many of them are coded at a time.
  std::uint64_t memory_of(const Batch& batch, std::size_t count) const {
    const auto [blocks, threads_of_each] = side_by_side_of(count);
    const std::uint64_t waiting = count - blocks;
    const std::uint64_t others =
        batch.bytes - std::min<std::uint64_t>(batch.bytes, count * batch.longest);
    return batch.beside + 2 * others + blocks * memory_of(batch.longest, threads_of_each) +
           waiting * waiting_memory(batch.longest) +
           (coded_together() > 1 ? device_memory(models_, count) : 0);
  }

  // As many as threads and memory allow, at least one.
  std::size_t blocks_in_flight(const Batch& batch) const {
    std::size_t count = std::max(side_by_side_of(batch.blocks).blocks, coded_together());
    count = std::min(count, batch.blocks);
    while (count > 1 && !budget_.fits_at_once(memory_of(batch, count))) --count;
    return count;
  }

  // single: the frame has no others. Throws Error(kMemoryLimit).
  std::vector<CodedPart> encode_all(const std::vector<SourceBlock>& blocks, bool single) {
    Batch batch{0, 0, 0, held_ + (next_ ? next_->content.size() : 0)};
    for (const SourceBlock& block : blocks) {
      batch.blocks += leaves_of(block);
      batch.longest = std::max(batch.longest, longest_leaf(block));
      if (!block.is_group()) batch.bytes += block.content.size();  // groups are held
    }
    batch.longest = std::min(batch.longest, level_.block_bytes);  // what is longer is held
    const std::size_t count = blocks_in_flight(batch);
    budget_.need(memory_of(batch, count));
    return encode_sources(
        blocks, models_, level_, single, side_by_side_of(count),
        [this](std::size_t done) { report(done); }, known_blocks());
  }

  KnownBlock known_blocks() {
    if (options_.reuse == nullptr && options_.resume == nullptr) return {};
    if (!earlier_) earlier_.emplace(options_, models_, frame_);
    return [this](std::span<const std::uint8_t> content) { return earlier_->find(content); };
  }

  void begin(bool several, const std::vector<ModelId>& models, int log2_window) {
    frame_ = {several, models, log2_window};
    writer_.begin(frame_);
  }

  void write(CodedPart& part) {
    write_bare_stretches();
    seal_group(part.coded, frame_.models.size());
    const std::vector<Copy> copies = finder_->take(static_cast<std::uint32_t>(part.content.size()));
    if (copies.empty()) {
      write(part.coded, part.content, part.content);
    } else {
      write_copies(part.content, copies, &part.coded);
    }
    if (part.known) ++summary_.reused_blocks;
    part.coded = {};
  }

  void write_bare_stretches() {
    while (finder_->at_bare_stretch()) write_copies({}, finder_->take(0), nullptr);
  }

  // literals: what they are coded as; null if there are none.
  void write_copies(std::span<const std::uint8_t> literals, const std::vector<Copy>& copies,
                    const Coded* coded) {
    const Bytes content =
        splice(literals, copies, [this](std::int64_t source, std::span<std::uint8_t> out) {
          finder_->read_source(source, out);
        });
    budget_.need(held_ + content.size());
    write(with_copies(copies, coded, frame_.models.size()), content, literals);
  }

  void write(const Coded& coded, std::span<const std::uint8_t> content,
             std::span<const std::uint8_t> literals) {
    writer_.block(coded.header, content, coded.data, literals);
    count_block(coded.header.kind, summary_);
    summary_.content_bytes += content.size();
    report(0);
  }

  void report(std::size_t done_in_block) const {
    if (options_.progress) options_.progress(summary_.content_bytes + done_in_block);
  }

  Summary finish() {
    writer_.end();
    summary_.frames = 1;
    summary_.coded_bytes = writer_.coded_bytes();
    summary_.memory_bytes = budget_.peak();
    for (std::size_t i = 0; i < used_.size(); ++i) {
      if (!used_[i]) continue;
      const FrameModels::Model& model = models_.all()[i];
      summary_.model += (summary_.model.empty() ? "" : ", ") + model.name;
      summary_.device = model.engine->description();
      if (summary_.warning.empty()) summary_.warning = model.engine->trouble();
      summary_.reason = options_.model == "auto"
                            ? "the choice of level " + std::to_string(options_.level)
                            : "the one asked for";
    }
    return summary_;
  }

  ContainerWriter writer_;
  const ModelStore& store_;
  const Options& options_;
  int threads_;
  Level level_;
  MemoryBudget budget_;
  Layout described_;  // what the options say of all content
  FrameModels models_;
  std::optional<CopyFinder> finder_;
  std::optional<BlockSource> blocks_;
  FrameHeader frame_;
  std::optional<EarlierBlocks> earlier_;
  std::vector<bool> used_;           // of each model
  std::optional<SourceBlock> next_;  // read, and not yet coded
  std::uint64_t held_ = 0;           // bytes of groups that are read and not yet written
  Summary summary_;
};

}  // namespace

Summary compress_frame(Reader& reader, Writer& writer, const ModelStore& store,
                       const Options& options) {
  return Compressor(writer, store, options).run(reader);
}

}  // namespace nnzip
