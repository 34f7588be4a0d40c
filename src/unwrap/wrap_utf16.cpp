// SPDX-License-Identifier: Apache-2.0
// Both forms have one way to write a character, so that each valid text closes as it was.
#include "unwrap/wrap_utf16.h"

#include <algorithm>

namespace nnzip {
namespace {

constexpr std::uint8_t kNumber = 9;
constexpr std::size_t kMinBytes = 512, kMaxBytes = std::size_t{32} << 20;
// Of so many units at least one is a space or ends a sentence or a line.
constexpr std::size_t kUnitsApart = 64;

constexpr std::uint32_t kSurrogate = 0xD800, kLowSurrogate = 0xDC00, kSurrogateEnd = 0xE000,
                        kWideBegin = 0x10000, kEnd = 0x110000;

class Units {
 public:
  Units(std::span<const std::uint8_t> bytes, bool high_first)
      : bytes_(bytes), high_first_(high_first) {}

  // The character at `at`, which goes behind it. kEnd if there is none.
  std::uint32_t next(std::size_t& at) const {
    if (bytes_.size() - at < 2) return kEnd;
    const std::uint32_t unit = unit_at(at);
    if (unit < kSurrogate || unit >= kSurrogateEnd) {
      at += 2;
      return unit;
    }
    if (unit >= kLowSurrogate || bytes_.size() - at < 4) return kEnd;
    const std::uint32_t low = unit_at(at + 2);
    if (low < kLowSurrogate || low >= kSurrogateEnd) return kEnd;
    at += 4;
    return kWideBegin + ((unit - kSurrogate) << 10) + (low - kLowSurrogate);
  }

 private:
  std::uint32_t unit_at(std::size_t at) const {
    return high_first_ ? std::uint32_t{bytes_[at]} << 8 | bytes_[at + 1]
                       : bytes_[at] | std::uint32_t{bytes_[at + 1]} << 8;
  }

