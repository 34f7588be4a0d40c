// SPDX-License-Identifier: Apache-2.0
// Reads some blocks ahead, decodes them, checks each and writes them in order.
#include "codec/decompressor.h"

#include <algorithm>
#include <exception>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "codec/block_coder.h"
#include "codec/decode_job.h"
#include "codec/engine_source.h"
#include "codec/group_decoder.h"
#include "codec/in_flight.h"
#include "codec/job_queue.h"
#include "codec/literal_fetcher.h"
#include "codec/memory_budget.h"
#include "codec/parallel.h"
#include "codec/spliced_block.h"
#include "container/container_reader.h"
#include "repeats/literal_window.h"

namespace nnzip {
namespace {

// Blocks, as long as the longest one so far, that are read ahead for each that is at work, so that
// no thread is idle while another one has a block that takes long.
constexpr std::size_t kAhead = 4;
// Content of blocks that a device decodes together.
constexpr std::size_t kMostTogether = std::size_t{256} << 20;
constexpr std::size_t kMostBlocksTogether = 4096;
constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();

// The part of all content that is wanted.
struct Range {
  std::uint64_t begin = 0, end = kNoEnd;
  bool is_all() const { return begin == 0 && end == kNoEnd; }
};

Range range_of(std::uint64_t offset, std::uint64_t length) {
  return {offset, offset + std::min(length, kNoEnd - offset)};
}

[[noreturn]] void corrupt(const Place& place, const std::string& problem) {
  throw Error(ErrorCode::kCorrupt, to_string(place) + ": " + problem);
}

class Decompressor {
 public:
  Decompressor(Reader& reader, Writer& writer, const ModelStore& store, const Options& options,
               const Range& range)
      : reader_(reader),
        writer_(writer),
        store_(store),
        options_(options),
        threads_(thread_count(options)),
        range_(range),
        budget_(options.memory_limit, options.memory_at_once),
        jobs_(threads_, [this](std::size_t done) { report(done); }) {
    jobs_.set_memory(budget_.left_at_once());
  }

  Summary run() {
    while (!past_range()) {
      const auto frame = reader_.next_frame();
      if (!frame) break;
      decode_frame(*frame);
    }
    return finish();
  }

  // The same, but from where the table's frames begin, they are found by it. Its sources have
  // checksums, so a block that disagrees with it has been made to deceive.
  // Literals that copies need are looked for in `cache` and added to it.
  Summary run(const FrameTable& table, SeekableReader& file, LiteralCache* cache = nullptr) {
    if (cache != nullptr) literals_ = cache;
    while (table.begin > 0 && !past_range()) {
      const auto frame = reader_.next_frame();
      if (!frame) return finish();
      if (reader_.frame_offset() == table.frames.front().offset) break;
      decode_frame(*frame);
    }
    file_ = &file;
    decode_listed(table.frames);
    return finish();
  }

 private:
  bool past_range() const { return content_at_ >= range_.end; }

  Summary finish() {
    for (const auto& [id, engine] : engines_) {
      summary_.device = engine->description();
      if (summary_.warning.empty()) summary_.warning = engine->trouble();
    }
    summary_.coded_bytes = reader_.position();
    budget_.note(jobs_.peak_bytes());
    summary_.memory_bytes = budget_.peak();
    return summary_;
  }

  void decode_listed(const std::vector<ListedFrame>& frames) {
    const std::uint64_t before = std::max<std::uint64_t>(reader_.place().frame, 1);
    for (std::size_t i = 0; i < frames.size() && !past_range(); ++i) {
      Place place{before + i, 0, frames[i].blocks_offset()};
      std::uint64_t literals = 0;
      for (const ListedBlock& block : frames[i].blocks) {
        if (content_at_ + block.content_bytes > range_.begin) break;
        content_at_ += block.content_bytes;
        literals += block.content_bytes - block.copied_bytes;
        place.offset += block.block_bytes;
        ++place.block;
      }
      if (place.block == frames[i].blocks.size()) continue;
      listed_ = &frames[i];
      reader_.enter(listed_->header, place, *file_);
      fetcher_.emplace(*listed_, place.frame, *file_, *literals_, [this](CodedBlock block) {
        return decode_literals(std::move(block), listed_->header);
      });
      decode_frame(listed_->header, literals);
    }
  }

