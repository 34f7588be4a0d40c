// SPDX-License-Identifier: Apache-2.0
// Reads blocks, has each coded the best way and writes them in order.
#include "codec/compressor.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "codec/block_coder.h"
#include "codec/block_source.h"
#include "codec/engine_source.h"
#include "codec/levels.h"
#include "codec/memory_budget.h"
#include "codec/parallel.h"
#include "codec/progress.h"
#include "container/container_writer.h"
#include "layout/block_plan.h"
#include "model/taps.h"

namespace nnzip {
namespace {

// Each block in flight has a mixer of its own.
constexpr int kMaxBatch = 8;
// Short blocks are gathered, so that threads are not idle while one of them works on a long block.
constexpr std::size_t kMaxBatchBlocks = 64;

// Whether the content begins with pixels that a network may be for, behind less than the header of
// an archive's member.
bool is_image(const SourceBlock& first, const std::optional<SourceBlock>& second) {
  constexpr std::size_t kMaxHeader = 512;
  if (PixelTaps::fits(first.segment.layout)) return true;
  return second && first.content.size() < kMaxHeader && PixelTaps::fits(second->segment.layout);
}

class Compressor {
 public:
  Compressor(Writer& writer, const ModelStore& store, const Options& options)
      : writer_(writer),
        store_(store),
        options_(options),
        threads_(thread_count(options)),
        budget_(options.memory_limit) {
    if (options.level < 1 || options.level > 9) {
      throw Error(ErrorCode::kInvalidArgument,
                  "the level " + std::to_string(options.level) + " is not within 1 to 9.");
    }
  }

  Summary run(Reader& reader) {
    BlockSource blocks(reader);
    std::optional<SourceBlock> first = blocks.next();
    if (!first) {
      writer_.begin({});
      return finish();
    }
    // Only a second block tells whether the first one is the last, so that a file of known length
    // and a pipe give the same frame.
    std::optional<SourceBlock> second = blocks.next();
    load_model(is_image(*first, second));
    budget_.take(blocks.memory_bytes());
    budget_.need(memory_of(first->content.size(), threads_));
    if (!second) {
      write_single(*first);
    } else {
      write_several(std::move(*first), std::move(*second), blocks);
    }
    return finish();
  }

 private:
  void load_model(bool image) {
    const bool by_level = options_.model == "auto";
    const Level& level = level_meaning(options_.level);
    const std::string wanted = !by_level ? options_.model : image ? level.image_model : level.model;
    if (wanted == "none") return;
    const ModelEntry& entry = store_.find(wanted);
    budget_.take(load_memory(entry));
    engine_ = load_engine(store_, entry, options_.device);
    summary_.reason = !by_level ? "the model asked for"
                                : std::string(image ? "the model for images" : "the model") +
                                      " of level " + std::to_string(options_.level);
    model_id_ = entry.id();
    model_name_ = entry.name;
  }

  std::uint64_t memory_of(std::size_t content_bytes, int threads) const {
    return encode_memory(content_bytes, engine_.get(), level_meaning(options_.level), threads);
  }

  int threads_of_each(std::size_t blocks) const {
    return std::max(1, threads_ / static_cast<int>(blocks));
  }

  void write_single(const SourceBlock& block) {
    const Coded coded =
        encode_block(block.content, block.segment,
                     {engine_, threads_, [this](std::size_t done) { report(done); }},
                     level_meaning(options_.level), sizeof(ModelId));
    FrameHeader header;
    if (needs_model(coded.header.kind)) header.model = model_id_;
    writer_.begin(header);
    write(block.content, coded);
  }

  // The header goes out before it is known whether a block will need the model, so it is named.
  void write_several(SourceBlock first, SourceBlock second, BlockSource& blocks) {
    FrameHeader header{true, {}};
    if (engine_) header.model = model_id_;
    writer_.begin(header);
    const std::size_t side_by_side = blocks_in_flight();
    std::vector<SourceBlock> batch;
    std::size_t bytes = 0;
    const auto add = [&](SourceBlock block) {
      if (!batch.empty() && (batch.size() == kMaxBatchBlocks ||
                             bytes + block.content.size() > side_by_side * kMaxBlockBytes)) {
        write_batch(batch, side_by_side);
        batch.clear();
        bytes = 0;
      }
      bytes += block.content.size();
      batch.push_back(std::move(block));
    };
    add(std::move(first));
    add(std::move(second));
    while (std::optional<SourceBlock> next = blocks.next()) add(std::move(*next));
    write_batch(batch, side_by_side);
  }

  // Counts their memory. Throws Error(kMemoryLimit).
  std::size_t blocks_in_flight() {
    // One block waits for the next batch.
    const auto memory = [this](std::size_t count) {
      return kMaxBlockBytes + count * memory_of(kMaxBlockBytes, threads_of_each(count));
    };
    auto count = static_cast<std::size_t>(std::min(threads_, kMaxBatch));
    while (count > 1 && !budget_.fits(memory(count))) --count;
    budget_.need(memory(count));
    return count;
  }

  // At most `side_by_side` blocks at a time.
  void write_batch(const std::vector<SourceBlock>& batch, std::size_t side_by_side) {
    std::vector<Coded> coded(batch.size());
    BatchProgress progress(batch.size(), [this](std::size_t done) { report(done); });
    parallel_for(static_cast<int>(side_by_side), batch.size(), [&](std::size_t i) {
      const Means means{engine_, threads_of_each(side_by_side),
                        [&, i](std::size_t done) { progress.update(i, done); }};
      coded[i] =
          encode_block(batch[i].content, batch[i].segment, means, level_meaning(options_.level), 0);
    });
    for (std::size_t i = 0; i < batch.size(); ++i) write(batch[i].content, coded[i]);
  }

  void write(const Bytes& content, const Coded& coded) {
    writer_.block(coded.header, content, coded.data);
    count_block(coded.header.kind, summary_);
    summary_.content_bytes += content.size();
    model_used_ = model_used_ || needs_model(coded.header.kind);
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
    if (model_used_) {
      summary_.model = model_name_;
      summary_.device = engine_->description();
    } else {
      summary_.reason.clear();
    }
    return summary_;
  }

  ContainerWriter writer_;
  const ModelStore& store_;
  const Options& options_;
  int threads_;
  MemoryBudget budget_;
  std::shared_ptr<const Engine> engine_;  // null for contexts alone
  bool model_used_ = false;
  ModelId model_id_{};
  std::string model_name_;
  Summary summary_;
};

}  // namespace

Summary compress_frame(Reader& reader, Writer& writer, const ModelStore& store,
                       const Options& options) {
  return Compressor(writer, store, options).run(reader);
}

}  // namespace nnzip
