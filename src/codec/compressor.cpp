// SPDX-License-Identifier: Apache-2.0
// Reads blocks, has each coded the best way and writes them in order.
#include "codec/compressor.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <vector>

#include "codec/choose.h"
#include "codec/engine_source.h"
#include "codec/memory_budget.h"
#include "codec/parallel.h"
#include "codec/zstd_block.h"
#include "container/container_writer.h"
#include "model/catalog.h"
#include "split/block_plan.h"

namespace nnzip {
namespace {

constexpr std::size_t kFirstReadBytes = std::size_t{64} << 10;
constexpr int kMaxThreads = 1024;
// zstd works on this many blocks at a time at most, with about 50 MiB of tables each.
constexpr int kMaxBatch = 8;

// Gives full blocks whatever pieces the reader gives.
class BlockReader {
 public:
  explicit BlockReader(Reader& in) : in_(in) {}

  // Empty at the end.
  Bytes next() {
    Bytes block;
    std::size_t filled = 0;
    while (!ended_ && filled < kMaxBlockBytes) {
      if (filled == block.size()) {
        block.resize(std::clamp(2 * filled, kFirstReadBytes, kMaxBlockBytes));
      }
      const std::size_t size = in_.read(std::span(block).subspan(filled));
      ended_ = size == 0;
      filled += size;
    }
    block.resize(filled);
    return block;
  }

 private:
  Reader& in_;
  bool ended_ = false;
};

// While a block is in flight: its content, zstd's result and tables.
std::uint64_t memory_of(std::size_t content_bytes) {
  return 2 * std::uint64_t{content_bytes} + zstd_pack_memory(content_bytes);
}

// The model's streams, apart and joined.
std::uint64_t model_memory_of(std::size_t content_bytes) {
  return 2 * std::uint64_t{content_bytes};
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
    BlockReader blocks(reader);
    Bytes first = blocks.next();
    if (first.empty()) {
      writer_.begin({});
      return finish();
    }
    budget_.take(model_memory_of(first.size()));
    load_model(memory_of(first.size()));
    // A full block may be the last one: only a second one tells, so that a file of known length
    // and a pipe give the same frame.
    Bytes second = first.size() == kMaxBlockBytes ? blocks.next() : Bytes{};
    if (second.empty()) {
      write_single(first);
    } else {
      write_several(std::move(first), std::move(second), blocks);
    }
    return finish();
  }

 private:
  // block_memory: what the first block needs beside the model.
  void load_model(std::uint64_t block_memory) {
    budget_.need(block_memory);
    if (options_.model == "none") return;
    const bool by_level = options_.model == "auto";
    const ModelEntry& entry =
        store_.find(by_level ? catalog_model(options_.level) : options_.model);
    budget_.take(load_memory(entry));
    model_.emplace(load_engine(store_, entry, options_.device), threads_);
    budget_.take(model_->session_memory());
    budget_.need(block_memory);
    summary_.reason =
        by_level ? "the model of level " + std::to_string(options_.level) : "the model asked for";
    model_id_ = entry.id();
    model_name_ = entry.name;
  }

  void write_single(const Bytes& content) {
    const Choice choice = choose(content, zstd_pack(content), sizeof(ModelId));
    FrameHeader header;
    if (choice.kind == BlockKind::kModel) header.model = model_id_;
    writer_.begin(header);
    write(content, choice);
  }

  // The header goes out before it is known whether a block will need the model, so it is named.
  void write_several(Bytes first, Bytes second, BlockReader& blocks) {
    FrameHeader header{true, {}};
    if (model_) header.model = model_id_;
    writer_.begin(header);
    std::vector<Bytes> batch;
    batch.push_back(std::move(first));
    batch.push_back(std::move(second));
    auto batch_size = static_cast<std::size_t>(std::min(threads_, kMaxBatch));
    while (batch_size > 1 && !budget_.fits(batch_size * memory_of(kMaxBlockBytes))) --batch_size;
    // Even of batches of one, the first holds two blocks.
    budget_.need(std::max(batch_size * memory_of(kMaxBlockBytes),
                          memory_of(kMaxBlockBytes) + 2 * kMaxBlockBytes));
    while (!batch.empty()) {
      while (batch.size() < batch_size) {
        batch.push_back(blocks.next());
        if (!batch.back().empty()) continue;
        batch.pop_back();
        break;
      }
      write_batch(batch);
      batch.clear();
      if (Bytes next = blocks.next(); !next.empty()) batch.push_back(std::move(next));
    }
  }

  void write_batch(const std::vector<Bytes>& batch) {
    std::vector<Bytes> zstd(batch.size());
    parallel_for(threads_, batch.size(), [&](std::size_t i) { zstd[i] = zstd_pack(batch[i]); });
    for (std::size_t i = 0; i < batch.size(); ++i) {
      write(batch[i], choose(batch[i], std::move(zstd[i]), 0));
    }
  }

  Choice choose(const Bytes& content, Bytes zstd, std::size_t model_header_bytes) {
    const auto progress = [this](std::size_t done) { report(done); };
    return choose_block(content, std::move(zstd), model_ ? &*model_ : nullptr, model_header_bytes,
                        progress);
  }

  void write(const Bytes& content, const Choice& choice) {
    BlockHeader header;
    header.kind = choice.kind;
    header.log2_streams = choice.log2_streams;
    writer_.block(header, content, choice.kind == BlockKind::kStored ? content : choice.coded);
    ++summary_.blocks;
    summary_.stored_blocks += choice.kind == BlockKind::kStored;
    summary_.zstd_blocks += choice.kind == BlockKind::kZstd;
    summary_.model_blocks += choice.kind == BlockKind::kModel;
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
    if (summary_.model_blocks != 0) {
      summary_.model = model_name_;
      summary_.device = model_->engine().description();
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
  std::optional<ModelCoder> model_;
  ModelId model_id_{};
  std::string model_name_;
  Summary summary_;
};

}  // namespace

int thread_count(const Options& options) {
  if (options.threads < 0 || options.threads > kMaxThreads) {
    throw Error(ErrorCode::kInvalidArgument,
                "the number of threads " + std::to_string(options.threads) +
                    " is not within 0 to " + std::to_string(kMaxThreads) + ".");
  }
  if (options.threads != 0) return options.threads;
  return static_cast<int>(
      std::clamp(std::thread::hardware_concurrency(), 1U, unsigned{kMaxThreads}));
}

Summary compress_frame(Reader& reader, Writer& writer, const ModelStore& store,
                       const Options& options) {
  return Compressor(writer, store, options).run(reader);
}

}  // namespace nnzip