  // Whether all blocks of the frame have been read, if it is one of a table.
  bool is_read() const {
    return listed_ != nullptr && reader_.place().block == listed_->blocks.size();
  }

  void check_listed(const BlockPlace& block) const {
    const ListedBlock& listed = listed_->blocks.at(block.place.block - 1);
    const std::uint64_t bytes =
        block_header_bytes(block.header, listed_->header.models.size()) + block.header.coded_bytes;
    if (listed.content_bytes != block.header.content_bytes || listed.block_bytes != bytes ||
        listed.copied_bytes != block.header.copied_bytes ||
        (listed.first_byte != 0 && listed.first_byte != first_byte_of(block.header))) {
      corrupt_listed(block.place);
    }
  }

  [[noreturn]] static void corrupt_listed(const Place& place) {
    corrupt(place, "the block is not the one that the directory or the index states.");
  }

  // literals: how many stand before the block that is read next.
  void decode_frame(const FrameHeader& frame, std::uint64_t literals = 0) {
    ++summary_.frames;
    window_ = LiteralWindow(literals);
    Xxh64Stream content_hash;
    // An error further on must not keep the good blocks before it from being written.
    std::exception_ptr error;
    Ahead ahead = Ahead::kMore;
    while (ahead != Ahead::kEnd || !jobs_.is_empty()) {
      try {
        if (ahead != Ahead::kEnd) ahead = add_next(frame);
      } catch (const Error&) {
        error = std::current_exception();
        ahead = Ahead::kEnd;
      }
      if (ahead != Ahead::kMore && !jobs_.is_empty()) jobs_.wait(ahead != Ahead::kEnd);
      while (!jobs_.is_empty() && jobs_.first_has_ended()) write_first(frame, content_hash);
    }
    if (error) std::rethrow_exception(error);
    const auto& expected = reader_.content_hash();
    if (range_.is_all() && expected && *expected != content_hash.digest()) {
      corrupt(reader_.place(), "the content of the frame does not have the checksum stated.");
    }
  }

  enum class Ahead { kMore, kNoRoom, kEnd };

  // Gives the next block to the threads, or several that a device decodes together, if there is
  // room for it. kEnd: the frame has no more blocks that are wanted.
  Ahead add_next(const FrameHeader& frame) {
    if (!find_next(frame)) return Ahead::kEnd;
    const PendingBlock& block = prepare(frame);
    const Job::Size size = DecodeJob::size_of(block, threads_);
    const bool together = codes_together(block.header, block.engine().get());
    const auto engine = block.engine();
    if (engine && is_wide_device(*engine)) most_ = most_side_by_side(threads_, true);
    longest_ = std::max(longest_, size.bytes);
    jobs_.set_most(most_);
    jobs_.set_ahead(threads_ == 1 ? 0 : kAhead * most_ * std::uint64_t{longest_});
    if (!jobs_.has_room(size)) return Ahead::kNoRoom;
    if (jobs_.is_empty()) need(size.held + size.working);
    std::vector<PendingBlock> blocks;
    blocks.push_back(take_prepared());
    std::exception_ptr error;
    try {
      if (together) add_others(frame, blocks, size);
    } catch (const Error&) {
      error = std::current_exception();
    }
    jobs_.add(std::make_unique<DecodeJob>(std::move(blocks), threads_, most_));
    if (error) std::rethrow_exception(error);
    return Ahead::kMore;
  }

