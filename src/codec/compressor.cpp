// SPDX-License-Identifier: Apache-2.0
// Reads blocks, has each coded the best way and writes them in order.
#include "codec/compressor.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "codec/block_coder.h"
#include "codec/block_source.h"
#include "codec/frame_models.h"
#include "codec/levels.h"
#include "codec/memory_budget.h"
#include "codec/parallel.h"
#include "codec/progress.h"
#include "container/container_writer.h"
#include "layout/block_plan.h"

namespace nnzip {
namespace {

// Each block in flight has a mixer of its own.
constexpr std::size_t kMaxBatch = 8;
// Short blocks are gathered, so that threads are not idle while one of them works on a long block.
constexpr std::size_t kMaxBatchBlocks = 64;

std::size_t content_bytes(const std::vector<SourceBlock>& blocks) {
  std::size_t bytes = 0;
  for (const SourceBlock& block : blocks) bytes += block.content.size();
  return bytes;
}

class Compressor {
 public:
  Compressor(Writer& writer, const ModelStore& store, const Options& options)
      : writer_(writer, options.directory),
        store_(store),
        options_(options),
        threads_(thread_count(options)),
        level_(level_meaning(options.level)),
        budget_(options.memory_limit) {
    if (options.level < 1 || options.level > 9) {
      throw Error(ErrorCode::kInvalidArgument,
                  "the level " + std::to_string(options.level) + " is not within 1 to 9.");
    }
  }

  Summary run(Reader& reader) {
    BlockSource blocks(reader, level_.block_bytes);
    next_ = blocks.next();
    if (!next_) {
      writer_.begin({});
      return finish();
    }
    models_ = FrameModels(store_, chosen_models(store_, options_), options_.device, budget_);
    used_.resize(models_.all().size());
    budget_.take(blocks.memory_bytes());
    std::vector<SourceBlock> start;
    fill(start, blocks, 1);
    if (next_) {
      write_many(std::move(start), blocks);
    } else {
      write_few(start);
    }
    return finish();
  }

 private:
  // Adds blocks that may be coded side by side: no more content than that of `full_blocks` full
  // blocks.
  void fill(std::vector<SourceBlock>& batch, BlockSource& blocks, std::size_t full_blocks) {
    std::size_t bytes = content_bytes(batch);
    while (next_ && batch.size() < kMaxBatchBlocks &&
           (batch.empty() || bytes + next_->content.size() <= full_blocks * level_.block_bytes)) {
      bytes += next_->content.size();
      batch.push_back(std::move(*next_));
      next_ = blocks.next();
    }
  }

  std::uint64_t memory_of(std::size_t content_bytes, int threads) const {
    return encode_memory(content_bytes, models_, level_, threads);
  }

  int threads_of_each(std::size_t blocks) const {
    return std::max(1, threads_ / static_cast<int>(blocks));
  }

  // All of the content, which is no more than a full block, so that the frame can name the models
  // that it needs and no others.
  void write_few(const std::vector<SourceBlock>& blocks) {
    std::size_t largest = 0;
    for (const SourceBlock& block : blocks) largest = std::max(largest, block.content.size());
    std::vector<Coded> coded =
        encode_all(blocks, blocks_in_flight(blocks.size(), largest, 0), blocks.size() == 1);
    std::vector<ModelId> named;
    for (Coded& block : coded) {
      if (!needs_model(block.header.kind)) continue;
      const ModelId& id = models_.all()[block.header.model].id;
      used_[block.header.model] = true;
      const auto place = std::ranges::find(named, id);
      block.header.model = static_cast<std::uint8_t>(place - named.begin());
      if (place == named.end()) named.push_back(id);
    }
    writer_.begin({blocks.size() > 1, named});
    for (std::size_t i = 0; i < blocks.size(); ++i) write(blocks[i].content, coded[i]);
  }

  // The header goes out before it is known which models the blocks will need, so all are named.
  void write_many(std::vector<SourceBlock> batch, BlockSource& blocks) {
    // One block waits for the next batch.
    const std::size_t side_by_side =
        blocks_in_flight(kMaxBatch, level_.block_bytes, level_.block_bytes);
    writer_.begin({true, models_.ids()});
    while (true) {
      fill(batch, blocks, side_by_side);
      if (batch.empty()) return;
      const std::vector<Coded> coded = encode_all(batch, side_by_side, false);
      for (std::size_t i = 0; i < batch.size(); ++i) {
        if (needs_model(coded[i].header.kind)) used_[coded[i].header.model] = true;
        write(batch[i].content, coded[i]);
      }
      batch.clear();
    }
  }

  // At most `most` blocks of so many bytes, as many as threads and memory allow; counts theirs and
  // that of so many bytes that wait. Throws Error(kMemoryLimit).
  std::size_t blocks_in_flight(std::size_t most, std::size_t block_bytes,
                               std::size_t waiting_bytes) {
    const auto memory = [&](std::size_t count) {
      return waiting_bytes + count * memory_of(block_bytes, threads_of_each(count));
    };
    std::size_t count = std::min({static_cast<std::size_t>(threads_), kMaxBatch, most});
    while (count > 1 && !budget_.fits(memory(count))) --count;
    budget_.need(memory(count));
    return count;
  }

  // At most `side_by_side` blocks at a time. single: the frame has no others.
  std::vector<Coded> encode_all(const std::vector<SourceBlock>& blocks, std::size_t side_by_side,
                                bool single) {
    std::vector<Coded> coded(blocks.size());
    BatchProgress progress(blocks.size(), [this](std::size_t done) { report(done); });
    parallel_for(static_cast<int>(side_by_side), blocks.size(), [&](std::size_t i) {
      coded[i] = encode_block(blocks[i].content, blocks[i].segment, models_, level_, single,
                              threads_of_each(side_by_side),
                              [&, i](std::size_t done) { progress.update(i, done); });
    });
    return coded;
  }

  void write(const Bytes& content, const Coded& coded) {
    writer_.block(coded.header, content, coded.data);
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
  const Level& level_;
  MemoryBudget budget_;
  FrameModels models_;
  std::vector<bool> used_;           // of each model
  std::optional<SourceBlock> next_;  // read, and not yet coded
  Summary summary_;
};

}  // namespace

Summary compress_frame(Reader& reader, Writer& writer, const ModelStore& store,
                       const Options& options) {
  return Compressor(writer, store, options).run(reader);
}

}  // namespace nnzip
