// SPDX-License-Identifier: Apache-2.0
// The plan is rows, one for each stretch, and their side data.
#include "unwrap/group.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "unwrap/gap_sums.h"
#include "unwrap/wrap_deflate.h"
#include "unwrap/wrap_jpeg.h"
#include "unwrap/wrap_program.h"

namespace nnzip {
namespace {

// Of a layout of their own; shorter parts learn more from what stands beside them.
constexpr std::size_t kMinLaidOut = std::size_t{2} << 10;
// Of a stretch: it bounds what a plan takes in memory.
constexpr std::size_t kMaxParts = 255;
// Of programs: they stand at multiples of this; what is so long before the first one is a run of
// its own.
constexpr std::size_t kAligned = 16, kApart = 512;

// A stretch that stays open.
struct Taken {
  const Wrapper* wrapper;
  std::size_t offset;
  Opened opened;
};

std::size_t part_bytes(const Opened& opened) {
  std::size_t sum = 0;
  for (const OpenedPart& part : opened.parts) sum += part.content.size();
  return sum;
}

bool is_worth(const Opened& opened, const OpenLimits& limits) {
  return opened.parts.size() <= kMaxParts &&
         opened.side.size() <= std::min(limits.side, opened.bytes / kMostSide);
}

// Opens each by itself, then takes those that fit, in their order.
std::vector<Taken> open_each(std::span<const std::uint8_t> content,
                             std::span<const FoundStretch> stretches, const OpenLimits& limits,
                             const ForEach& for_each) {
  std::vector<std::optional<Opened>> all(stretches.size());
  for_each(all.size(), [&](std::size_t i) {
    // What was stated is what memory was counted for.
    all[i] = stretches[i].wrapper->open(content, stretches[i],
                                        std::min(limits.opened, stretches[i].opened_bytes));
  });
  std::vector<Taken> taken;
  std::size_t left = limits.opened, end = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::size_t at = stretches[i].offset;
    if (!all[i] || at < end || all[i]->bytes > content.size() - at) continue;
    const std::size_t bytes = part_bytes(*all[i]) + all[i]->side.size();
    if (bytes > left || !is_worth(*all[i], limits)) continue;
    left -= bytes;
    end = at + all[i]->bytes;
    taken.push_back({stretches[i].wrapper, at, std::move(*all[i])});
  }
  return taken;
}

std::vector<WrapperCount> count_wrappers(const std::vector<Taken>& taken) {
  std::vector<WrapperCount> counts;
  for (const Taken& stretch : taken) {
    const std::uint8_t number = stretch.wrapper->number;
    const auto at = std::ranges::lower_bound(counts, number, {}, &WrapperCount::number);
    if (at != counts.end() && at->number == number) {
      ++at->stretches;
    } else {
      counts.insert(at, {number, 1});
    }
  }
  return counts;
}

SummedStretch summed(const Wrapper& wrapper, std::size_t at, std::size_t bytes, std::size_t parts,
                     std::span<const std::uint8_t> first) {
  return {at, bytes, wrapper.number == kDeflateWrapper.number && parts == 1, first};
}

Bytes with_masked_sums(std::span<const std::uint8_t> content, const std::vector<Taken>& taken) {
  std::vector<SummedStretch> stretches;
  for (const auto& [wrapper, offset, opened] : taken) {
    const std::size_t parts = opened.parts.size();
    stretches.push_back(summed(
        *wrapper, offset, opened.bytes, parts,
        parts == 0 ? std::span<const std::uint8_t>() : std::span(opened.parts.front().content)));
  }
  Bytes masked(content.begin(), content.end());
  mask_sums(masked, stretches);
  return masked;
}

// The plan with its length, and the gaps.
Bytes plan_and_gaps(std::span<const std::uint8_t> content, const std::vector<Taken>& taken,
                    bool several_wrappers) {
  Bytes plan, gaps;
  ByteWriter rows(plan), rest(gaps);
  const Bytes masked = with_masked_sums(content, taken);
  std::size_t end = 0;
  for (const Taken& stretch : taken) {
    const Opened& opened = stretch.opened;
    rows.varint(stretch.offset - end);
    if (several_wrappers) rows.u8(stretch.wrapper->number);
    rows.varint(opened.bytes);
    rows.varint(opened.side.size());
    rows.varint(opened.parts.size());
    for (const OpenedPart& part : opened.parts) rows.varint(part.content.size());
    rest.bytes(std::span(masked).subspan(end, stretch.offset - end));
    end = stretch.offset + opened.bytes;
  }
  rest.bytes(std::span(masked).subspan(end));
  for (const Taken& stretch : taken) rows.bytes(stretch.opened.side);
  Bytes all;
  ByteWriter writer(all);
  writer.varint(plan.size());
  writer.bytes(plan);
  writer.bytes(gaps);
  return all;
}

// Instructions and tables of programs stand at multiples of their length.
void align_programs(std::span<const std::uint8_t> content, std::vector<Taken>& taken,
                    bool several_wrappers) {
  const auto first = std::ranges::find(taken, &kProgramWrapper, &Taken::wrapper);
  if (first == taken.end()) return;
  std::size_t before = plan_and_gaps(content, taken, several_wrappers).size();
  for (auto other = taken.begin(); other != first; ++other) before += part_bytes(other->opened);
  first->opened.side.resize(first->opened.side.size() + (kAligned - before % kAligned) % kAligned);
}

// JPEG files learn from each other, and others from what is not cut in two by them.
bool stands_behind(const Wrapper& wrapper) { return wrapper.number == kJpegWrapper.number; }

// The headers of an archive before the first program would tell where other files end.
bool stands_apart(const Taken& stretch, const std::vector<OpenedPart>& runs) {
  return stretch.wrapper == &kProgramWrapper && runs.size() == 1 &&
         runs.front().content.size() >= kApart;
}

void append(const OpenedPart& part, std::vector<OpenedPart>& runs) {
  const bool file = part.layout && part.layout->form == Form::kJpeg;
  const auto layout = part.content.size() < kMinLaidOut && !file ? std::nullopt : part.layout;
  if (file || layout != runs.back().layout) runs.push_back({{}, layout});
  Bytes& last = runs.back().content;
  last.insert(last.end(), part.content.begin(), part.content.end());
}

Bytes joined(const std::vector<OpenedPart>& runs) {
  Bytes all;
  for (const OpenedPart& run : runs) {
    all.insert(all.end(), run.content.begin(), run.content.end());
  }
  return all;
}

// What a row of the plan says, and where it leads.
struct Row {
  const Wrapper* wrapper = nullptr;
  std::size_t at = 0, bytes = 0, side_bytes = 0;  // at, bytes: of the stretch, in the content
  std::vector<std::size_t> part_bytes;
};

// Takes numbers that may not be more than what is left of something.
class PlanReader {
 public:
  PlanReader(std::span<const std::uint8_t> opened, std::size_t content_bytes)
      : in_(opened, ErrorCode::kCorrupt, "the plan"),
        content_left_(content_bytes),
        opened_left_(opened.size()) {}

