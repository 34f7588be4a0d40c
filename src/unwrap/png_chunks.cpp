// SPDX-License-Identifier: Apache-2.0
// A candidate is a signature; it is one if its chunks lead to IDAT with the right sums.
#include "unwrap/png_chunks.h"

#include <algorithm>
#include <string_view>

#include "unwrap/checksums.h"
#include "unwrap/wrapper.h"

namespace nnzip {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kSignature = "\x89PNG\r\n\x1A\n"sv;
constexpr std::size_t kHeaderBytes = 13;      // of IHDR
constexpr std::uint32_t kMaxSide = 1U << 24;  // it keeps products in 64 bits
constexpr std::size_t kMaxChunk = 0x7FFFFFFF;
constexpr std::size_t kPatience = 8;

std::uint32_t big32(std::span<const std::uint8_t> data, std::size_t at) {
  return std::uint32_t{data[at]} << 24 | std::uint32_t{data[at + 1]} << 16 |
         std::uint32_t{data[at + 2]} << 8 | data[at + 3];
}

bool stands_at(std::span<const std::uint8_t> content, std::size_t at, std::string_view text) {
  return at <= content.size() && content.size() - at >= text.size() &&
         std::equal(text.begin(), text.end(), content.begin() + std::ptrdiff_t(at),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

// Bytes of the chunk at `at`, if it is whole.
std::optional<std::size_t> chunk_at(std::span<const std::uint8_t> content, std::size_t at) {
  if (at > content.size() || content.size() - at < kChunkFrame) return {};
  const std::size_t bytes = big32(content, at);
  if (bytes > kMaxChunk || bytes > content.size() - at - kChunkFrame) return {};
  return kChunkFrame + bytes;
}

bool sum_is_right(std::span<const std::uint8_t> chunk) {
  return crc32(chunk.subspan(4, chunk.size() - 8)) == big32(chunk, chunk.size() - 4);
}

// 0: there is no such type of pixels.
std::uint8_t channels_of(std::uint8_t type, std::uint8_t depth) {
  constexpr std::uint8_t kGrey = 0, kColour = 2, kPalette = 3, kGreyAlpha = 4, kColourAlpha = 6;
  const bool wide = depth == 8 || depth == 16, narrow = depth == 1 || depth == 2 || depth == 4;
  switch (type) {
    case kGrey:
      return wide || narrow ? 1 : 0;
    case kPalette:
      return depth == 8 || narrow ? 1 : 0;
    case kColour:
      return wide ? 3 : 0;
    case kGreyAlpha:
      return wide ? 2 : 0;
    case kColourAlpha:
      return wide ? 4 : 0;
    default:
      return 0;
  }
}

class Finder {
 public:
  explicit Finder(std::span<const std::uint8_t> content)
      : content_(content), patience_((std::size_t{1} << 20) + kPatience * content.size()) {}

  std::vector<PngRun> run() {
    std::vector<PngRun> found;
    for (std::size_t at = 0; patience_ != 0;) {
      const auto next = std::search(content_.begin() + std::ptrdiff_t(at), content_.end(),
                                    kSignature.begin(), kSignature.end(),
                                    [](std::uint8_t a, char b) { return a == std::uint8_t(b); });
      if (next == content_.end()) break;
      at = static_cast<std::size_t>(next - content_.begin());
      if (const auto run = run_at(at)) {
        found.push_back(*run);
        if (!run->whole) break;
        at = run->offset + run->bytes;
      } else {
        ++at;
      }
    }
    return found;
  }

 private:
  std::optional<PngRun> run_at(std::size_t at) {
    const auto header = png_header(content_, at);
    if (!header) return {};
    PngRun run{*header, at, 0, 0, true};
    run.offset = at + kSignature.size() + kChunkFrame + kHeaderBytes;
    for (; !is_data(run.offset); run.offset += *chunk_at(content_, run.offset)) {
      if (!chunk_at(content_, run.offset)) return unfinished(run);
      spend(kChunkFrame);
      if (patience_ == 0) return {};
    }
    for (std::size_t next = run.offset; is_data(next); next = run.offset + run.bytes) {
      const std::size_t bytes = *chunk_at(content_, next);
      spend(bytes);
      if (!sum_is_right(content_.subspan(next, bytes))) return {};
      run.bytes += bytes;
    }
    if (const auto all = unfinished(run)) return all;
    return run;
  }
  // The run, if the content ends before the next chunk or in its midst.
  std::optional<PngRun> unfinished(PngRun run) const {
    const std::size_t next = run.offset + run.bytes, left = content_.size() - next;
    if (left >= kChunkFrame && (chunk_at(content_, next) || big32(content_, next) > kMaxChunk)) {
      return {};
    }
    // Behind IDAT only more of it counts.
    if (run.bytes != 0 && left >= kChunkFrame && !stands_at(content_, next + 4, "IDAT"sv))
      return {};
    if (content_.size() - run.signature < kUnfinished) return {};
    run.bytes = content_.size() - run.offset;
    run.whole = false;
    return run;
  }
  bool is_data(std::size_t at) const {
    return chunk_at(content_, at) && stands_at(content_, at + 4, "IDAT"sv);
  }
  void spend(std::size_t bytes) { patience_ -= std::min(patience_, bytes); }

  std::span<const std::uint8_t> content_;
  std::size_t patience_;  // bytes that may still be looked at
};

}  // namespace

std::size_t PngHeader::content_bytes() const {
  const auto bytes = [&](std::uint32_t columns, std::uint32_t rows) {
    const std::size_t row = (std::size_t{columns} * channels * depth + 7) / 8;
    return columns == 0 ? 0 : rows * (row + 1);
  };
  if (!interlaced) return bytes(width, height);
  // Adam7: where each pass begins, and its steps.
  constexpr std::uint32_t kPasses[7][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                           {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
  std::size_t sum = 0;
  for (const auto& [x, y, dx, dy] : kPasses)
    sum += bytes((width + dx - 1 - x) / dx, (height + dy - 1 - y) / dy);
  return sum;
}

std::optional<PngHeader> png_header(std::span<const std::uint8_t> content, std::size_t at) {
  constexpr std::size_t kAll = 8 + kChunkFrame + kHeaderBytes;
  if (!stands_at(content, at, kSignature) || content.size() - at < kAll) return {};
  const auto chunk = content.subspan(at + kSignature.size(), kChunkFrame + kHeaderBytes);
  if (!stands_at(chunk, 0, "\0\0\0\x0DIHDR"sv) || !sum_is_right(chunk)) return {};
  const auto data = chunk.subspan(8, kHeaderBytes);
  PngHeader header{big32(data, 0), big32(data, 4), data[8], channels_of(data[9], data[8]),
                   data[12] == 1};
  const bool valid = header.channels != 0 && header.width - 1 < kMaxSide &&
                     header.height - 1 < kMaxSide && data[10] == 0 && data[11] == 0 &&
                     data[12] <= 1;
  if (!valid) return {};
  return header;
}

std::vector<PngRun> find_png(std::span<const std::uint8_t> content) {
  return Finder(content).run();
}

PngData join_chunks(std::span<const std::uint8_t> run) {
  PngData data;
  while (const auto bytes = chunk_at(run, 0)) {
    const auto chunk = run.subspan(8, *bytes - kChunkFrame);
    data.joined.insert(data.joined.end(), chunk.begin(), chunk.end());
    data.sizes.push_back(chunk.size());
    run = run.subspan(*bytes);
  }
  return data;
}

void put_chunk(std::span<const std::uint8_t> data, Bytes& out) {
  const auto big = [&](std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
      out.push_back(static_cast<std::uint8_t>(value >> shift));
  };
  big(static_cast<std::uint32_t>(data.size()));
  const std::size_t begin = out.size();
  for (const char c : "IDAT"sv) out.push_back(static_cast<std::uint8_t>(c));
  out.insert(out.end(), data.begin(), data.end());
  big(crc32(std::span(out).subspan(begin)));
}

}  // namespace nnzip
