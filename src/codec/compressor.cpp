// SPDX-License-Identifier: Apache-2.0
// Reads blocks, has each coded the best way and writes them in order.
#include "codec/compressor.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "codec/block_coder.h"
#include "codec/block_source.h"
#include "codec/earlier_blocks.h"
#include "codec/encode_job.h"
#include "codec/frame_models.h"
#include "codec/in_flight.h"
#include "codec/job_queue.h"
#include "codec/memory_budget.h"
#include "codec/parallel.h"
#include "codec/spliced_block.h"
#include "codec/within_memory.h"
#include "container/container_writer.h"
#include "layout/block_plan.h"
#include "layout/layout_hint.h"
#include "repeats/copy_finder.h"

namespace nnzip {
namespace {

// Blocks that are read before it is known whether they are all of the content; of those that a
// device codes together; and full ones that are read ahead for each that is at work, so that no
// thread is idle while another one has a block that takes long.
constexpr std::size_t kMostFew = 64, kMostTogether = 4096, kAhead = 4;

class Compressor {
 public:
  Compressor(Writer& writer, const ModelStore& store, const Options& options)
      : writer_(writer, options.directory),
        store_(store),
        options_(options),
        threads_(thread_count(options)),
        level_(level_of(options)),
        budget_(options.memory_limit, options.memory_at_once),
        described_(options.layout.empty() ? Layout{} : layout_of_hint(options.layout)),
        jobs_(threads_, [this](std::size_t done) { report(done); }) {}

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
    prepare_jobs();
    next_ = next_of();
    std::vector<SourceBlock> start;
    fill(start, level_.block_bytes, kMostFew);  // on any device: it says how models are named
    if (next_) {
      write_many(std::move(start));
    } else {
      write_few(std::move(start));
    }
    return finish();
  }

 private:
  // Adds blocks, of no more content and no more in number than that.
  void fill(std::vector<SourceBlock>& blocks, std::size_t most_bytes, std::size_t most) {
    std::size_t bytes = 0;
    for (const SourceBlock& block : blocks) bytes += bytes_to_code(block);
    while (next_ && blocks.size() < most &&
           (blocks.empty() || bytes + bytes_to_code(*next_) <= most_bytes)) {
      bytes += bytes_to_code(*next_);
      blocks.push_back(std::move(*next_));
      next_.reset();
      next_ = next_of();
    }
  }

  BlockSource source() { return {*finder_, level_.block_bytes, unwrapping(), described_}; }

  Unwrapping unwrapping() {
    const bool opens = options_.unwrap && options_.layout.empty();
    return {opens ? level_.unwrap.max_opened : 0, level_.unwrap.max_side, threads_,
            [this](std::uint64_t bytes, std::size_t content) {
              return make_room(bytes + (content == 0 ? 0 : memory_of(content, 1)));
            }};
  }

  // Whether so many bytes are allowed, whatever threads do: what they work on is written first if
  // that is in the way.
  bool make_room(std::uint64_t bytes) {
    bytes += groups_;
    if (!budget_.fits(bytes)) return false;
    while (!jobs_.is_empty() && !budget_.fits(jobs_.memory_bytes() + bytes)) write_first();
    return true;
  }

  std::optional<SourceBlock> next_of() {
    auto block = blocks_->next();
    budget_.note(jobs_.memory_bytes() + blocks_->group_memory_bytes());
    while (!block && finder_->next_stretch()) {
      blocks_.emplace(source());
      block = blocks_->next();
    }
    beside_ = block ? EncodeJob::memory_of_read(*block) : 0;
    if (block) groups_ += memory_of_group(*block);
    jobs_.set_beside(beside_);
    return block;
  }

  static std::uint64_t memory_of_group(const SourceBlock& block) {
    return block.is_group() ? EncodeJob::memory_of_read(block) : 0;
  }

  std::uint64_t memory_of(std::size_t content_bytes, int threads) const {
    return encode_memory(content_bytes, models_, level_, threads);
  }

  bool by_device() const {
    return std::ranges::any_of(models_.all(), [](const FrameModels::Model& model) {
      return is_wide_device(*model.engine);
    });
  }

  // As many blocks as fill the lanes of a device that codes by itself. What may be known is looked
  // at block by block.
  std::size_t coded_together() const {
    if (level_.fast_stream_bytes == 0 || may_be_known()) return 1;
    int lanes = 0;
    for (const FrameModels::Model& model : models_.all()) {
      lanes = std::max(lanes, model.engine->coding_lanes());
    }
    return std::max(1, lanes / kMaxStreams);
  }

  void prepare_jobs() {
    const std::size_t most = most_side_by_side(threads_, by_device());
    const std::size_t together = std::min(coded_together(), kMostFew);
    means_.emplace(EncodeMeans{models_, level_, threads_, most, together, budget_.left_at_once()});
    jobs_.set_most(together > 1 ? 1 : most);
    jobs_.set_memory(means_->memory);
    const std::size_t ahead = threads_ == 1 ? 1 : kAhead * std::max(most, together);
    jobs_.set_ahead(ahead * std::uint64_t{level_.block_bytes});
  }

