// SPDX-License-Identifier: Apache-2.0
// What is predicted depends on places, on stretches and on bytes that are never changed.
#include "unwrap/gap_sums.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "unwrap/checksums.h"

namespace nnzip {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kMaxHeader = 1024;  // before a stretch
constexpr std::size_t kLocal = 30, kLocalSums = 14, kCentral = 46, kCentralSums = 16,
                      kCentralOffset = 42;
constexpr std::uint32_t kSumsFollow = 8;
constexpr std::size_t kNamesAhead = 8;  // that a directory may leave out
// More than an archive without zip64 can have; they bound the memory.
constexpr std::size_t kMaxMembers = 65536;

// What a zip archive says of a member three times.
struct Sums {
  std::uint32_t crc = 0, packed_bytes = 0, bytes = 0;
};

// A local header, and the gap that it stands in.
struct Member {
  std::size_t at = 0;
  std::span<const std::uint8_t> name;
  std::optional<Sums> sums;
};

class Masker {
 public:
  Masker(std::span<std::uint8_t> content, std::span<const SummedStretch> stretches)
      : content_(content), stretches_(stretches), crcs_(stretches.size()) {}

  void run() {
    for (std::size_t i = 0; i < stretches_.size(); ++i) {
      if (stretches_[i].deflate) mask_around(i);
    }
    for (std::size_t gap = 0; gap <= stretches_.size(); ++gap) mask_chunks(gap);
    find_members();
    for (std::size_t gap = 0; gap <= stretches_.size() && !members_.empty(); ++gap) {
      mask_directory(gap);
    }
  }

