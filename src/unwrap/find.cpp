// SPDX-License-Identifier: Apache-2.0
// A candidate is what looks like a header; it is one if what follows inflates as the header says.
#include "unwrap/find.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "unwrap/checksums.h"
#include "unwrap/deflate_tokens.h"

namespace nnzip {
namespace {

constexpr std::size_t kMinStream = 16;
constexpr std::size_t kUnfinishedStream = std::size_t{32} << 10;
constexpr std::size_t kZlibHeader = 2, kZlibTrailer = 4;
constexpr std::size_t kPatience = 8;
constexpr std::uint8_t kDeflateMethod = 8;

using std::string_view_literals::operator""sv;

class Finder {
 public:
  Finder(std::span<const std::uint8_t> content, std::size_t max_content)
      : content_(content),
        max_content_(max_content),
        patience_((std::size_t{1} << 20) + kPatience * content.size()) {}

  std::vector<FoundDeflate> run() {
    for (std::size_t at = 0; at + kMinStream <= content_.size() && patience_ != 0;) {
      const std::size_t header = at;
      const auto found = find_at(at);
      if (found) {
        spent_ = {};
        at = found->pieces.back().offset + found->pieces.back().bytes;
        found_.push_back(*found);
        found_.back().header = header;
        if (!found->whole) break;
      } else {
        ++at;
        patience_ -= std::min(patience_, spent_.opened);
        spent_ = {};
      }
    }
    return std::move(found_);
  }

 private:
  std::optional<FoundDeflate> find_at(std::size_t at) {
    switch (content_[at]) {
      case 0x1F:
        return gzip(at);
      case 'P':
        return zip(at);
      case 0x89:
        return png(at);
      default:
        return looks_like_zlib(at) ? zlib(at) : std::nullopt;
    }
  }

