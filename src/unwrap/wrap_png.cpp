// SPDX-License-Identifier: Apache-2.0
// Chunks hold a zlib stream, which holds rows, which filters have gone over: each of these is taken
// off, and PNG.md says what is kept to put it back.
#include "unwrap/wrap_png.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "unwrap/checksums.h"
#include "unwrap/corrections.h"
#include "unwrap/deflate.h"
#include "unwrap/png_chunks.h"
#include "unwrap/png_rows.h"

namespace nnzip {
namespace {

constexpr std::uint8_t kNumber = 2;
constexpr std::size_t kZlibHeader = 2, kSum = 4;
constexpr std::size_t kMinStream = kZlibHeader + kSum + 2;
constexpr std::size_t kMaxPixelBytes = 8;
enum Flags : std::uint8_t { kRows = 1, kTrailerStated = 2, kKnownFlags = 3 };

// All that is kept beside the parts and the side data of the deflate stream.
struct PngSide {
  std::array<std::uint8_t, kZlibHeader> zlib{};
  std::optional<Bytes> trailer;      // what follows the raw stream, unless that is its sum
  std::vector<std::uint64_t> sizes;  // of all chunks but the last; of one for all if `regular`
  bool regular = true;
  std::optional<PngRows> rows;

  void put(Bytes& out) const;
  // at: behind what was read.
  static std::optional<PngSide> get(std::span<const std::uint8_t> data, std::size_t& at);

