// SPDX-License-Identifier: Apache-2.0
// Follows the marker segments, and the scans between them.
#include "jpeg/jpeg_file.h"

#include <algorithm>

#include "jpeg/scan_reader.h"
#include "jpeg/scan_writer.h"

namespace nnzip::jpeg {
namespace {

// More than any program makes; each takes a walk over all blocks.
constexpr int kMaxScans = 64;

struct Segment {
  int marker = 0;
  std::span<const std::uint8_t> payload;
  std::size_t end = 0;  // of the segment
};

// The segment that begins there, fill bytes before it included.
std::optional<Segment> segment_at(std::span<const std::uint8_t> bytes, std::size_t at) {
  if (at >= bytes.size() || bytes[at] != 0xFF) return {};
  while (at < bytes.size() && bytes[at] == 0xFF) ++at;
  if (at >= bytes.size()) return {};
  Segment segment{bytes[at], {}, at + 1};
  if (stands_alone(segment.marker)) return segment;
  if (at + 3 > bytes.size()) return {};
  const std::size_t length = std::size_t{bytes[at + 1]} << 8 | bytes[at + 2];
  if (length < 2 || length > bytes.size() - at - 1) return {};
  segment.payload = bytes.subspan(at + 3, length - 2);
  segment.end = at + 1 + length;
  return segment;
}

bool begins(std::span<const std::uint8_t> bytes) {
  return bytes.size() > 2 && bytes[0] == 0xFF && bytes[1] == kSoi;
}

// Goes through the segments up to EOI, or to the end of the bytes directly behind a scan. Returns
// where that is, 0 if there is no such way. on_scan(headers, scan, end of its segment) returns
// where the next segment begins, or 0 to stop.
template <typename OnScan>
std::size_t walk(std::span<const std::uint8_t> bytes, OnScan&& on_scan) {
  if (!begins(bytes)) return 0;
  Headers headers;
  int scans = 0;
  for (std::size_t at = 2;;) {
    if (at == bytes.size() && scans > 0) return at;
    const auto segment = segment_at(bytes, at);
    if (!segment) return 0;
    if (segment->marker == kEoi) return scans > 0 ? segment->end : 0;
    if (stands_alone(segment->marker)) return 0;
    if (segment->marker != kSos) {
      if (!headers.segment(segment->marker, segment->payload)) return 0;
      at = segment->end;
      continue;
    }
    Scan scan;
    if (++scans > kMaxScans || !headers.scan(segment->payload, scan)) return 0;
    at = on_scan(headers, scan, segment->end);
    if (at == 0) return 0;
  }
}

bool ends_with_eoi(std::span<const std::uint8_t> bytes) {
  return bytes.size() > 2 && bytes[bytes.size() - 2] == 0xFF && bytes.back() == kEoi;
}

bool has_quantisers(const Headers& headers) {
  const auto& parts = headers.frame().components;
  return std::all_of(parts.begin(), parts.end(),
                     [&](const Component& part) { return headers.quantiser(part) != nullptr; });
}

bool within_bounds(const Coefficients& coefficients) {
  return std::ranges::all_of(coefficients, [](std::int16_t value) {
    return value >= -kMaxCoefficient && value <= kMaxCoefficient;
  });
}

// What outline and coefficients give, of a cut file `most` bytes or a few more; nothing if that is
// no file, or has more.
std::optional<Bytes> put_together(const JpegFile& file, std::size_t most) {
  Bytes out;
  std::size_t copied = 0;
  const std::span<const std::uint8_t> outline = file.outline;
  const auto copy_to = [&](std::size_t end) {
    const auto part = outline.subspan(copied, end - copied);
    out.insert(out.end(), part.begin(), part.end());
    copied = end;
  };
  const auto on_scan = [&](const Headers& headers, const Scan& scan,
                           std::size_t at) -> std::size_t {
    copy_to(at);
    if (out.size() > most) return 0;
    const bool whole =
        write_scan(headers.frame(), scan, file.coefficients, file.padding, most - out.size(), out);
    return whole || (file.cut && at == outline.size()) ? at : 0;
  };
  const bool through = walk(outline, on_scan) == outline.size();
  if (!through || ends_with_eoi(outline) == file.cut) return {};
  copy_to(outline.size());
  return out;
}

// With the tail that makes it whole; nothing if most of it were that.
std::optional<JpegFile> cut_file(JpegFile file, std::span<const std::uint8_t> content) {
  const auto made = put_together(file, content.size());
  if (!made) return {};
  const auto differs = std::ranges::mismatch(*made, content);
  file.tail.assign(differs.in2, content.end());
  if (file.tail.size() > content.size() / 2) return {};
  file.bytes = content.size();
  // If the tail begins before the last scan, closing gives up there.
  Bytes closed(file.bytes);
  const bool closes = close_jpeg(file, closed) == file.bytes && std::ranges::equal(closed, content);
  return closes ? std::optional(std::move(file)) : std::nullopt;
}

}  // namespace

std::optional<Headers> read_outline(std::span<const std::uint8_t> outline) {
  std::optional<Headers> found;
  walk(outline, [&](const Headers& headers, const Scan&, std::size_t) -> std::size_t {
    if (has_quantisers(headers)) found = headers;
    return 0;
  });
  return found;
}

std::optional<JpegFile> open_jpeg(std::span<const std::uint8_t> content) {
  JpegFile file;
  std::optional<int> padding;
  std::size_t copied = 0;  // where what the outline lacks begins
  const auto copy_to = [&](std::size_t end) {
    const auto part = content.subspan(copied, end - copied);
    file.outline.insert(file.outline.end(), part.begin(), part.end());
  };
  const auto on_scan = [&](const Headers& headers, const Scan& scan,
                           std::size_t at) -> std::size_t {
    if (file.coefficients.empty()) {
      if (!has_quantisers(headers)) return 0;
      file.headers = headers;
      file.coefficients.resize(headers.frame().blocks * kBlock);
    }
    copy_to(at);
    const auto bytes =
        read_scan(headers.frame(), scan, content.subspan(at), padding, file.coefficients);
    if (!bytes) return 0;
    copied = at + *bytes;
    return copied;
  };
  file.bytes = walk(content, on_scan);
  file.padding = padding.value_or(1);
  file.cut = file.bytes == 0 || file.bytes == copied;
  if (file.coefficients.empty() || !within_bounds(file.coefficients)) return {};
  if (file.cut) return cut_file(std::move(file), content);
  copy_to(file.bytes);
  Bytes closed(file.bytes);
  const bool same = close_jpeg(file, closed) == file.bytes &&
                    std::ranges::equal(closed, content.first(file.bytes));
  return same ? std::optional(std::move(file)) : std::nullopt;
}

std::size_t close_jpeg(const JpegFile& file, std::span<std::uint8_t> content) {
  if (file.tail.size() > content.size()) return 0;
  const std::size_t most = content.size() - file.tail.size();
  const auto made = put_together(file, most);
  if (!made || (file.cut ? made->size() < most : made->size() > most)) return 0;
  const std::size_t bytes = std::min(made->size(), most);
  std::copy_n(made->begin(), bytes, content.begin());
  std::ranges::copy(file.tail, content.begin() + static_cast<std::ptrdiff_t>(bytes));
  return bytes + file.tail.size();
}

}  // namespace nnzip::jpeg