  // Those behind a block for a device that codes by itself, until its lanes are full; those between
  // that take no time do not count.
  void add_others(const FrameHeader& frame, std::vector<PendingBlock>& blocks, Job::Size sum) {
    while (has_room(blocks, most_) && find_next(frame)) {
      const Job::Size size = DecodeJob::size_of(prepare(frame), threads_);
      sum.bytes += size.bytes;
      sum.held += size.held;
      sum.working += size.working;
      if (!jobs_.has_memory(sum)) return;
      blocks.push_back(take_prepared());
    }
  }

  // Reads headers up to that of the next block that is wanted. Returns false if there is none.
  bool find_next(const FrameHeader& frame) {
    while (true) {
      if (past_range() || (!waiting_ && is_read())) return false;
      if (waiting_) return true;
      waiting_ = reader_.next_header();
      if (!waiting_ && listed_ != nullptr) corrupt_listed(reader_.place());
      if (!waiting_) return false;
      check_header(*waiting_);
      if (listed_ != nullptr) check_listed(*waiting_);
      // Where copies come from is known by a table alone.
      if (content_at_ + waiting_->header.content_bytes > range_.begin ||
          (frame.has_copies() && listed_ == nullptr)) {
        return true;
      }
      reader_.skip_data(*waiting_);
      pass_waiting();
    }
  }

  void pass_waiting() {
    content_at_ += waiting_->header.content_bytes;
    waiting_.reset();
  }

  // The prepared block with its data.
  PendingBlock take_prepared() {
    PendingBlock block = std::move(*prepared_);
    prepared_.reset();
    if (block.coded.empty() && !block.splice) block.coded = reader_.coded_data(block);
    pass_waiting();
    return block;
  }

  // Whether one more block can be decoded together with these.
  static bool has_room(const std::vector<PendingBlock>& blocks, std::size_t most) {
    std::size_t others = 0, bytes = 0;
    int lanes = 0, wanted = 1;
    for (const PendingBlock& block : blocks) {
      const auto engine = block.engine();
      bytes += block.header.content_bytes;
      if (codes_together(block.header, engine.get())) {
        lanes += block.header.streams();
        wanted = std::max(wanted, engine->coding_lanes());
      } else if (block.header.kind != BlockKind::kStored && block.header.kind != BlockKind::kZstd) {
        ++others;
      }
    }
    return lanes < wanted && others < most && bytes < kMostTogether &&
           blocks.size() < kMostBlocksTogether;
  }

  // Bytes of literals that later blocks may copy.
  std::uint64_t kept_bytes() const { return window_.memory_bytes() + literals_->bytes(); }

  // So many bytes beside those, of which some may be forgotten. Throws Error(kMemoryLimit).
  void need(std::uint64_t bytes) {
    while (!budget_.fits(kept_bytes() + bytes) && literals_->forget_one()) continue;
    budget_.need(kept_bytes() + bytes);
  }

  // What is worked on beside so many bytes ends first if both are too much.
  void stop_work_unless_fits(std::uint64_t bytes) {
    if (!budget_.fits(kept_bytes() + jobs_.memory_bytes() + bytes)) jobs_.wait_for_all();
    budget_.note(kept_bytes() + jobs_.memory_bytes() + bytes);
  }

  // The waiting block and what it needs; of a group that is known once its data are read.
  PendingBlock& prepare(const FrameHeader& frame) {
    if (prepared_) return *prepared_;
    PendingBlock block;
    static_cast<BlockPlace&>(block) = *waiting_;
    block.content_at = content_at_;
    if (block.header.kind == BlockKind::kGroup || block.header.kind == BlockKind::kCopies) {
      budget_.need(block.header.coded_bytes);
      block.coded = reader_.coded_data(block);
    }
    prepare(frame, block);
    return prepared_.emplace(std::move(block));
  }

