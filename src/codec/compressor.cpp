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
#include "codec/levels.h"
#include "codec/memory_budget.h"
#include "codec/parallel.h"
#include "codec/progress.h"
#include "container/container_writer.h"
#include "layout/block_plan.h"
#include "layout/layout_hint.h"

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
        level_(options.fast_decode ? for_fast_decoding(level_meaning(options.level))
                                   : level_meaning(options.level)),
        budget_(options.memory_limit),
        described_(options.layout.empty() ? Layout{} : layout_of_hint(options.layout)) {
    if (options.level < 1 || options.level > 9) {
      throw Error(ErrorCode::kInvalidArgument,
                  "the level " + std::to_string(options.level) + " is not within 1 to 9.");
    }
  }

  Summary run(Reader& reader) {
    BlockSource blocks(reader, level_.block_bytes, unwrapping(), described_);
    if (blocks.at_end()) {
      writer_.begin({});
      return finish();
    }
    models_ = FrameModels(store_, chosen_models(store_, options_), options_.device, budget_);
    used_.resize(models_.all().size());
    budget_.take(blocks.memory_bytes());
    next_ = next_of(blocks);
    std::vector<SourceBlock> start;
    fill(start, blocks, 1, kMaxBatchBlocks);  // on any device: it says how models are named
    if (next_) {
      write_many(std::move(start), blocks);
    } else {
      write_few(start);
    }
    return finish();
  }

 private:
  // Adds blocks that may be coded side by side: no more content than that of `full_blocks` full
  // blocks, and no more blocks than `most`.
  void fill(std::vector<SourceBlock>& batch, BlockSource& blocks, std::size_t full_blocks,
            std::size_t most) {
    std::size_t bytes = 0;
    for (const SourceBlock& block : batch) bytes += bytes_of(block);
    while (next_ && batch.size() < most &&
           (batch.empty() || bytes + bytes_of(*next_) <= full_blocks * level_.block_bytes)) {
      bytes += bytes_of(*next_);
      batch.push_back(std::move(*next_));
      next_.reset();
      next_ = next_of(blocks);
    }
  }

  Unwrapping unwrapping() const {
    const bool opens = options_.unwrap && options_.layout.empty();
    return {opens ? level_.unwrap.max_opened : 0, level_.unwrap.max_side, threads_,
            [this](std::uint64_t bytes, std::size_t content) {
              const std::uint64_t coding = content == 0 ? 0 : memory_of(content, 1);
              return budget_.fits(held_ + bytes + coding);
            }};
  }

  std::optional<SourceBlock> next_of(BlockSource& blocks) {
    auto block = blocks.next();
    budget_.need(held_ + blocks.group_memory_bytes());
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
    std::size_t longest = 0, leaves = 0;
    for (const SourceBlock& block : blocks) {
      longest = std::max(longest, longest_leaf(block));
      leaves += leaves_of(block);
    }
    std::vector<CodedPart> parts =
        encode_all(blocks, blocks_in_flight(leaves, longest, held_), blocks.size() == 1);
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
    writer_.begin({parts.size() > 1, named});
    for (CodedPart& part : parts) write(part, named.size());
  }

  // The header goes out before it is known which models the blocks will need, so all are named.
  void write_many(std::vector<SourceBlock> batch, BlockSource& blocks) {
    // One block waits for the next batch.
    const std::size_t in_flight =
        blocks_in_flight(kMaxBatchBlocks, level_.block_bytes, level_.block_bytes);
    writer_.begin({true, models_.ids()});
    while (true) {
      fill(batch, blocks, in_flight, coded_together() > 1 ? kMaxBatchForDevice : kMaxBatchBlocks);
      if (batch.empty()) return;
      const std::size_t possible =
          held_ == 0
              ? in_flight
              : blocks_in_flight(kMaxBatchBlocks, level_.block_bytes, level_.block_bytes + held_);
      for (CodedPart& part : encode_all(batch, possible, false)) {
        for_each_model(part.coded, [&](BlockHeader& header) { used_[header.model] = true; });
        write(part, models_.all().size());
      }
      batch.clear();
      held_ = next_ ? held_bytes(*next_) : 0;
    }
  }

  // At most `most` blocks of so many bytes, as many as threads and memory allow; counts theirs and
  // that of so many bytes that wait. Throws Error(kMemoryLimit).
  std::size_t blocks_in_flight(std::size_t most, std::size_t block_bytes,
                               std::uint64_t waiting_bytes) {
    const auto memory = [&](std::size_t count) {
      const auto [blocks, threads_of_each] = side_by_side_of(count);
      const std::uint64_t waiting = count - blocks;
      return waiting_bytes + blocks * memory_of(block_bytes, threads_of_each) +
             waiting * waiting_memory(block_bytes) +
             (coded_together() > 1 ? device_memory(models_, count) : 0);
    };
    std::size_t count = std::min(std::max(side_by_side_of(most).blocks, coded_together()), most);
    while (count > 1 && !budget_.fits(memory(count))) --count;
    budget_.need(memory(count));
    return count;
  }

  // At most `in_flight` blocks at a time. single: the frame has no others.
  std::vector<CodedPart> encode_all(const std::vector<SourceBlock>& blocks, std::size_t in_flight,
                                    bool single) {
    return encode_sources(
        blocks, models_, level_, single, side_by_side_of(in_flight),
        [this](std::size_t done) { report(done); }, known_blocks());
  }

  KnownBlock known_blocks() {
    if (options_.reuse == nullptr && options_.resume == nullptr) return {};
    if (!earlier_) earlier_.emplace(options_, models_);
    return [this](std::span<const std::uint8_t> content) { return earlier_->find(content); };
  }

  // models: how many the frame names.
  void write(CodedPart& part, std::size_t models) {
    seal_group(part.coded, models);
    writer_.block(part.coded.header, part.content, part.coded.data);
    count_block(part.coded.header.kind, summary_);
    if (part.known) ++summary_.reused_blocks;
    summary_.content_bytes += part.content.size();
    part.coded = {};
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
  const Level level_;
  MemoryBudget budget_;
  Layout described_;  // what the options say of all content
  FrameModels models_;
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
