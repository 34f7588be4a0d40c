// SPDX-License-Identifier: Apache-2.0
// A stretch is a run of digits, or runs of one length with the same bytes between them and a
// shorter one behind.
#include "unwrap/wrap_base64.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "unwrap/corrections.h"

namespace nnzip {
namespace {

constexpr std::uint8_t kNumber = 3;
constexpr std::size_t kMinDigits = 200;  // of a stretch
constexpr std::size_t kMinWidth = 32;
constexpr std::size_t kMaxBreak = 32;

using std::string_view_literals::operator""sv;

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"sv;

// What a byte is: a digit of all alphabets, of one alone, or none.
enum Kind : std::uint8_t { kNone, kPlain, kSlash, kUrl };
struct Digit {
  std::uint8_t value = 0, kind = kNone;
};
constexpr std::array<Digit, 256> kTable = [] {
  std::array<Digit, 256> table{};
  for (std::size_t i = 0; i < kDigits.size(); ++i)
    table[static_cast<std::uint8_t>(kDigits[i])] = {static_cast<std::uint8_t>(i), kPlain};
  table['+'] = {62, kSlash};
  table['/'] = {63, kSlash};
  table['-'] = {62, kUrl};
  table['_'] = {63, kUrl};
  return table;
}();

constexpr std::size_t bits_of_rest(std::size_t digits) { return digits % 4 * 6 % 8; }

// A stretch, and what closes it beside the content.
struct Text {
  std::size_t bytes = 0, digits = 0;
  bool url = false;
  std::size_t padding = 0, width = 0;
  std::span<const std::uint8_t> line_break;
  std::uint8_t rest = 0;
};

class Parser {
 public:
  explicit Parser(std::span<const std::uint8_t> content) : content_(content) {}

  // The stretch that begins at content[0]. Nothing if it is too short or looks like something else.
  std::optional<Text> parse() {
    const std::size_t first = run(0);
    Text text;
    text.digits = text.bytes = first;
    if (first >= kMinWidth) add_lines(text);
    if (!looks_right(text)) return {};
    add_padding(text);
    drop_half_byte(text);
    if (text.digits < kMinDigits || text.digits % 4 == 1) return {};
    text.url = kind_ == kUrl;
    return text;
  }

  // Digits of one alphabet from `at` on.
  std::size_t run(std::size_t at) {
    const std::size_t begin = at;
    for (; at < content_.size(); ++at) {
      const std::uint8_t kind = kTable[content_[at]].kind;
      if (kind == kNone) break;
      if (kind == kPlain) continue;
      if (kind_ == kPlain) kind_ = kind;
      if (kind != kind_) break;
    }
    return at - begin;
  }

 private:
  // The bytes after the first line, if they end a line.
  std::span<const std::uint8_t> break_at(std::size_t at) const {
    const auto rest = content_.subspan(at, std::min(content_.size() - at, kMaxBreak));
    for (const auto end : {"\r\n"sv, "\n"sv, "\\r\\n"sv, "\\n"sv}) {
      if (rest.size() < end.size() || !std::equal(end.begin(), end.end(), rest.begin())) continue;
      std::size_t size = end.size();
      while (size < rest.size() && (rest[size] == ' ' || rest[size] == '\t')) ++size;
      return rest.first(size);
    }
    return {};
  }
  bool breaks_at(std::size_t at, std::span<const std::uint8_t> line_break) const {
    return content_.size() - at >= line_break.size() &&
           std::equal(line_break.begin(), line_break.end(), content_.begin() + std::ptrdiff_t(at));
  }

  void add_lines(Text& text) {
    const auto line_break = break_at(text.bytes);
    if (line_break.empty()) return;
    const std::size_t width = text.digits;
    while (breaks_at(text.bytes, line_break)) {
      const std::size_t at = text.bytes + line_break.size(), digits = run(at);
      if (digits == 0 || digits > width || (digits < width && !ends(at + digits))) return;
      text.width = width;
      text.line_break = line_break;
      text.bytes = at + digits;
      text.digits += digits;
      if (digits < width) return;
    }
  }
  // Whether a line that is shorter than the others may end here.
  bool ends(std::size_t at) const {
    return at == content_.size() ||
           "=\r\n\\\"'<"sv.find(char(content_[at])) != std::string_view::npos;
  }

  // Digits of all kinds are among the first: else it is hexadecimal, a name, a line of dashes.
  bool looks_right(const Text& text) const {
    if (text.digits < kMinDigits) return false;
    std::array<bool, 3> seen{};
    for (std::size_t i = 0; i < std::min(text.bytes, kMinDigits); ++i) {
      const std::uint8_t value = kTable[content_[i]].value;
      if (kTable[content_[i]].kind == kPlain) seen[value < 26 ? 0 : value < 52 ? 1 : 2] = true;
    }
    return seen[0] && seen[1] && seen[2];
  }

  void add_padding(Text& text) const {
    const std::size_t padding = (4 - text.digits % 4) % 4;
    const std::size_t line = text.width == 0 ? 0 : (text.digits - 1) % text.width + 1;
    if (padding == 3 || text.bytes + padding > content_.size()) return;
    if (text.width != 0 && line + padding > text.width) return;
    for (std::size_t i = 0; i < padding; ++i)
      if (content_[text.bytes + i] != '=') return;
    text.padding = padding;
    text.bytes += padding;
  }