  std::size_t plan_bytes() { return number(in_.remaining()); }

  Row row(const Wrapper* only) {
    Row row;
    const std::size_t gap = taken(content_left_);
    at_ += gap;
    row.wrapper = only != nullptr ? only : find_wrapper(in_.u8());
    row.at = at_;
    row.bytes = taken(content_left_);
    at_ += row.bytes;
    row.side_bytes = number(in_.remaining());
    row.part_bytes.resize(number(kMaxParts));
    for (std::size_t& bytes : row.part_bytes) bytes = taken(opened_left_);
    return row;
  }

  std::size_t position() const { return in_.position(); }

 private:
  std::size_t number(std::size_t most) {
    const std::uint64_t value = in_.varint();
    if (value > most) in_.fail("a number is beyond its bound");
    return static_cast<std::size_t>(value);
  }
  std::size_t taken(std::size_t& left) {
    const std::size_t value = number(left);
    left -= value;
    return value;
  }

  ByteReader in_;
  std::size_t content_left_, opened_left_, at_ = 0;
};

// A stretch, as its wrapper closes it.
struct Closing {
  const Wrapper* wrapper;
  std::size_t at, bytes;
  std::span<const std::uint8_t> side;
  std::vector<std::span<const std::uint8_t>> parts;
};

// Hands out the opened content piece by piece.
class Pieces {
 public:
  explicit Pieces(std::span<const std::uint8_t> all) : left_(all) {}
  std::optional<std::span<const std::uint8_t>> next(std::size_t bytes) {
    if (bytes > left_.size()) return {};
    const auto piece = left_.first(bytes);
    left_ = left_.subspan(bytes);
    return piece;
  }
  bool done() const { return left_.empty(); }