 private:
  // Gap i is in front of stretch i.
  std::size_t begin_of(std::size_t gap) const {
    return gap == 0 ? 0 : stretches_[gap - 1].at + stretches_[gap - 1].bytes;
  }
  std::size_t end_of(std::size_t gap) const {
    return gap == stretches_.size() ? content_.size() : stretches_[gap].at;
  }
  bool has(std::size_t gap, std::size_t at, std::size_t bytes) const {
    return at >= begin_of(gap) && at <= end_of(gap) && end_of(gap) - at >= bytes;
  }
  bool says(std::size_t gap, std::size_t at, std::string_view text) const {
    return has(gap, at, text.size()) &&
           std::equal(text.begin(), text.end(), content_.begin() + std::ptrdiff_t(at),
                      [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
  }
  // The next place of the text in the gap, or the gap's end.
  std::size_t find(std::size_t gap, std::size_t at, std::string_view text) const {
    const auto end = content_.begin() + std::ptrdiff_t(end_of(gap));
    const auto begin = content_.begin() + std::ptrdiff_t(std::min(at, end_of(gap)));
    const auto found =
        std::search(begin, end, text.begin(), text.end(),
                    [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
    return static_cast<std::size_t>(found - content_.begin());
  }
  std::uint32_t little(std::size_t at, int bytes) const {
    std::uint32_t value = 0;
    for (int i = 0; i < bytes; ++i) value |= std::uint32_t{content_[at + std::size_t(i)]} << 8 * i;
    return value;
  }
  std::uint32_t big(std::size_t at) const {
    return std::uint32_t{content_[at]} << 24 | std::uint32_t{content_[at + 1]} << 16 |
           std::uint32_t{content_[at + 2]} << 8 | content_[at + 3];
  }
  void mask_little(std::size_t gap, std::size_t at, std::uint32_t value) {
    if (!has(gap, at, 4)) return;
    for (std::size_t i = 0; i < 4; ++i)
      content_[at + i] ^= static_cast<std::uint8_t>(value >> 8 * i);
  }
  void mask_big(std::size_t gap, std::size_t at, std::uint32_t value) {
    if (!has(gap, at, 4)) return;
    for (std::size_t i = 0; i < 4; ++i)
      content_[at + i] ^= static_cast<std::uint8_t>(value >> (24 - 8 * i));
  }
  void mask_sums_at(std::size_t gap, std::size_t at, const Sums& sums) {
    mask_little(gap, at, sums.crc);
    mask_little(gap, at + 4, sums.packed_bytes);
    mask_little(gap, at + 8, sums.bytes);
  }
  Sums sums_of(std::size_t i) {
    const SummedStretch& stretch = stretches_[i];
    if (!crcs_[i]) crcs_[i] = crc32(stretch.opened);
    return {*crcs_[i], static_cast<std::uint32_t>(stretch.bytes),
            static_cast<std::uint32_t>(stretch.opened.size())};
  }

  void mask_around(std::size_t i) {
    const std::size_t at = stretches_[i].at, end = at + stretches_[i].bytes;
    const std::size_t first = std::max(begin_of(i), at - std::min(at, kMaxHeader));
    for (std::size_t header = at; header-- > first;) {
      if (ends_local(i, header)) {
        if ((little(header + 6, 2) & kSumsFollow) == 0)
          return mask_sums_at(i, header + kLocalSums, sums_of(i));
        return mask_sums_at(i + 1, says(i + 1, end, "PK\x07\x08"sv) ? end + 4 : end, sums_of(i));
      }
      if (ends_gzip(i, header)) {
        mask_little(i + 1, end, sums_of(i).crc);
        return mask_little(i + 1, end + 4, sums_of(i).bytes);
      }
    }
    if (ends_zlib(i)) mask_big(i + 1, end, adler32(stretches_[i].opened));
  }
  bool ends_local(std::size_t gap, std::size_t at) const {
    return says(gap, at, "PK\x03\x04"sv) && has(gap, at, kLocal) &&
           at + kLocal + little(at + 26, 2) + little(at + 28, 2) == end_of(gap);
  }
  bool ends_gzip(std::size_t gap, std::size_t at) const {
    constexpr std::uint8_t kSum = 2, kExtra = 4, kName = 8, kComment = 16;
    constexpr std::size_t kFixed = 10;
    if (!says(gap, at, "\x1F\x8B\x08"sv) || !has(gap, at, kFixed)) return false;
    const std::uint8_t flags = content_[at + 3];
    at += kFixed;
    if ((flags & kExtra) != 0) {
      if (!has(gap, at, 2)) return false;
      at += 2 + little(at, 2);
    }
    const std::size_t end = end_of(gap);
    for (const std::uint8_t text : {kName, kComment}) {
      if ((flags & text) == 0) continue;
      while (at < end && content_[at] != 0) ++at;
      ++at;
    }
    return at + ((flags & kSum) != 0 ? 2 : 0) == end;
  }
  bool ends_zlib(std::size_t gap) const {
    const std::size_t end = end_of(gap);
    if (end - begin_of(gap) < 2) return false;
    const std::uint32_t header = std::uint32_t{content_[end - 2]} << 8 | content_[end - 1];
    return (header >> 8 & 15) == 8 && header % 31 == 0;
  }

  // Of PNG chunks, also beyond stretches that are all of some. What one walk has seen no other
  // does.
  void mask_chunks(std::size_t gap) {
    constexpr std::string_view kSignature = "\x89PNG\r\n\x1A\n"sv;
    const std::size_t end = end_of(gap);
    while (true) {
      const std::size_t at = find(gap, std::max(begin_of(gap), walked_), kSignature);
      if (at >= end) return;
      walked_ = at + kSignature.size();
      walk_chunks(gap);
    }
  }
  void walk_chunks(std::size_t gap) {
    constexpr std::size_t kFrame = 12;
    while (true) {
      while (walked_ == end_of(gap) && gap < stretches_.size()) walked_ = begin_of(++gap);
      if (!has(gap, walked_, kFrame)) return;
      const std::size_t at = walked_, bytes = big(at);
      if (!has(gap, at + kFrame, bytes) || !is_chunk_type(at + 4)) return;
      mask_big(gap, at + 8 + bytes, crc32(content_.subspan(at + 4, 4 + bytes)));
      walked_ += kFrame + bytes;
      if (says(gap, at + 4, "IEND"sv)) return;
    }
  }
  bool is_chunk_type(std::size_t at) const {
    return std::ranges::all_of(content_.subspan(at, 4), [](std::uint8_t byte) {
      return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
    });
  }

  void find_members() {
    for (std::size_t gap = 0; gap <= stretches_.size(); ++gap) {
      for (std::size_t at = find(gap, begin_of(gap), "PK\x03\x04"sv); has(gap, at, kLocal);
           at = find(gap, at + 4, "PK\x03\x04"sv)) {
        const std::size_t name = little(at + 26, 2), data = at + kLocal + name + little(at + 28, 2);
        if (!has(gap, at + kLocal, name)) continue;
        if (members_.size() == kMaxMembers) return;
        Member member{at, content_.subspan(at + kLocal, name), {}};
        if (data == end_of(gap) && gap < stretches_.size() && stretches_[gap].deflate) {
          member.sums = sums_of(gap);
        } else if ((little(at + 6, 2) & kSumsFollow) == 0) {
          member.sums = {little(at + 14, 4), little(at + 18, 4), little(at + 22, 4)};
        }
        members_.push_back(member);
      }
    }
  }

  // The member that the directory names next, if it is near.
  const Member* next_member(std::span<const std::uint8_t> name) {
    for (std::size_t i = next_; i < std::min(members_.size(), next_ + kNamesAhead); ++i) {
      if (!std::ranges::equal(members_[i].name, name)) continue;
      next_ = i + 1;
      return &members_[i];
    }
    return nullptr;
  }

  void mask_directory(std::size_t gap) {
    const Member* first = nullptr;
    std::size_t entry_end = 0;  // of the entry before
    for (std::size_t at = find(gap, begin_of(gap), "PK\x01\x02"sv); has(gap, at, kCentral);
         at = find(gap, std::max(at + 4, entry_end), "PK\x01\x02"sv)) {
      const std::size_t name = little(at + 28, 2);
      if (!has(gap, at + kCentral, name)) continue;
      if (at != entry_end) first = nullptr;
      entry_end = at + kCentral + name + little(at + 30, 2) + little(at + 32, 2);
      const Member* const member = next_member(content_.subspan(at + kCentral, name));
      if (member == nullptr) continue;
      if (member->sums) mask_sums_at(gap, at + kCentralSums, *member->sums);
      if (first == nullptr) first = member;
      mask_little(gap, at + kCentralOffset, static_cast<std::uint32_t>(member->at - first->at));
    }
  }

  std::span<std::uint8_t> content_;
  std::span<const SummedStretch> stretches_;
  std::vector<std::optional<std::uint32_t>> crcs_;  // of what the stretches hold
  std::size_t walked_ = 0;                          // over PNG chunks
  std::vector<Member> members_;
  std::size_t next_ = 0;  // of members_, that no directory has named
};

}  // namespace

void mask_sums(std::span<std::uint8_t> content, std::span<const SummedStretch> stretches) {
  Masker(content, stretches).run();
}

}  // namespace nnzip