  // One digit alone makes no byte. Without padding the last byte of the stretch is a digit.
  void drop_half_byte(Text& text) const {
    if (text.digits % 4 == 1) {
      const bool begins_line = text.width != 0 && text.digits % text.width == 1;
      text.bytes -= 1 + (begins_line ? text.line_break.size() : 0);
      --text.digits;
    }
    const std::uint8_t last = content_[text.bytes - text.padding - 1];
    const auto mask = static_cast<std::uint8_t>((1U << bits_of_rest(text.digits)) - 1);
    text.rest = kTable[last].value & mask;
  }

  std::span<const std::uint8_t> content_;
  std::uint8_t kind_ = kPlain;
};

std::size_t opened_bytes(const Text& text) { return text.digits * 6 / 8; }

Bytes decode(std::span<const std::uint8_t> stretch, const Text& text) {
  Bytes out;
  out.reserve(opened_bytes(text));
  const std::size_t period = text.width + text.line_break.size();
  std::uint32_t bits = 0;
  int count = 0;
  for (std::size_t i = 0; i < stretch.size() - text.padding; ++i) {
    if (text.width != 0 && i % period >= text.width) continue;
    bits = bits << 6 | kTable[stretch[i]].value;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<std::uint8_t>(bits >> count));
  }
  return out;
}

void put_side(const Text& text, Bytes& side) {
  ByteWriter out(side);
  out.u8(static_cast<std::uint8_t>((text.url ? 1U : 0U) | text.padding << 1 | text.rest << 3U));
  out.varint(text.width);
  out.bytes(text.line_break);
}

std::optional<Text> get_side(std::span<const std::uint8_t> side) {
  if (side.empty() || side[0] >= 0x80) return {};
  Text text;
  text.url = (side[0] & 1) != 0;
  text.padding = side[0] >> 1 & 3;
  text.rest = side[0] >> 3;
  std::size_t at = 1;
  const auto width = take_varint(side, at);
  if (!width || text.padding > 2 || side.size() - at > kMaxBreak) return {};
  text.width = static_cast<std::size_t>(*width);
  text.line_break = side.subspan(at);
  if (text.width == 0 && !text.line_break.empty()) return {};
  return text;
}

// Appends digits and breaks.
class Lines {
 public:
  Lines(const Text& text, Bytes& out) : text_(text), out_(out) {}
  void digit(std::uint32_t value) {
    constexpr std::string_view kLast[] = {"+/"sv, "-_"sv};
    put(static_cast<std::uint8_t>(value < kDigits.size() ? kDigits[value]
                                                         : kLast[text_.url ? 1 : 0][value - 62]));
  }
  void put(std::uint8_t byte) {
    if (text_.width != 0 && column_ == text_.width) {
      out_.insert(out_.end(), text_.line_break.begin(), text_.line_break.end());
      column_ = 0;
    }
    out_.push_back(byte);
    ++column_;
  }

 private:
  const Text& text_;
  Bytes& out_;
  std::size_t column_ = 0;
};

void encode(std::span<const std::uint8_t> content, const Text& text, Bytes& out) {
  Lines lines(text, out);
  std::uint32_t bits = 0;
  int count = 0;
  for (const std::uint8_t byte : content) {
    bits = bits << 8 | byte;
    for (count += 8; count >= 6;) {
      count -= 6;
      lines.digit(bits >> count & 63);
    }
  }
  if (count != 0) lines.digit(((bits << (6 - count)) | text.rest) & 63);
  for (std::size_t i = 0; i < text.padding; ++i) lines.put('=');
}

std::vector<FoundWrapped> find(std::span<const std::uint8_t> content, std::size_t max_opened) {
  std::vector<FoundWrapped> found;
  for (std::size_t at = 0; at < content.size();) {
    const std::size_t run = Parser(content.subspan(at)).run(0);
    if (run < kMinWidth) {
      at += run + (run == 0 ? 1 : 0);
      continue;
    }
    const auto text = Parser(content.subspan(at)).parse();
    if (text && opened_bytes(*text) <= max_opened) {
      // What touches the end may go on behind it.
      const bool whole = at + text->bytes < content.size();
      found.push_back({at, text->bytes, opened_bytes(*text), at, whole});
    }
    at += text ? text->bytes : run;
  }
  return found;
}

std::optional<Opened> open(std::span<const std::uint8_t> content, const FoundWrapped& found,
                           std::size_t max_opened) {
  const auto text = Parser(content.subspan(found.offset)).parse();
  if (!text || opened_bytes(*text) > max_opened) return {};
  const auto stretch = content.subspan(found.offset, text->bytes);
  Opened opened{text->bytes, {}, {}};
  opened.parts.push_back({decode(stretch, *text), {}});
  put_side(*text, opened.side);
  Bytes closed;
  encode(opened.parts[0].content, *text, closed);
  if (!std::equal(closed.begin(), closed.end(), stretch.begin(), stretch.end())) return {};
  return opened;
}

bool close(std::span<const std::uint8_t> side, std::span<const std::span<const std::uint8_t>> parts,
           std::size_t max_bytes, Bytes& out) {
  const auto text = get_side(side);
  if (!text || parts.size() != 1 || parts[0].size() > max_bytes) return false;
  if (text->rest >> bits_of_rest((parts[0].size() * 8 + 5) / 6) != 0) return false;
  const std::size_t all = (parts[0].size() * 8 + 5) / 6 + text->padding;
  const std::size_t breaks = text->width == 0 || all == 0 ? 0 : (all - 1) / text->width;
  // breaks is at most `all`, so nothing overflows.
  if (all + breaks * text->line_break.size() > max_bytes) return false;
  encode(parts[0], *text, out);
  return true;
}

}  // namespace

const Wrapper kBase64Wrapper{kNumber, "base64", find, open, close};

}  // namespace nnzip