  void prepare(const FrameHeader& frame, PendingBlock& block) {
    block.engines.resize(frame.models.size());
    const auto take_engine = [&](const BlockHeader& header) {
      if (!needs_model(header.kind)) return;
      block.engines[header.model] = engine_of(frame.models.at(header.model));
      check_engine({header, block.place}, *block.engines[header.model]);
    };
    block.splice = take_copies(block, frame);
    if (block.header.kind == BlockKind::kGroup) {
      block.group = read_group(block, frame.models.size());
      for_each_leaf(block.group, take_engine);
      choose_threads(block);
    } else {
      take_engine(block.header);
    }
  }

  // As many blocks of a group side by side as there is memory for.
  void choose_threads(PendingBlock& block) const {
    block.group_threads = {threads_, threads_};
    while (block.group_threads.blocks > 1 &&
           kept_bytes() + memory_of(block, threads_) > budget_.left_at_once()) {
      block.group_threads.blocks = (block.group_threads.blocks + 1) / 2;
    }
  }

  void write_first(const FrameHeader& frame, Xxh64Stream& content_hash) {
    const std::unique_ptr<Job> job = jobs_.take();
    for (PendingBlock& block : static_cast<DecodeJob&>(*job).blocks()) {
      check(block.header, block);
      if (frame.has_copies()) add_literals(frame, block);
      write(block);
      content_hash.update(block.content);
      block.content = {};
    }
    jobs_.set_beside(kept_bytes());
  }

  const std::shared_ptr<const Engine>& engine_of(const ModelId& id) {
    std::shared_ptr<const Engine>& engine = engines_[id];
    if (engine) return engine;
    const ModelEntry& entry = store_.find(id);
    const std::uint64_t bytes = load_memory(entry);
    stop_work_unless_fits(bytes);
    budget_.take(bytes);
    jobs_.set_memory(budget_.left_at_once());
    engine = load_engine(store_, entry, options_.device);
    summary_.model += (summary_.model.empty() ? "" : ", ") + entry.name;
    summary_.reason = "named by the frame";
    return engine;
  }

  static void check(const BlockHeader& header, const PendingBlock& block) {
    if (block.content.size() != header.content_bytes) {
      corrupt(block.place, "the coded data are damaged.");
    }
    if (header.content_bytes != 0 && xxh32(block.content) != header.checksum) {
      corrupt(block.place,
              "the decoded content does not have the block's checksum; the data are damaged.");
    }
  }

  // The block's content is its literals, and becomes all of its content.
  void add_literals(const FrameHeader& frame, PendingBlock& block) {
    const std::uint64_t begin = window_.end();
    window_.append(block.content);
    if (block.splice) add_copies(block, begin);
    const std::uint64_t window = std::uint64_t{1} << frame.log2_window;
    if (window_.end() > window) window_.drop_before(window_.end() - window);
  }

  // Of a frame of a table, those that are wanted; others may be of blocks that are far or damaged.
  // begin: where the block's literals begin.
  void add_copies(PendingBlock& block, std::uint64_t begin) {
    std::uint64_t at = block.content_at, literals = 0;
    bool all = true;
    auto copy = block.splice->copies.begin();
    block.content = splice(block.content, block.splice->copies,
                           [&](std::int64_t source, std::span<std::uint8_t> out) {
                             at += copy->at - literals;
                             literals = copy++->at;
                             const std::uint64_t end = at + out.size();
                             if (listed_ == nullptr || (at < range_.end && end > range_.begin)) {
                               read_literals(block.place, begin, source, out);
                             } else {
                               all = false;
                             }
                             at = end;
                           });
    block.header = block.splice->header;
    if (all) check(block.header, block);
  }

  // source: from `begin` on.
  void read_literals(const Place& place, std::uint64_t begin, std::int64_t source,
                     std::span<std::uint8_t> out) {
    const auto from = static_cast<std::uint64_t>(static_cast<std::int64_t>(begin) + source);
    if (from > window_.end()) corrupt(place, "a copy is of what is before the frame.");
    const std::uint64_t known = listed_ != nullptr ? window_.begin() : 0;
    if (from < known) {
      const std::uint64_t size = std::min<std::uint64_t>(known - from, out.size());
      fetch(place, from, out.first(static_cast<std::size_t>(size)));
      out = out.subspan(static_cast<std::size_t>(size));
    }
    if (!out.empty()) window_.read(std::max(from, known), out);
  }

