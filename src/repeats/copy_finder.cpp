// SPDX-License-Identifier: Apache-2.0
// Anchors are places whose last 32 bytes have a rare hash, so that both copies have the same ones.
// A slot for each remembers where it stood last; from there a repeat is followed both ways.
#include "repeats/copy_finder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "container/frame_header.h"

namespace nnzip {
namespace {

constexpr std::size_t kInputBytes = std::size_t{64} << 10;
// One place of so many is an anchor.
constexpr int kLog2Spacing = 6;
constexpr std::uint64_t kHashedBytes = 32;
constexpr std::uint64_t kSlotBytes = 8;
// So many of the last literals may become part of a copy that is found behind them.
constexpr std::uint64_t kMaxBack = std::uint64_t{64} << 10;
// What a block holds its own model learns, so that a copy must be longer to be worth a break of
// what a layout says. Shorter ones that are far break it as well: with 128 bytes in place of 1 KiB
// 10 MB of headers and licences take 404,711 bytes in place of 372,940.
constexpr std::uint64_t kNear = std::uint64_t{4} << 20;
constexpr std::uint64_t kLeastNear = std::uint64_t{16} << 10, kLeastFar = std::uint64_t{1} << 10;
// Copies are of a multiple of this, so that pixels and samples go on as they were aligned.
constexpr std::uint64_t kUnit = 24;
// In a stretch: what comes from many blocks takes long to read in part.
constexpr std::uint64_t kMostInStretch = std::uint64_t{32} << 20;
static_assert(kMostInStretch <= kMaxCopiedBytes);

constexpr std::array<std::uint64_t, 256> make_gears() {
  std::array<std::uint64_t, 256> gears{};
  std::uint64_t state = 0;
  for (std::uint64_t& gear : gears) {
    state += 0x9E3779B97F4A7C15;
    gear = (state ^ state >> 30) * 0xBF58476D1CE4E5B9;
    gear = (gear ^ gear >> 27) * 0x94D049BB133111EB;
    gear ^= gear >> 31;
  }
  return gears;
}
constexpr auto kGears = make_gears();

std::size_t common_prefix(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  const std::size_t most = std::min(a.size(), b.size());
  std::size_t same = 0;
  for (std::uint64_t x = 0, y = 0; same + sizeof x <= most; same += sizeof x) {
    std::memcpy(&x, a.data() + same, sizeof x);
    std::memcpy(&y, b.data() + same, sizeof y);
    if (x != y) break;
  }
  while (same < most && a[same] == b[same]) ++same;
  return same;
}

// What of a hash tells its slot are the high bits.
int slot_shift(std::size_t slots) { return 32 - std::countr_zero(slots); }

}  // namespace

std::uint64_t window_memory(int log2_window) {
  const std::uint64_t bytes = std::uint64_t{1} << log2_window;
  return bytes + (bytes >> kLog2Spacing) * kSlotBytes + kInputBytes;
}

CopyFinder::CopyFinder(Reader& in, int log2_window)
    : in_(in), window_(std::uint64_t{1} << log2_window), slots_(std::size_t{1} << 10) {}

bool CopyFinder::is_empty() {
  if (!ended_ && literals_.end() == 0) scan_more();
  return ended_ && literals_.end() == 0;
}

std::size_t CopyFinder::read(std::span<std::uint8_t> out) {
  while (given_ >= sure_end()) {
    if (ended_ || stretches_found_ > stretches_) return 0;
    scan_more();
  }
  const auto piece = literals_.at(given_);
  const std::uint64_t size =
      std::min<std::uint64_t>({out.size(), piece.size(), sure_end() - given_});
  std::copy_n(piece.begin(), size, out.begin());
  given_ += size;
  return size;
}

// Where literals end that stay literals and belong to the stretch that is read.
std::uint64_t CopyFinder::sure_end() const {
  if (stretches_found_ > stretches_) {
    std::size_t ends = stretches_found_ - stretches_;  // behind the one that is read
    for (std::size_t i = found_.size(); i-- > 0;) {
      if (found_[i].length == 0 && --ends == 0) return found_[i].at;
    }
  }
  if (ended_) return literals_.end();
  return std::max(floor_, literals_.end() - std::min(literals_.end(), kMaxBack));
}

bool CopyFinder::next_stretch() {
  if (stretches_found_ == stretches_) return false;
  ++stretches_;
  return true;
}

int CopyFinder::log2_window() const { return std::countr_zero(window_); }

int CopyFinder::least_log2_window() const {
  int log2 = FrameHeader::kLeastLog2Window;
  while (log2 < log2_window() && literals_.end() >> log2 != 0) ++log2;
  return log2;
}

void CopyFinder::scan_more() {
  input_.resize(kInputBytes);
  std::size_t filled = 0;
  while (!ended_ && filled < input_.size()) {
    const std::size_t size = in_.read(std::span(input_).subspan(filled));
    ended_ = size == 0;
    filled += size;
  }
  input_.resize(filled);
  scan(input_);
  if (ended_ && copying_) finish_copy();
  const std::uint64_t kept = std::min(written_, literals_.end());
  literals_.drop_before(kept - std::min(kept, window_));
}

void CopyFinder::find_anchors(std::span<const std::uint8_t> input) {
  anchors_.clear();
  std::uint64_t hash = rolling_;
  for (std::size_t i = 0; i < input.size(); ++i) {
    hash = (hash << 2) + kGears[input[i]];
    if (hash >> (64 - kLog2Spacing) == 0) {
      anchors_.push_back({i + 1, static_cast<std::uint32_t>(hash * 0x9E3779B97F4A7C15 >> 32)});
    }
  }
  rolling_ = hash;
}

void CopyFinder::scan(std::span<const std::uint8_t> input) {
  find_anchors(input);
  if (literals_.end() >> kLog2Spacing > slots_.size()) grow_table();
  std::size_t done = copying_ ? extend(input) : 0;
  for (const Anchor& anchor : anchors_) {
    if (anchor.end <= done || anchor.hash == last_hash_) continue;
    last_hash_ = anchor.hash;
    literals_.append(input.subspan(done, anchor.end - done));
    done = anchor.end;
    if (begin_copy(anchor.hash)) done += extend(input.subspan(done));
  }
  literals_.append(input.subspan(done));
}

// Where the literals end. They lose what the copy takes.
bool CopyFinder::begin_copy(std::uint32_t hash) {
  Slot& slot = slots_[hash >> slot_shift(slots_.size())];
  const Slot before = slot;
  const std::uint64_t end = literals_.end();
  const std::uint64_t distance = static_cast<std::uint32_t>(end) - before.place;
  slot = {hash, static_cast<std::uint32_t>(end)};
  if (before.hash != hash || distance == 0 || distance > std::min(window_, end)) return false;
  const std::uint64_t source = end - distance;
  const std::uint64_t most = std::min({end - floor_, kMaxBack, distance, source});
  const std::uint64_t back = common_suffix(source, end, most);
  if (back < std::min(most, kHashedBytes)) return false;
  slot = before;  // of literals that stay
  literals_.truncate(end - back);
  copy_ = {end - back, source - back, back};
  copying_ = true;
  return true;
}

// Returns how much of the input the copy takes.
std::size_t CopyFinder::extend(std::span<const std::uint8_t> input) {
  std::size_t used = 0;
  while (used < input.size()) {
    const std::uint64_t place = copy_.source + copy_.length;
    if (place == copy_.at) break;
    auto piece = literals_.at(place);
    piece = piece.first(std::min<std::uint64_t>(piece.size(), copy_.at - place));
    const std::size_t same = common_prefix(piece, input.subspan(used));
    used += same;
    copy_.length += same;
    if (same < piece.size() && used < input.size()) break;
  }
  if (used < input.size()) finish_copy();
  return used;
}

void CopyFinder::finish_copy() {
  copying_ = false;
  Found copy = copy_;
  const bool near = copy.at - copy.source < kNear;
  const std::uint64_t whole = copy.length - copy.length % kUnit;
  copy.length = whole < (near ? kLeastNear : kLeastFar) ? 0 : whole;
  if (copy.length != 0) add(copy);
  append_again(copy.source + copy.length, copy_.length - copy.length);
  floor_ = copy.length != 0 ? copy.at : literals_.end();
}

// In pieces, if a stretch has enough.
void CopyFinder::add(Found copy) {
  found_any_ = true;
  while (copied_ + copy.length > kMostInStretch) {
    const std::uint64_t fits = std::min(kMostInStretch - copied_, copy.length - kLeastCopyBytes);
    if (fits >= kLeastCopyBytes) {
      found_.push_back({copy.at, copy.source, fits});
      copy.source += fits;
      copy.length -= fits;
    }
    found_.push_back({copy.at, 0, 0});
    ++stretches_found_;
    copied_ = 0;
  }
  found_.push_back(copy);
  copied_ += copy.length;
}

void CopyFinder::append_again(std::uint64_t place, std::uint64_t length) {
  while (length > 0) {
    auto piece = literals_.at(place);
    piece = piece.first(std::min<std::uint64_t>(piece.size(), length));
    literals_.append(piece);
    place += piece.size();
    length -= piece.size();
  }
}

void CopyFinder::grow_table() {
  if (slots_.size() << kLog2Spacing >= window_) return;
  std::vector<Slot> larger(2 * slots_.size());
  const int shift = slot_shift(larger.size());
  for (const Slot& slot : slots_) {
    if (slot.hash != 0) larger[slot.hash >> shift] = slot;
  }
  slots_ = std::move(larger);
}

// How many of the literals before both places are the same.
std::uint64_t CopyFinder::common_suffix(std::uint64_t a, std::uint64_t b,
                                        std::uint64_t most) const {
  std::uint64_t same = 0;
  while (same < most && literals_.byte_at(a - same - 1) == literals_.byte_at(b - same - 1)) ++same;
  return same;
}

std::vector<Copy> CopyFinder::take(std::uint32_t literals) {
  block_begin_ = written_;
  written_ += literals;
  const auto stretch_end =
      std::ranges::find_if(found_, [](const Found& copy) { return copy.length == 0; });
  const bool last = stretch_end == found_.end() ? ended_ && written_ == literals_.end()
                                                : stretch_end->at == written_;
  std::vector<Copy> copies;
  while (!found_.empty() && found_.front().length != 0 && (last || found_.front().at < written_)) {
    const Found& copy = found_.front();
    copies.push_back({static_cast<std::uint32_t>(copy.at - block_begin_),
                      static_cast<std::uint32_t>(copy.length),
                      static_cast<std::int64_t>(copy.source - block_begin_)});
    found_.pop_front();
  }
  if (last && !found_.empty()) found_.pop_front();
  return copies;
}

bool CopyFinder::at_bare_stretch() const {
  if (found_.empty() || found_.front().length == 0 || found_.front().at != written_) return false;
  const auto end = std::ranges::find_if(found_, [](const Found& copy) { return copy.length == 0; });
  return end == found_.end() ? ended_ && written_ == literals_.end() : end->at == written_;
}

void CopyFinder::read_source(std::int64_t source, std::span<std::uint8_t> out) const {
  literals_.read(block_begin_ + static_cast<std::uint64_t>(source), out);
}

std::uint64_t CopyFinder::memory_bytes() const {
  static_assert(sizeof(Slot) == kSlotBytes);
  return literals_.memory_bytes() + slots_.size() * kSlotBytes + kInputBytes;
}

std::uint64_t CopyFinder::most_memory_bytes() const {
  if (ended_) return memory_bytes();
  return window_memory(log2_window());
}

}  // namespace nnzip