  std::uint32_t little(std::size_t at, int bytes) const {
    std::uint32_t value = 0;
    for (int i = 0; i < bytes; ++i) value |= std::uint32_t{content_[at + std::size_t(i)]} << 8 * i;
    return value;
  }
  static std::uint32_t big32(std::span<const std::uint8_t> data, std::size_t at) {
    return std::uint32_t{data[at]} << 24 | std::uint32_t{data[at + 1]} << 16 |
           std::uint32_t{data[at + 2]} << 8 | data[at + 3];
  }
  bool has(std::size_t at, std::size_t bytes) const {
    return at <= content_.size() && content_.size() - at >= bytes;
  }
  bool says(std::size_t at, std::string_view text) const {
    return has(at, text.size()) &&
           std::equal(text.begin(), text.end(), content_.begin() + std::ptrdiff_t(at),
                      [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
  }

  // A stream at `at` that stream_at() did not give, if it goes on beyond the content.
  std::optional<FoundDeflate> unfinished(DeflateKind kind, std::size_t at) const {
    if (!spent_.ran_out || !has(at, kUnfinishedStream)) return {};
    return FoundDeflate{kind, spent_.opened, {{at, content_.size() - at}}, 0, false};
  }

  // The inflated stream at `at`, if it is one.
  std::optional<InflatedDeflate> stream_at(std::size_t at) {
    if (!has(at, kMinStream)) return {};
    auto inflated = inflate(content_.subspan(at), max_content_, KeepTokens::kNo, &spent_);
    if (!inflated || inflated->bytes < kMinStream) return {};
    return inflated;
  }
  static FoundDeflate one_piece(DeflateKind kind, std::size_t at, const InflatedDeflate& stream) {
    return {kind, stream.content.size(), {{at, stream.bytes}}, 0, true};
  }

  std::optional<FoundDeflate> gzip(std::size_t at) {
    if (!says(at, "\x1F\x8B\x08"sv)) return {};
    const auto begin = after_gzip_header(at);
    if (!begin) return {};
    const auto stream = stream_at(*begin);
    if (!stream) return unfinished(DeflateKind::kGzip, *begin);
    if (!has(*begin + stream->bytes, 8)) return {};
    const std::uint32_t length = little(*begin + stream->bytes + 4, 4);
    if (length != static_cast<std::uint32_t>(stream->content.size())) return {};
    return one_piece(DeflateKind::kGzip, *begin, *stream);
  }
  std::optional<std::size_t> after_gzip_header(std::size_t at) const {
    constexpr std::uint8_t kSum = 2, kExtra = 4, kName = 8, kComment = 16, kUnknown = 0xE0;
    if (!has(at, 12)) return {};
    const std::uint8_t flags = content_[at + 3];
    if ((flags & kUnknown) != 0) return {};
    at += 10;
    if ((flags & kExtra) != 0) at += 2 + little(at, 2);
    for (const std::uint8_t text : {kName, kComment}) {
      if ((flags & text) == 0) continue;
      while (has(at, 1) && content_[at] != 0) ++at;
      ++at;
    }
    if ((flags & kSum) != 0) at += 2;
    return at;
  }

  // The size is behind the stream where flag 8 says so.
  std::optional<FoundDeflate> zip(std::size_t at) {
    constexpr std::uint32_t kSizeFollows = 8, kEncrypted = 1, kWide = 0xFFFFFFFF;
    if (!says(at, "PK\x03\x04"sv) || !has(at, 30) || little(at + 8, 2) != kDeflateMethod) return {};
    const std::uint32_t flags = little(at + 6, 2), bytes = little(at + 18, 4);
    if ((flags & kEncrypted) != 0) return {};
    const std::size_t begin = at + 30 + little(at + 26, 2) + little(at + 28, 2);
    const auto stream = stream_at(begin);
    if (!stream) return unfinished(DeflateKind::kZip, begin);
    const bool known = (flags & kSizeFollows) == 0 && bytes != kWide;
    if (known && stream->bytes != bytes) return {};
    return one_piece(DeflateKind::kZip, begin, *stream);
  }

  bool looks_like_zlib(std::size_t at) const {
    const std::uint32_t method = content_[at], flags = content_[at + 1];
    return (method & 15) == kDeflateMethod && method <= 0x78 && (flags & 0x20) == 0 &&
           (method << 8 | flags) % 31 == 0;
  }
  static bool ends_with_sum(std::span<const std::uint8_t> wrapped, const InflatedDeflate& stream) {
    const std::size_t end = kZlibHeader + stream.bytes;
    return wrapped.size() >= end + kZlibTrailer && big32(wrapped, end) == adler32(stream.content);
  }
  std::optional<FoundDeflate> zlib(std::size_t at) {
    const auto stream = stream_at(at + kZlibHeader);
    if (!stream) return unfinished(DeflateKind::kZlib, at + kZlibHeader);
    if (!ends_with_sum(content_.subspan(at), *stream)) return {};
    return one_piece(DeflateKind::kZlib, at + kZlibHeader, *stream);
  }

  // One zlib stream is spread over all the IDAT chunks, which follow each other.
  std::optional<FoundDeflate> png(std::size_t at) {
    if (!says(at, "\x89PNG\r\n\x1A\n"sv)) return {};
    std::vector<Piece> chunks;
    Bytes joined;
    for (at += 8; has(at, 12); at += 12 + big32(content_, at)) {
      const std::size_t bytes = big32(content_, at);
      if (!has(at, 12 + bytes) || says(at + 4, "IEND")) break;
      if (!says(at + 4, "IDAT")) {
        if (chunks.empty()) continue;
        break;
      }
      const auto data = content_.subspan(at + 8, bytes);
      chunks.push_back({at + 8, bytes});
      joined.insert(joined.end(), data.begin(), data.end());
    }
    if (joined.size() < kMinStream) return {};
    const auto stream =
        inflate(std::span(joined).subspan(kZlibHeader), max_content_, KeepTokens::kNo, &spent_);
    if (!stream || stream->bytes < kMinStream || !ends_with_sum(joined, *stream)) return {};
    return FoundDeflate{DeflateKind::kPng, stream->content.size(), cut(chunks, stream->bytes), 0,
                        true};
  }
  // The pieces without the two bytes before the stream and what is behind its `bytes`.
  static std::vector<Piece> cut(const std::vector<Piece>& chunks, std::size_t bytes) {
    std::vector<Piece> pieces;
    std::size_t before = kZlibHeader;
    for (const Piece& chunk : chunks) {
      const std::size_t skipped = std::min(before, chunk.bytes);
      const std::size_t taken = std::min(bytes, chunk.bytes - skipped);
      before -= skipped;
      bytes -= taken;
      if (taken != 0) pieces.push_back({chunk.offset + skipped, taken});
    }
    return pieces;
  }

  std::span<const std::uint8_t> content_;
  std::size_t max_content_;
  // Bytes of content that candidates which failed may still open to: it bounds the time.
  std::size_t patience_;
  InflateProgress spent_;  // on the present candidate
  std::vector<FoundDeflate> found_;
};

}  // namespace

std::vector<FoundDeflate> find_deflate(std::span<const std::uint8_t> content,
                                       std::size_t max_content) {
  return Finder(content, max_content).run();
}

}  // namespace nnzip
