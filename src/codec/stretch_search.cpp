// SPDX-License-Identifier: Apache-2.0
// What was found is kept until the window has passed it.
#include "codec/stretch_search.h"

#include <algorithm>

#include "container/block_header.h"
#include "unwrap/group.h"
#include "unwrap/wrap_base64.h"
#include "unwrap/wrap_jpeg.h"

namespace nnzip {
namespace {

// Stretches so near each other are of one group: content between them is not worth a block.
constexpr std::size_t kNear = std::size_t{64} << 10;
// Content so short before a stretch belongs to it.
constexpr std::size_t kOnlyHeader = std::size_t{4} << 10;
// What saves less than the headers of blocks cost.
constexpr std::size_t kMinWrapped = 100;
// What saves less than is forgotten where other content is cut for it. Digits of base64 cost little
// more than what they stand for.
constexpr std::size_t kWorthACut = 512, kBase64Part = 16;

// Longer JPEG files hardly learn from others: they are blocks of their own, as a single one is.
constexpr std::size_t kMaxJpeg = std::size_t{128} << 10;

std::size_t minus(std::size_t a, std::size_t b) { return a - std::min(a, b); }

}  // namespace

bool StretchSearch::look_at(std::span<const std::uint8_t> window, bool last) {
  if (window.size() > seen_ || last != saw_end_) {
    seen_ = window.size();
    saw_end_ = last;
    find_in(window);
  }
  if (saw_end_) return true;
  const Run run = first_run();
  if (run.closed || searched_ > run.end + kNear) return true;
  return run.count == 0 && !unfinished_;
}

void StretchSearch::find_in(std::span<const std::uint8_t> window) {
  const std::size_t begin = std::min(searched_, window.size());
  unfinished_ = false;
  searched_ = saw_end_ ? window.size() : std::max(searched_, minus(window.size(), kLookahead));
  for (FoundStretch& stretch : find_wrapped(window.subspan(begin), max_opened_)) {
    stretch.offset += begin;
    stretch.header += begin;
    if (stretch.whole || saw_end_) {
      // At the end open() says whether it is whole.
      searched_ = std::max(searched_, stretch.offset + stretch.bytes);
      if (stretch.wrapper != &kJpegWrapper || stretch.bytes <= kMaxJpeg) found_.push_back(stretch);
    } else {
      unfinished_ = true;
      searched_ = stretch.header;
    }
  }
}

void StretchSearch::give_up() {
  if (unfinished_) searched_ = std::max(searched_, minus(seen_, kLookahead));
  unfinished_ = false;
}

bool StretchSearch::joins(const Run& run, const FoundStretch& next) const {
  return run.opened_bytes < enough_opened_ &&
         next.opened_bytes <= minus(max_opened_, run.opened_bytes) &&
         next.offset - run.end <= kNear && next.offset + next.bytes - run.begin <= kMaxWholeBytes &&
         run.count < kMaxGroupStretches;
}

StretchSearch::Run StretchSearch::first_run() const {
  Run run;
  for (const FoundStretch& stretch : found_) {
    if (run.count == 0) {
      run.begin = stretch.header < kOnlyHeader ? 0 : stretch.header;
    } else if (!joins(run, stretch)) {
      run.closed = true;
      break;
    }
    ++run.count;
    run.end = stretch.offset + stretch.bytes;
    run.wrapped_bytes += stretch.bytes;
    run.worth += stretch.wrapper == &kBase64Wrapper ? stretch.bytes / kBase64Part : stretch.bytes;
    run.opened_bytes += stretch.opened_bytes;
  }
  run.closed = run.closed || run.opened_bytes >= enough_opened_;
  return run;
}

std::size_t StretchSearch::end_of(const Run& run) const {
  const bool rest = saw_end_ && run.count == found_.size() && seen_ - run.end <= kNear &&
                    seen_ - run.begin <= kMaxWholeBytes;
  return rest ? seen_ : run.end;
}

bool StretchSearch::is_worth(const Run& run) const {
  if (run.count == 1 && found_.front().wrapper == &kJpegWrapper) return false;
  const bool is_all = run.begin == 0 && saw_end_ && end_of(run) == seen_;
  return is_all ? run.wrapped_bytes >= kMinWrapped : run.worth >= kWorthACut;
}

std::optional<StretchSearch::Near> StretchSearch::near() {
  Run run = first_run();
  for (; run.count != 0 && !is_worth(run); run = first_run()) drop(run.count);
  if (run.count == 0) return {};
  Near near{run.begin, end_of(run), {}, run.opened_bytes};
  const auto count = static_cast<std::ptrdiff_t>(run.count);
  near.stretches.assign(found_.begin(), found_.begin() + count);
  return near;
}

void StretchSearch::drop(std::size_t stretches) {
  found_.erase(found_.begin(), found_.begin() + static_cast<std::ptrdiff_t>(stretches));
}

void StretchSearch::pass(std::size_t bytes) {
  while (!found_.empty() && found_.front().offset < bytes) found_.pop_front();
  for (FoundStretch& stretch : found_) {
    stretch.offset -= bytes;
    stretch.header = minus(stretch.header, bytes);
  }
  searched_ = minus(searched_, bytes);
  seen_ = minus(seen_, bytes);
}

}  // namespace nnzip
