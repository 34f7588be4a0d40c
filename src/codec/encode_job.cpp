// SPDX-License-Identifier: Apache-2.0
// What a block takes is known before it is coded: bounds of its memory, and how many of its leaves
// there is memory for.
#include "codec/encode_job.h"

#include <algorithm>
#include <utility>

#include "codec/in_flight.h"

namespace nnzip {
namespace {

std::uint64_t jpeg_memory_of(const SourceBlock& block) {
  std::uint64_t sum = jpeg_memory(block.segment);
  for (const SourceBlock& inner : block.inner) sum += jpeg_memory_of(inner);
  return sum;
}

// Until it is written: content and coded data; of JPEG files what coding them takes, of a group
// what it opens to and the coded data of that.
std::uint64_t held_bytes(const SourceBlock& block) {
  return 2 * std::uint64_t{block.content.size()} + 2 * std::uint64_t{block.opened_bytes()} +
         jpeg_memory_of(block);
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

std::vector<SourceBlock> list_of(SourceBlock block) {
  std::vector<SourceBlock> list;
  list.push_back(std::move(block));
  return list;
}

// What is longer than a block is held.
std::size_t coded_at_once(std::size_t bytes, const EncodeMeans& means) {
  return std::min(bytes, means.level.block_bytes);
}

Job::Size size_of(const SourceBlock& block, const EncodeMeans& means) {
  Job::Size size{.bytes = block.content.size(), .held = held_bytes(block)};
  const std::size_t longest = coded_at_once(longest_leaf(block), means);
  const std::uint64_t one = encode_memory(longest, means.models, means.level, means.threads);
  if (!block.is_group()) {
    size.working = one - 2 * longest;  // content and coded data are held
    return size;
  }
  size.tasks = leaves_of(block);
  size.at_once = std::min(means.most, size.tasks);
  while (size.at_once > 1 && size.held + size.at_once * one > means.memory) --size.at_once;
  size.working = size.at_once * one;
  return size;
}

// Of blocks of which so many are given to a device.
Job::Size size_of(const std::vector<SourceBlock>& blocks, std::size_t count,
                  const SideBySide& side_by_side, const EncodeMeans& means) {
  Job::Size size;
  std::size_t longest = 0;
  for (const SourceBlock& block : blocks) {
    size.bytes += block.content.size();
    size.held += held_bytes(block);
    longest = std::max(longest, coded_at_once(longest_leaf(block), means));
  }
  size.working =
      side_by_side.blocks *
          encode_memory(longest, means.models, means.level, side_by_side.threads_of_each) +
      (count - side_by_side.blocks) * waiting_memory(longest) + device_memory(means.models, count);
  return size;
}

}  // namespace

std::uint64_t EncodeJob::memory_of_read(const SourceBlock& block) {
  return block.is_group() ? held_bytes(block) : block.content.size();
}

EncodeJob::EncodeJob(SourceBlock block, const EncodeMeans& means, bool single)
    : blocks_(list_of(std::move(block))) {
  size = size_of(blocks_.front(), means);
  encoder_.emplace(blocks_.front(), means.models, means.level, single);
}

EncodeJob::EncodeJob(std::vector<SourceBlock> blocks, const EncodeMeans& means)
    : blocks_(std::move(blocks)), means_(means) {
  std::size_t leaves = 0;
  for (const SourceBlock& block : blocks_) leaves += leaves_of(block);
  std::size_t count = std::min(std::max(means.most, means.together), leaves);
  const auto size_for = [&] {
    side_by_side_ = side_by_side(std::min(count, means.most), means.threads);
    return size_of(blocks_, count, side_by_side_, means);
  };
  size = size_for();
  while (count > 1 && size.held + size.working > means.memory) {
    --count;
    size = size_for();
  }
}

EncodeJob::EncodeJob(SourceBlock block, std::vector<CodedPart> known)
    : blocks_(list_of(std::move(block))), parts_(std::move(known)) {
  size = {.tasks = 0, .bytes = blocks_.front().content.size(), .held = held_bytes(blocks_.front())};
}

void EncodeJob::run(std::size_t task, int threads, const BlockProgress& progress) {
  if (encoder_) return encoder_->encode(task, threads, progress);
  parts_ = encode_sources(blocks_, means_->models, means_->level, side_by_side_, progress);
}

std::uint64_t EncodeJob::finish(int threads) {
  if (encoder_) parts_ = encoder_->settle(threads);
  encoder_.reset();
  return size.held;
}

std::size_t bytes_to_code(const SourceBlock& block) {
  return std::max(block.content.size(), block.opened_bytes());
}

}  // namespace nnzip
