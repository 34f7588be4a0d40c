// SPDX-License-Identifier: Apache-2.0
// Reads some blocks ahead, decodes them, checks each and writes them in order.
#include "codec/decompressor.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <vector>

#include "base/hash.h"
#include "codec/compressor.h"
#include "codec/engine_source.h"
#include "codec/model_block.h"
#include "codec/parallel.h"
#include "codec/zstd_block.h"
#include "container/container_reader.h"

namespace nnzip {
namespace {

constexpr int kMaxBatch = 8;

[[noreturn]] void corrupt(const Place& place, const std::string& problem) {
  throw Error(ErrorCode::kCorrupt, to_string(place) + ": " + problem);
}

class Decompressor {
 public:
  Decompressor(Reader& reader, Writer& writer, const ModelStore& store, const Options& options)
      : reader_(reader),
        writer_(writer),
        store_(store),
        options_(options),
        threads_(thread_count(options)) {}

  Summary run() {
    while (const auto frame = reader_.next_frame()) {
      ++summary_.frames;
      decode_frame(*frame);
      summary_.coded_bytes = reader_.position();
    }
    return summary_;
  }

 private:
  void decode_frame(const FrameHeader& frame) {
    Xxh64Stream content_hash;
    for (bool more = true; more;) {
      // An error further on must not keep the good blocks before it from being written.
      std::exception_ptr error;
      std::vector<CodedBlock> batch;
      try {
        more = read_batch(batch);
      } catch (const Error&) {
        error = std::current_exception();
      }
      decode_batch(frame, batch, content_hash);
      if (error) std::rethrow_exception(error);
    }
    const auto& expected = reader_.content_hash();
    if (expected && *expected != content_hash.digest()) {
      corrupt(reader_.place(), "the content of the frame does not have the checksum stated.");
    }
  }

  // Returns whether the frame may have more blocks.
  bool read_batch(std::vector<CodedBlock>& batch) {
    while (batch.size() < static_cast<std::size_t>(std::min(threads_, kMaxBatch))) {
      auto block = reader_.next_block();
      if (!block) return false;
      batch.push_back(std::move(*block));
    }
    return true;
  }

  // Blocks without model are decoded side by side; those with one use all threads one by one.
  void decode_batch(const FrameHeader& frame, std::vector<CodedBlock>& batch,
                    Xxh64Stream& content_hash) {
    std::vector<Bytes> contents(batch.size());
    parallel_for(threads_, batch.size(),
                 [&](std::size_t i) { contents[i] = decode_without_model(batch[i]); });
    for (std::size_t i = 0; i < batch.size(); ++i) {
      CodedBlock& block = batch[i];
      if (block.header.kind == BlockKind::kModel)
        contents[i] = decode_with_model(*frame.model, block);
      if (contents[i].empty()) corrupt(block.place, "the coded data are damaged.");
      check_and_write(block, contents[i]);
      content_hash.update(contents[i]);
      contents[i] = {};
      block.coded = {};
    }
  }

  // Empty if the coded data are damaged, or if it takes a model.
  static Bytes decode_without_model(CodedBlock& block) {
    if (block.header.kind == BlockKind::kStored) return std::move(block.coded);
    Bytes content;
    if (block.header.kind == BlockKind::kZstd) {
      content.resize(block.header.content_bytes);
      if (!zstd_unpack(block.coded, content)) content.clear();
    }
    return content;
  }

  Bytes decode_with_model(const ModelId& id, const CodedBlock& block) {
    if (!model_ || model_id_ != id) {
      const ModelEntry& entry = store_.find(id);
      model_.reset();
      model_.emplace(load_engine(store_, entry, options_.device), threads_);
      model_id_ = id;
      summary_.model = entry.name;
      summary_.device = model_->engine().description();
    }
    Bytes content(block.header.content_bytes);
    const auto plan = stated_plan(content.size(), block.header.streams());
    const auto progress = [this](std::size_t done) { report(done); };
    if (!model_->decode(block.coded, plan, content, progress)) content.clear();
    return content;
  }

  void check_and_write(const CodedBlock& block, const Bytes& content) {
    if (xxh32(content) != block.header.checksum) {
      corrupt(block.place,
              "the decoded content does not have the block's checksum; the data are damaged.");
    }
    writer_.write(content);
    ++summary_.blocks;
    summary_.stored_blocks += block.header.kind == BlockKind::kStored;
    summary_.zstd_blocks += block.header.kind == BlockKind::kZstd;
    summary_.model_blocks += block.header.kind == BlockKind::kModel;
    summary_.content_bytes += content.size();
    report(0);
  }

  void report(std::size_t done_in_block) const {
    if (options_.progress) options_.progress(summary_.content_bytes + done_in_block);
  }

  ContainerReader reader_;
  Writer& writer_;
  const ModelStore& store_;
  const Options& options_;
  int threads_;
  std::optional<ModelCoder> model_;
  ModelId model_id_{};
  Summary summary_;
};

}  // namespace

Summary decompress_frames(Reader& reader, Writer& writer, const ModelStore& store,
                          const Options& options) {
  return Decompressor(reader, writer, store, options).run();
}

}  // namespace nnzip