 private:
  std::span<const std::uint8_t> left_;
};

std::vector<Row> read_rows(std::span<const WrapperCount> wrappers,
                           std::span<const std::uint8_t> opened, std::size_t content_bytes,
                           std::size_t& plan_end, std::size_t& rows_end) {
  PlanReader reader(opened, content_bytes);
  const std::size_t plan_bytes = reader.plan_bytes();
  plan_end = reader.position() + plan_bytes;
  std::size_t count = 0;
  for (const WrapperCount& wrapper : wrappers) count += wrapper.stretches;
  const Wrapper* const only = wrappers.size() == 1 ? find_wrapper(wrappers[0].number) : nullptr;
  std::vector<Row> rows;
  while (rows.size() < count) rows.push_back(reader.row(only));
  rows_end = reader.position();
  return rows;
}

bool counts_agree(std::span<const WrapperCount> wrappers, const std::vector<Row>& rows) {
  return std::ranges::all_of(wrappers, [&](const WrapperCount& count) {
    return std::ranges::count_if(rows, [&](const Row& row) {
             return row.wrapper != nullptr && row.wrapper->number == count.number;
           }) == std::ptrdiff_t{count.stretches};
  });
}

void unmask_sums(std::span<std::uint8_t> content, const std::vector<Closing>& closings) {
  std::vector<SummedStretch> stretches;
  for (const Closing& closing : closings) {
    const std::size_t parts = closing.parts.size();
    stretches.push_back(summed(*closing.wrapper, closing.at, closing.bytes, parts,
                               parts == 0 ? std::span<const std::uint8_t>() : closing.parts[0]));
  }
  mask_sums(content, stretches);
}

// Copies the gaps into the content and gives what is to be closed. Nothing if the plan is none.
// Throws Error.
std::optional<std::vector<Closing>> lay_out(std::span<const WrapperCount> wrappers,
                                            std::span<const std::uint8_t> opened,
                                            std::span<std::uint8_t> content) {
  std::size_t plan_end = 0, rows_end = 0;
  const auto rows = read_rows(wrappers, opened, content.size(), plan_end, rows_end);
  if (plan_end < rows_end || !counts_agree(wrappers, rows)) return {};
  Pieces sides(opened.subspan(rows_end, plan_end - rows_end)), rest(opened.subspan(plan_end));
  std::vector<Closing> closings;
  std::size_t end = 0;
  const auto copy_gap = [&](std::size_t to) {
    const auto gap = rest.next(to - end);
    if (gap) std::ranges::copy(*gap, content.begin() + static_cast<std::ptrdiff_t>(end));
    return gap.has_value();
  };
  for (const Row& row : rows) {
    const auto side = sides.next(row.side_bytes);
    if (!side || !copy_gap(row.at)) return {};
    closings.push_back({row.wrapper, row.at, row.bytes, *side, {}});
    end = row.at + row.bytes;
  }
  if (!sides.done() || !copy_gap(content.size())) return {};
  for (const bool behind : {false, true}) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (stands_behind(*rows[i].wrapper) != behind) continue;
      for (const std::size_t bytes : rows[i].part_bytes) {
        const auto part = rest.next(bytes);
        if (!part) return {};
        closings[i].parts.push_back(*part);
      }
    }
  }
  if (!rest.done()) return {};
  unmask_sums(content, closings);
  return closings;
}