  void fetch(const Place& place, std::uint64_t from, std::span<std::uint8_t> out) try {
    fetcher_->read(from, out);
    reader_.go_on(*file_);
  } catch (const Error& error) {
    throw Error(error.code(),
                to_string(place) + ": it has copies of another block: " + error.what());
  }

  Bytes decode_literals(CodedBlock coded, const FrameHeader& frame) {
    check_header(coded);
    PendingBlock block;
    static_cast<CodedBlock&>(block) = std::move(coded);
    prepare(frame, block);
    const std::uint64_t bytes = memory_of(block, threads_);
    stop_work_unless_fits(bytes);
    need(bytes);
    decode(block, threads_, {});
    check(block.header, block);
    return std::move(block.content);
  }

  void write(const PendingBlock& block) {
    const std::uint64_t size = block.content.size();
    const std::uint64_t end = std::min(range_.end - block.content_at, size);
    const std::uint64_t begin =
        std::min(std::max(range_.begin, block.content_at) - block.content_at, end);
    writer_.write(std::span(block.content).subspan(begin, end - begin));
    count_block(block.header.kind, summary_);
    summary_.content_bytes += end - begin;
    report(0);
  }

  // What is written leaves the queue, which may have told of more. Of a range it tells too much.
  void report(std::size_t done_in_queue) {
    if (!range_.is_all()) done_in_queue = 0;
    reported_ = std::max(reported_, summary_.content_bytes + done_in_queue);
    if (options_.progress) options_.progress(reported_);
  }

  ContainerReader reader_;
  Writer& writer_;
  const ModelStore& store_;
  const Options& options_;
  int threads_;
  Range range_;
  MemoryBudget budget_;
  const ListedFrame* listed_ = nullptr;    // the frame being read, if it is one of a table
  SeekableReader* file_ = nullptr;         // that the table tells of
  std::optional<LiteralFetcher> fetcher_;  // of the listed frame
  LiteralCache own_literals_;
  LiteralCache* literals_ = &own_literals_;  // of the fetcher
  LiteralWindow window_;                     // of the frame, from the first block decoded on
  std::uint64_t content_at_ = 0;             // of the next block
  std::optional<BlockPlace> waiting_;        // its header has been read, its data not
  std::optional<PendingBlock> prepared_;     // the same, but of a group its data have been read too
  std::map<ModelId, std::shared_ptr<const Engine>> engines_;
  std::size_t most_ = most_side_by_side(threads_, false);  // tasks at once
  std::uint64_t reported_ = 0;
  std::size_t longest_ = 0;  // bytes of a block so far
  Summary summary_;
  JobQueue jobs_;  // last: what runs uses what is above
};

}  // namespace

Summary decompress_frames(Reader& reader, Writer& writer, const ModelStore& store,
                          const Options& options) {
  return Decompressor(reader, writer, store, options, {}).run();
}

Summary decompress_frames_range(Reader& reader, Writer& writer, std::uint64_t offset,
                                std::uint64_t length, const ModelStore& store,
                                const Options& options) {
  if (auto* const file = dynamic_cast<SeekableReader*>(&reader)) {
    return decompress_frames_range(*file, frame_table(*file), writer, offset, length, store,
                                   options);
  }
  return Decompressor(reader, writer, store, options, range_of(offset, length)).run();
}

Summary decompress_frames_range(SeekableReader& file, const FrameTable& table, Writer& writer,
                                std::uint64_t offset, std::uint64_t length, const ModelStore& store,
                                const Options& options, LiteralCache* cache) {
  Decompressor decompressor(file, writer, store, options, range_of(offset, length));
  file.seek(0);
  return table.frames.empty() ? decompressor.run() : decompressor.run(table, file, cache);
}

}  // namespace nnzip