  std::span<const std::uint8_t> bytes_;
  bool high_first_;
};

bool is_of_text(std::uint32_t c) {
  const bool control = c < 0x20 && c != '\t' && c != '\n' && c != '\r';
  return !control && c < kEnd && (c & 0xFFFE) != 0xFFFE;
}

bool is_apart(std::uint32_t c) {
  return c == ' ' || c == '\n' || (c >= 0x3000 && c <= 0x3002) || c == 0xFF0C;
}

void put_utf8(std::uint32_t c, Bytes& out) {
  const int more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < kWideBegin ? 2 : 3;
  constexpr std::uint8_t kLead[] = {0, 0xC0, 0xE0, 0xF0};
  out.push_back(static_cast<std::uint8_t>(kLead[more] | c >> (6 * more)));
  for (int i = more; i-- > 0;)
    out.push_back(static_cast<std::uint8_t>(0x80 | (c >> (6 * i) & 0x3F)));
}

// The character of UTF-8 at `at`, which goes behind it. kEnd if there is none.
std::uint32_t next_utf8(std::span<const std::uint8_t> text, std::size_t& at) {
  const std::uint8_t lead = text[at];
  const std::size_t more = lead < 0x80   ? 0
                           : lead < 0xC0 ? 4
                           : lead < 0xE0 ? 1
                           : lead < 0xF0 ? 2
                                         : 3;
  if (more == 4 || lead >= 0xF8 || text.size() - at <= more) return kEnd;
  std::uint32_t c = more == 0 ? lead : lead & (0x3FU >> more);
  for (std::size_t i = 1; i <= more; ++i) {
    if ((text[at + i] & 0xC0) != 0x80) return kEnd;
    c = c << 6 | (text[at + i] & 0x3F);
  }
  constexpr std::uint32_t kLeast[] = {0, 0x80, 0x800, kWideBegin};
  if (c < kLeast[more] || c >= kEnd || (c >= kSurrogate && c < kSurrogateEnd)) return kEnd;
  at += more + 1;
  return c;
}

void put_unit(std::uint32_t unit, bool high_first, Bytes& out) {
  const auto low = static_cast<std::uint8_t>(unit), high = static_cast<std::uint8_t>(unit >> 8);
  out.push_back(high_first ? high : low);
  out.push_back(high_first ? low : high);
}

void put_utf16(std::uint32_t c, bool high_first, Bytes& out) {
  if (c < kWideBegin) return put_unit(c, high_first, out);
  put_unit(kSurrogate + ((c - kWideBegin) >> 10), high_first, out);
  put_unit(kLowSurrogate + ((c - kWideBegin) & 0x3FF), high_first, out);
}

struct Text {
  std::size_t bytes = 0, utf8_bytes = 0;  // 0: it is none
};

// From the mark's end on, to what is no text.
Text text_at(std::span<const std::uint8_t> content, bool high_first) {
  content = content.first(std::min(content.size(), kMaxBytes));
  const Units units(content, high_first);
  Text text;
  std::size_t apart = 0, characters = 0;
  for (std::size_t at = 0; at < content.size(); text.bytes = at, ++characters) {
    const std::uint32_t c = units.next(at);
    if (!is_of_text(c)) break;
    apart += is_apart(c) ? 1 : 0;
    text.utf8_bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < kWideBegin ? 3 : 4;
  }
  return text.bytes < kMinBytes || apart * kUnitsApart < characters ? Text{} : text;
}

std::vector<FoundWrapped> find(std::span<const std::uint8_t> content, std::size_t max_opened) {
  std::vector<FoundWrapped> found;
  for (std::size_t at = 0; at + 2 < content.size(); ++at) {
    const bool high_first = content[at] == 0xFE;
    if (!(high_first && content[at + 1] == 0xFF) &&
        !(content[at] == 0xFF && content[at + 1] == 0xFE))
      continue;
    const auto rest = content.subspan(at + 2);
    const Text text = text_at(rest, high_first);
    if (text.bytes == 0 || text.utf8_bytes > max_opened) continue;
    const bool whole = text.bytes == kMaxBytes || rest.size() - text.bytes >= 4;
    found.push_back({at + 2, text.bytes, text.utf8_bytes, at, whole});
    if (!whole) break;
    at += 1 + text.bytes;
  }
  return found;
}

std::optional<Opened> open(std::span<const std::uint8_t> content, const FoundWrapped& found,
                           std::size_t max_opened) {
  const bool high_first = content[found.header] == 0xFE;
  const auto stretch = content.subspan(found.offset, found.bytes);
  const Text text = text_at(stretch, high_first);
  if (text.bytes == 0 || text.utf8_bytes > max_opened) return {};
  const Units units(stretch, high_first);
  Opened opened{text.bytes, {}, {static_cast<std::uint8_t>(high_first ? 1 : 0)}};
  Bytes utf8;
  utf8.reserve(text.utf8_bytes);
  for (std::size_t at = 0; at < text.bytes;) put_utf8(units.next(at), utf8);
  opened.parts.push_back({std::move(utf8), {}});
  return opened;
}

bool close(std::span<const std::uint8_t> side, std::span<const std::span<const std::uint8_t>> parts,
           std::size_t max_bytes, Bytes& out) {
  if (side.size() != 1 || side[0] > 1 || parts.size() != 1) return false;
  const std::size_t begin = out.size();
  for (std::size_t at = 0; at < parts[0].size();) {
    const std::uint32_t c = next_utf8(parts[0], at);
    const std::size_t bytes = c < kWideBegin ? 2 : 4;
    if (c == kEnd || max_bytes - (out.size() - begin) < bytes) return false;
    put_utf16(c, side[0] == 1, out);
  }
  return true;
}

}  // namespace

const Wrapper kUtf16Wrapper{kNumber, "UTF-16", find, open, close};

}  // namespace nnzip