 private:
  void put_sizes(ByteWriter& out) const;
  bool get_sizes(std::span<const std::uint8_t> data, std::size_t& at);
};

void PngSide::put(Bytes& side) const {
  ByteWriter out(side);
  out.u8(static_cast<std::uint8_t>((rows ? kRows : 0) | (trailer ? kTrailerStated : 0)));
  out.bytes(zlib);
  if (trailer) {
    out.varint(trailer->size());
    out.bytes(*trailer);
  }
  put_sizes(out);
  if (!rows) return;
  out.varint(rows->row_bytes);
  out.u8(static_cast<std::uint8_t>(rows->pixel_bytes));
}

// 0: a list follows; 1: there is one chunk; others: the size and 1.
void PngSide::put_sizes(ByteWriter& out) const {
  if (regular) return out.varint(sizes.empty() ? 1 : sizes[0] + 1);
  out.varint(0);
  out.varint(sizes.size());
  for (const std::uint64_t size : sizes) out.varint(size);
}

bool PngSide::get_sizes(std::span<const std::uint8_t> data, std::size_t& at) {
  const auto first = take_varint(data, at);
  regular = first && *first != 0;
  if (!first) return false;
  if (*first > 1) sizes.push_back(*first - 1);
  if (regular) return true;
  const auto count = take_varint(data, at);
  if (!count || *count > data.size()) return false;
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto size = take_varint(data, at);
    if (!size) return false;
    sizes.push_back(*size);
  }
  return true;
}

std::optional<PngSide> PngSide::get(std::span<const std::uint8_t> data, std::size_t& at) {
  if (data.size() < 1 + kZlibHeader || data[0] > kKnownFlags) return {};
  PngSide side;
  side.zlib = {data[1], data[2]};
  at = 1 + kZlibHeader;
  if ((data[0] & kTrailerStated) != 0) {
    const auto bytes = take_varint(data, at);
    if (!bytes || *bytes > data.size() - at) return {};
    const auto begin = data.begin() + static_cast<std::ptrdiff_t>(at);
    side.trailer.emplace(begin, begin + static_cast<std::ptrdiff_t>(*bytes));
    at += side.trailer->size();
  }
  if (!side.get_sizes(data, at)) return {};
  if ((data[0] & kRows) == 0) return side;
  const auto row_bytes = take_varint(data, at);
  if (!row_bytes || at == data.size()) return {};
  side.rows = {static_cast<std::size_t>(*row_bytes), data[at++]};
  if (side.rows->row_bytes == 0 || side.rows->pixel_bytes - 1 >= kMaxPixelBytes) return {};
  return side;
}

Bytes sum_of(std::span<const std::uint8_t> content) {
  const std::uint32_t sum = adler32(content);
  return {static_cast<std::uint8_t>(sum >> 24), static_cast<std::uint8_t>(sum >> 16),
          static_cast<std::uint8_t>(sum >> 8), static_cast<std::uint8_t>(sum)};
}

// The size of chunk i, of which `rest` are left.
std::size_t chunk_size(const PngSide& side, std::size_t i, std::size_t rest) {
  if (side.regular) return side.sizes.empty() ? rest : std::min<std::uint64_t>(rest, side.sizes[0]);
  return i < side.sizes.size() ? static_cast<std::size_t>(side.sizes[i]) : rest;
}

// Appends the chunks that hold `joined`, of at most max_bytes. False if that is not what they hold.
bool put_chunks(const PngSide& side, std::span<const std::uint8_t> joined, std::size_t max_bytes,
                Bytes& out) {
  for (std::size_t i = 0;; ++i) {
    const std::size_t size = chunk_size(side, i, joined.size());
    const bool last = side.regular ? size == joined.size() : i == side.sizes.size();
    if (size > joined.size() || max_bytes < kChunkFrame || size > max_bytes - kChunkFrame)
      return false;
    put_chunk(joined.first(size), out);
    joined = joined.subspan(size);
    max_bytes -= kChunkFrame + size;
    if (last) return true;
  }
}

// From the raw stream and what it holds to the chunks.
bool close_chunks(const PngSide& side, std::span<const std::uint8_t> stream,
                  std::span<const std::uint8_t> content, std::size_t max_bytes, Bytes& out) {
  Bytes joined(side.zlib.begin(), side.zlib.end());
  joined.insert(joined.end(), stream.begin(), stream.end());
  const Bytes trailer = side.trailer ? *side.trailer : sum_of(content);
  joined.insert(joined.end(), trailer.begin(), trailer.end());
  return put_chunks(side, joined, max_bytes, out);
}

// From the parts to what the raw stream holds.
std::optional<Bytes> close_rows(const PngSide& side,
                                std::span<const std::span<const std::uint8_t>> parts) {
  if (parts.size() != (side.rows ? 2U : 1U)) return {};
  if (!side.rows) return Bytes(parts[0].begin(), parts[0].end());
  const std::size_t rows = parts[0].size(), row_bytes = side.rows->row_bytes;
  if (rows == 0 || parts[1].size() / row_bytes != rows || parts[1].size() % row_bytes != 0)
    return {};
  Bytes content;
  if (!apply_filters(*side.rows, parts[0], parts[1], content)) return {};
  return content;
}

// All chunks but the last are of one size, or they are listed.
void describe_sizes(const std::vector<std::size_t>& sizes, PngSide& side) {
  const std::size_t most = sizes.front();
  const auto last = sizes.end() - 1;
  side.regular = most != 0 && *last <= most && (sizes.size() == 1 || *last != 0) &&
                 std::all_of(sizes.begin(), last, [&](std::size_t size) { return size == most; });
  if (side.regular && sizes.size() > 1) side.sizes.push_back(most);
  if (!side.regular) side.sizes.assign(sizes.begin(), last);
}

std::optional<Layout> layout_of(const PngHeader& header) {
  Layout layout;
  layout.form = Form::kPixels;
  layout.stride = static_cast<std::uint32_t>(header.row_bytes());
  layout.channels = header.channels;
  layout.element = header.channels * std::max<std::uint32_t>(header.depth / 8U, 1);
  if (!layout.is_valid()) return {};
  return layout;
}

// Rows without filters, or the content as it is.
void open_rows(const PngHeader& header, Bytes content, PngSide& side, Opened& opened) {
  const PngRows rows{header.row_bytes(),
                     std::max<std::size_t>(std::size_t{header.channels} * header.depth / 8, 1)};
  PngPixels undone;
  if (header.interlaced || content.size() != header.content_bytes() ||
      !undo_filters(rows, content, undone)) {
    opened.parts.push_back({std::move(content), {}});
    return;
  }
  side.rows = rows;
  opened.parts.push_back({std::move(undone.filters), Layout{}});
  opened.parts.push_back({std::move(undone.pixels), layout_of(header)});
}

// Whether all but the deflate stream closes; open_deflate() has tried that.
bool closes(const Opened& opened, std::span<const std::uint8_t> stream,
            std::span<const std::uint8_t> run) {
  std::size_t at = 0;
  const auto side = PngSide::get(opened.side, at);
  if (!side) return false;
  std::vector<std::span<const std::uint8_t>> parts;
  for (const OpenedPart& part : opened.parts) parts.emplace_back(part.content);
  const auto content = close_rows(*side, parts);
  Bytes closed;
  return content && close_chunks(*side, stream, *content, run.size(), closed) &&
         std::equal(closed.begin(), closed.end(), run.begin(), run.end());
}

std::vector<FoundWrapped> find(std::span<const std::uint8_t> content, std::size_t max_opened) {
  std::vector<FoundWrapped> found;
  for (const PngRun& run : find_png(content)) {
    const std::size_t opened = run.header.content_bytes();
    if (opened > max_opened) continue;
    found.push_back({run.offset, run.bytes, opened, run.signature, run.whole});
  }
  return found;
}

std::optional<Opened> open(std::span<const std::uint8_t> content, const FoundWrapped& found,
                           std::size_t max_opened) {
  const auto header = png_header(content, found.header);
  const auto run = content.subspan(found.offset, found.bytes);
  const PngData data = join_chunks(run);
  if (!header || data.joined.size() < kMinStream) return {};
  auto deflate = open_deflate(std::span(data.joined).subspan(kZlibHeader), max_opened);
  if (!deflate) return {};
  PngSide side;
  side.zlib = {data.joined[0], data.joined[1]};
  describe_sizes(data.sizes, side);
  const auto stream = std::span(data.joined).subspan(kZlibHeader, deflate->bytes);
  Bytes trailer(data.joined.begin() + std::ptrdiff_t(kZlibHeader + deflate->bytes),
                data.joined.end());
  if (trailer != sum_of(deflate->content)) side.trailer = std::move(trailer);
  Opened opened{found.bytes, {}, {}};
  open_rows(*header, std::move(deflate->content), side, opened);
  side.put(opened.side);
  if (!closes(opened, stream, run)) return {};
  opened.side.insert(opened.side.end(), deflate->side.begin(), deflate->side.end());
  return opened;
}

bool close(std::span<const std::uint8_t> side, std::span<const std::span<const std::uint8_t>> parts,
           std::size_t max_bytes, Bytes& out) {
  std::size_t at = 0;
  const auto known = PngSide::get(side, at);
  if (!known) return false;
  const auto content = close_rows(*known, parts);
  Bytes stream;
  return content && close_deflate(side.subspan(at), *content, max_bytes, stream) &&
         close_chunks(*known, stream, *content, max_bytes, out);
}

}  // namespace

const Wrapper kPngWrapper{kNumber, "PNG", find, open, close};

}  // namespace nnzip