// Whether the wrappers will be given what open() has tried, and all else is there. Throws Error.
bool closes(std::span<const std::uint8_t> content, const std::vector<Taken>& taken,
            const OpenedGroup& group) {
  const Bytes opened = joined(group.runs);
  Bytes gaps(content.size());
  const auto closings = lay_out(group.wrappers, opened, gaps);
  if (!closings || closings->size() != taken.size()) return false;
  std::size_t end = 0;
  const auto same_gap = [&](std::size_t to) {
    return std::ranges::equal(content.subspan(end, to - end),
                              std::span(gaps).subspan(end, to - end));
  };
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const Closing& closing = (*closings)[i];
    const Opened& truth = taken[i].opened;
    const bool same = closing.wrapper == taken[i].wrapper && closing.at == taken[i].offset &&
                      closing.bytes == truth.bytes && same_gap(closing.at) &&
                      std::ranges::equal(closing.side, truth.side) &&
                      std::ranges::equal(closing.parts, truth.parts,
                                         [](const auto& part, const OpenedPart& expected) {
                                           return std::ranges::equal(part, expected.content);
                                         });
    if (!same) return false;
    end = closing.at + closing.bytes;
  }
  return same_gap(content.size());
}

}  // namespace

std::optional<OpenedGroup> open_group(std::span<const std::uint8_t> content,
                                      std::span<const FoundStretch> stretches,
                                      const OpenLimits& limits, const ForEach& for_each) {
  std::vector<Taken> taken = open_each(content, stretches, limits, for_each);
  if (taken.empty()) return {};
  OpenedGroup group;
  group.wrappers = count_wrappers(taken);
  align_programs(content, taken, group.wrappers.size() > 1);
  group.runs.push_back({plan_and_gaps(content, taken, group.wrappers.size() > 1), {}});
  for (const bool behind : {false, true}) {
    for (const Taken& stretch : taken) {
      if (stands_behind(*stretch.wrapper) != behind) continue;
      if (stands_apart(stretch, group.runs)) group.runs.emplace_back();
      for (const OpenedPart& part : stretch.opened.parts) append(part, group.runs);
    }
  }
  for (const OpenedPart& run : group.runs) group.opened_bytes += run.content.size();
  if (!closes(content, taken, group)) return {};
  return group;
}

bool close_group(std::span<const WrapperCount> wrappers, std::span<const std::uint8_t> opened,
                 const ForEach& for_each, std::span<std::uint8_t> content) try {
  const auto closings = lay_out(wrappers, opened, content);
  if (!closings) return false;
  std::atomic<bool> good = true;
  for_each(closings->size(), [&](std::size_t i) {
    const Closing& closing = (*closings)[i];
    Bytes closed;
    closed.reserve(closing.bytes);
    if (!closing.wrapper->close(closing.side, closing.parts, closing.bytes, closed) ||
        closed.size() != closing.bytes) {
      good = false;
      return;
    }
    std::ranges::copy(closed, content.begin() + static_cast<std::ptrdiff_t>(closing.at));
  });
  return good;
} catch (const Error&) {
  return false;
}

GroupPlaces places_of(std::span<const WrapperCount> wrappers, std::span<const std::uint8_t> opened,
                      std::size_t content_bytes) {
  GroupPlaces places;
  std::size_t rows_end = 0;
  const auto rows = read_rows(wrappers, opened, content_bytes, places.gaps, rows_end);
  std::size_t at = places.gaps + content_bytes;
  for (const Row& row : rows) {
    places.stretches.push_back({{row.at, row.bytes}, {}});
    at -= row.bytes;
  }
  for (const bool behind : {false, true}) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (stands_behind(*rows[i].wrapper) != behind) continue;
      for (const std::size_t bytes : rows[i].part_bytes) {
        places.stretches[i].opened.push_back({at, bytes});
        at += bytes;
      }
    }
  }
  return places;
}

}  // namespace nnzip
