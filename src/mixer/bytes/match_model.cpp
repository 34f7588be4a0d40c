// SPDX-License-Identifier: Apache-2.0
// Follows and looks up repetitions.
#include "mixer/bytes/match_model.h"

#include <algorithm>

namespace nnzip::mixer {
namespace {

// How many bytes before the two positions agree, within their streams.
std::uint32_t common_length(const History& history, std::size_t a, std::size_t b) {
  const std::size_t most = std::min({a % history.length == 0 ? history.length : a % history.length,
                                     b % history.length == 0 ? history.length : b % history.length,
                                     std::size_t{MatchModel::kMaxLength}});
  std::uint32_t n = 0;
  while (n < most && history.bytes[a - 1 - n] == history.bytes[b - 1 - n]) ++n;
  return n;
}

std::uint64_t little_endian(const std::uint8_t* bytes, std::uint32_t width) {
  std::uint64_t value = 0;
  for (std::uint32_t i = 0; i < width; ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
  return value;
}

}  // namespace

History::History(std::size_t content_bytes, int stream_count)
    : bytes(content_bytes),
      length(std::max<std::size_t>((content_bytes + stream_count - 1) / stream_count, 1)) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(stream_count); ++i) {
    coded_end.push_back(begin(i));
  }
}

std::uint32_t length_bucket(std::uint32_t length) {
  if (length < 8) return length;
  if (length < 16) return 8 + (length - 8) / 4;
  if (length < 32) return 10 + (length - 16) / 8;
  return length < 64 ? 12 : length < 128 ? 13 : length < MatchModel::kMaxLength ? 14 : 15;
}

MatchModel::MatchModel(int log2_entries, std::uint32_t min_length)
    : min_length_(min_length), shift_(64 - log2_entries), last_(std::size_t{1} << log2_entries) {}

MatchModel::Probe MatchModel::probe(const History& history, std::size_t stream) {
  const std::size_t end = history.coded_end[stream];
  if (end - history.begin(stream) < min_length_) return nullptr;
  // Of 8 bytes at most the newest and the oldest; minimums are 4 to 16.
  const std::uint32_t width = std::min(min_length_, 8u);
  const std::uint64_t newest = little_endian(&history.bytes[end - width], width);
  const std::uint64_t oldest = little_endian(&history.bytes[end - min_length_], width);
  std::uint64_t hash = newest * 0x9E3779B97F4A7C15;
  hash = (hash ^ hash >> 29 ^ oldest) * 0xC2B2AE3D27D4EB4F;
  const Probe entry = last_.data() + (hash >> shift_);
  __builtin_prefetch(entry, 1);
  return entry;
}

void MatchModel::advance(const History& history, std::size_t stream, Probe probe, Match& match) {
  const std::size_t end = history.coded_end[stream];
  if (match.position != 0) {
    const bool right = match.expected == history.bytes[end - 1];
    match.outcomes = (match.outcomes << 1 | (right ? 1 : 0)) & 255;
    match.length = right ? std::min(match.length + 1, kMaxLength) : 0;
    ++match.position;
  }
  if (probe == nullptr) return;
  if (match.length < min_length_ && *probe != 0 && history.known(*probe)) {
    const std::uint32_t length = common_length(history, *probe, end);
    if (length >= min_length_) {
      match.position = *probe;
      match.length = length;
      match.outcomes = 0;
    }
  }
  *probe = static_cast<std::uint32_t>(end);
  if (match.position == 0 || !history.known(match.position)) {
    match = Match{};
    return;
  }
  match.expected = history.bytes[match.position];
}

}  // namespace nnzip::mixer
