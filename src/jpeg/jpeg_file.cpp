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

// Goes through the segments up to EOI, which must end the bytes. on_scan(headers, scan, end of its
// segment) returns where the next segment begins, or 0 to stop.
template <typename OnScan>
bool walk(std::span<const std::uint8_t> bytes, OnScan&& on_scan) {
  if (!begins(bytes)) return false;
  Headers headers;
  int scans = 0;
  for (std::size_t at = 2;;) {
    const auto segment = segment_at(bytes, at);
    if (!segment) return false;
    if (segment->marker == kEoi) return segment->end == bytes.size() && scans > 0;
    if (stands_alone(segment->marker)) return false;
    if (segment->marker != kSos) {
      if (!headers.segment(segment->marker, segment->payload)) return false;
      at = segment->end;
      continue;
    }
    Scan scan;
    if (++scans > kMaxScans || !headers.scan(segment->payload, scan)) return false;
    at = on_scan(headers, scan, segment->end);
    if (at == 0) return false;
  }
}

bool has_quantisers(const Headers& headers) {
  const auto& parts = headers.frame().components;
  return std::all_of(parts.begin(), parts.end(),
                     [&](const Component& part) { return headers.quantiser(part) != nullptr; });
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
  std::size_t copied = 0;
  const auto on_scan = [&](const Headers& headers, const Scan& scan,
                           std::size_t at) -> std::size_t {
    if (file.coefficients.empty()) {
      if (!has_quantisers(headers)) return 0;
      file.headers = headers;
      file.coefficients.resize(headers.frame().blocks * kBlock);
    }
    const auto bytes =
        read_scan(headers.frame(), scan, content.subspan(at), padding, file.coefficients);
    if (!bytes) return 0;
    file.outline.insert(file.outline.end(), content.begin() + static_cast<std::ptrdiff_t>(copied),
                        content.begin() + static_cast<std::ptrdiff_t>(at));
    copied = at + *bytes;
    return copied;
  };
  if (!walk(content, on_scan)) return {};
  file.outline.insert(file.outline.end(), content.begin() + static_cast<std::ptrdiff_t>(copied),
                      content.end());
  file.padding = padding.value_or(1);
  const bool within = std::all_of(
      file.coefficients.begin(), file.coefficients.end(),
      [](std::int16_t value) { return value >= -kMaxCoefficient && value <= kMaxCoefficient; });
  Bytes closed(content.size());
  if (!within || !close_jpeg(file, closed) || !std::ranges::equal(closed, content)) return {};
  return file;
}

bool close_jpeg(const JpegFile& file, std::span<std::uint8_t> content) {
  Bytes out;
  out.reserve(content.size() + 1024);
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
    if (out.size() > content.size()) return 0;
    return write_scan(headers.frame(), scan, file.coefficients, file.padding,
                      content.size() - out.size(), out)
               ? at
               : 0;
  };
  if (!walk(outline, on_scan)) return false;
  copy_to(outline.size());
  if (out.size() != content.size()) return false;
  std::copy(out.begin(), out.end(), content.begin());
  return true;
}

}  // namespace nnzip::jpeg