  // All of the content, which is no more than a full block, so that the frame can name the models
  // that it needs and no others.
  void write_few(std::vector<SourceBlock> blocks) {
    const bool single = blocks.size() == 1;
    std::vector<std::unique_ptr<Job>> ended;
    if (means_->together > 1 && !single) {
      add(job_of_all(std::exchange(blocks, {})));
    }
    for (SourceBlock& block : blocks) {
      auto job = job_of(std::move(block), single);
      while (!jobs_.has_room(job->size)) ended.push_back(take_first(false));
      add(std::move(job));
    }
    while (!jobs_.is_empty()) ended.push_back(take_first(false));
    std::vector<ModelId> named;
    std::size_t parts = 0;
    for (const auto& job : ended) {
      for (CodedPart& part : parts_of(*job)) {
        ++parts;
        for_each_model(part.coded, [&](BlockHeader& header) {
          const ModelId& id = models_.all()[header.model].id;
          used_[header.model] = true;
          const auto place = std::ranges::find(named, id);
          header.model = static_cast<std::uint8_t>(place - named.begin());
          if (place == named.end()) named.push_back(id);
        });
      }
    }
    // A stretch makes one block or more.
    const bool several = parts > 1 || finder_->stretches() > 1;
    begin(several, named, finder_->found_any() ? finder_->least_log2_window() : 0);
    for (const auto& job : ended) {
      for (CodedPart& part : parts_of(*job)) write(part);
    }
    write_bare_stretches();
  }

  // The header goes out before it is known which models the blocks will need, so all are named.
  void write_many(std::vector<SourceBlock> start) {
    begin(true, models_.ids(), finder_->log2_window());
    // Of a job that is read and one block behind it.
    const Job::Size full{.bytes = level_.block_bytes,
                         .held = 3 * std::uint64_t{level_.block_bytes}};
    std::unique_ptr<EncodeJob> job;  // to be added
    while (true) {
      const bool more = next_ || !start.empty();
      if (!job && more && jobs_.reserve(full)) job = next_job(start);
      jobs_.set_beside(beside_);
      if (job && jobs_.has_room(job->size)) {
        add(std::move(job));
      } else if (!jobs_.is_empty()) {
        if (job) jobs_.set_beside(beside_ + job->size.held);
        jobs_.wait(job || more);
      } else {
        break;
      }
      while (!jobs_.is_empty() && jobs_.first_has_ended()) write_first();
    }
    write_bare_stretches();
  }

  // read: blocks before next_, if there are.
  std::unique_ptr<EncodeJob> next_job(std::vector<SourceBlock>& read) {
    if (means_->together > 1) {
      fill(read, means_->together * level_.block_bytes, kMostTogether);
      return job_of_all(std::exchange(read, {}));
    }
    if (read.empty()) fill(read, 0, 1);
    auto job = job_of(std::move(read.front()), false);
    read.erase(read.begin());
    return job;
  }

  bool may_be_known() const { return options_.reuse != nullptr || options_.resume != nullptr; }

  std::unique_ptr<EncodeJob> job_of_all(std::vector<SourceBlock> blocks) {
    for (const SourceBlock& block : blocks) groups_ -= memory_of_group(block);
    return std::make_unique<EncodeJob>(std::move(blocks), *means_);
  }

  std::unique_ptr<EncodeJob> job_of(SourceBlock block, bool single) {
    groups_ -= memory_of_group(block);
    if (may_be_known()) {
      if (!earlier_) earlier_.emplace(options_, models_, frame_);
      auto known = earlier_->find(block.content);
      if (!known.empty()) return std::make_unique<EncodeJob>(std::move(block), std::move(known));
    }
    return std::make_unique<EncodeJob>(std::move(block), *means_, single);
  }

  // Precondition: there is room. Throws Error(kMemoryLimit) if there is none without others.
  void add(std::unique_ptr<EncodeJob> job) {
    if (jobs_.is_empty()) budget_.need(beside_ + job->size.held + job->size.working);
    jobs_.add(std::move(job));
  }

  std::unique_ptr<Job> take_first(bool more) {
    while (!jobs_.first_has_ended()) jobs_.wait(more);
    return jobs_.take();
  }

  void write_first() {
    const std::unique_ptr<Job> job = take_first(true);
    for (CodedPart& part : parts_of(*job)) {
      for_each_model(part.coded, [&](BlockHeader& header) { used_[header.model] = true; });
      write(part);
    }
  }

  static std::vector<CodedPart>& parts_of(Job& job) { return static_cast<EncodeJob&>(job).parts(); }

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
    budget_.note(jobs_.memory_bytes() + content.size());
    write(with_copies(copies, coded, frame_.models.size()), content, literals);
  }

  void write(const Coded& coded, std::span<const std::uint8_t> content,
             std::span<const std::uint8_t> literals) {
    writer_.block(coded.header, content, coded.data, literals);
    count_block(coded.header.kind, summary_);
    summary_.content_bytes += content.size();
    report(0);
  }

  // What is written leaves the queue, which may have told of more.
  void report(std::size_t done_in_queue) {
    reported_ = std::max(reported_, summary_.content_bytes + done_in_queue);
    if (options_.progress) options_.progress(reported_);
  }

  Summary finish() {
    writer_.end();
    summary_.frames = 1;
    summary_.coded_bytes = writer_.coded_bytes();
    budget_.note(jobs_.peak_bytes());
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
  std::optional<SourceBlock> next_;  // read, and in no job
  std::uint64_t beside_ = 0;         // bytes of memory that it takes
  std::uint64_t groups_ = 0;         // and those of all groups that are read and in no job
  std::optional<EncodeMeans> means_;
  std::uint64_t reported_ = 0;
  Summary summary_;
  JobQueue jobs_;  // last: what runs uses what is above
};

}  // namespace

Summary compress_frame(Reader& reader, Writer& writer, const ModelStore& store,
                       const Options& options) {
  return Compressor(writer, store, options).run(reader);
}

}  // namespace nnzip
