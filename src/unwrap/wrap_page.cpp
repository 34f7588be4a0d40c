// SPDX-License-Identifier: Apache-2.0
// A stretch is a run of arrays of TJ near each other. What stands between the same two characters
// is most often the same, so numbers are put in the order of these.
#include "unwrap/wrap_page.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "unwrap/corrections.h"
#include "unwrap/page_array.h"
#include "unwrap/page_codes.h"

namespace nnzip {
namespace {

constexpr std::uint8_t kNumber = 7;
constexpr std::size_t kMinArrays = 16, kMinStretch = 1024, kMostStretch = std::size_t{4} << 20;
constexpr std::size_t kMostGap = std::size_t{64} << 10;  // between arrays of a stretch
constexpr std::size_t kSampled = 256;                    // arrays that tell the style
constexpr std::size_t kMinCodes = 2;                     // of an array that is taken out
constexpr std::size_t kPatience = 8;
constexpr std::uint8_t kMarker = 1;    // where an array was
constexpr std::uint8_t kJoined = 'L';  // the character is of a ligature with the one before

// What stands before the first character of an array and behind the last.
constexpr std::uint16_t kBegin = 256, kEnd = 257, kSides = 258;
constexpr std::uint16_t kNone = 258;  // a number that is a space

struct Style {
  PageStyle array;
  PageEncoding encoding;
};

std::uint32_t pair_of(std::uint16_t before, std::uint16_t behind) {
  return std::uint32_t{before} * kSides + behind;
}

// From 200 to 1999 thousandths of the font's size: a space between words.
bool is_space(std::span<const std::uint8_t> number) {
  const auto point = std::ranges::find(number, static_cast<std::uint8_t>('.'));
  const auto digits = point - number.begin() - 1;
  if (number.empty() || number[0] != '-' || std::ranges::count(number, std::uint8_t{'-'}) != 1)
    return false;
  return (digits == 3 && number[1] >= '2') || (digits == 4 && number[1] == '1');
}

// ---- Opening ----

// The parts as they grow.
class Opener {
 public:
  explicit Opener(PageEncoding encoding) : codes_(encoding) {}

  void add(std::span<const PageItem> items) {
    before_ = kBegin;
    number_ = {};
    for (const PageItem& item : items) {
      if (item.number.empty()) {
        add_code(item.code);
      } else if (is_space(item.number)) {
        add_space(item.number);
      } else {
        number_ = item.number;
      }
    }
    if (before_ != kNone) add_gap(kEnd);
    text_.push_back('\n');
  }

  Bytes take_text() { return std::move(text_); }
  // Empty lines, for spaces that are characters, and numbers.
  const Bytes& spaces() const { return spaces_; }
  // Whether numbers part words, so that this is how text is set.
  bool sets_words() const { return numbers_ >= written_; }
  Bytes sorted_gaps() const {
    std::vector<std::uint32_t> ends(kSides * kSides + 1);
    for (const Gap gap : gaps_) ends[gap.pair() + 1] += gap.bytes() + 1;
    for (std::size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
    Bytes all(ends.back(), '\n');
    const std::uint8_t* line = lines_.data();
    for (const Gap gap : gaps_) {
      std::copy_n(line, gap.bytes(), all.data() + ends[gap.pair()]);
      line += gap.bytes();
      ends[gap.pair()] += gap.bytes() + 1;
    }
    return all;
  }
  // Of all parts but the rest.
  std::size_t opened_bytes() const {
    return text_.size() + spaces_.size() + lines_.size() + gaps_.size();
  }

 private:
  // There is one for nearly every character: 4 bytes.
  struct Gap {
    std::uint32_t pair() const { return packed >> 8; }
    std::uint32_t bytes() const { return packed & 255; }  // of its line without the end
    std::uint32_t packed;
  };

  void add_code(std::uint8_t code) {
    const std::string_view letters = codes_.ligature(code);
    if (letters.empty()) return add_character(code);
    for (std::size_t i = 0; i < letters.size(); ++i) {
      add_character(static_cast<std::uint8_t>(letters[i]), i != 0);
    }
  }
  void add_character(std::uint8_t code, bool joined = false) {
    if (before_ != kNone) add_gap(code, joined);
    codes_.put(code, text_);
    if (code == ' ') {
      spaces_.push_back('\n');
      ++written_;
    }
    before_ = code;
  }
  void add_space(std::span<const std::uint8_t> number) {
    text_.push_back(' ');
    spaces_.insert(spaces_.end(), number.begin(), number.end());
    spaces_.push_back('\n');
    before_ = kNone;
    ++numbers_;
  }
  void add_gap(std::uint16_t behind, bool joined = false) {
    const std::size_t begin = lines_.size();
    if (joined) lines_.push_back(kJoined);
    lines_.insert(lines_.end(), number_.begin(), number_.end());
    const auto bytes = static_cast<std::uint8_t>(lines_.size() - begin);
    gaps_.push_back({pair_of(before_, behind) << 8 | bytes});
    number_ = {};
  }

  PageCodes codes_;
  Bytes text_, spaces_;
  std::size_t written_ = 0, numbers_ = 0;  // spaces
  std::vector<Gap> gaps_;
  Bytes lines_;  // of the gaps, without their ends
  std::uint16_t before_ = kBegin;
  std::span<const std::uint8_t> number_;  // not yet in a gap
};

// Calls it with the offset and end of all arrays, until it gives false.
template <typename Call>
void for_each_array(std::span<const std::uint8_t> content, const Call& call) {
  std::size_t patience = (std::size_t{1} << 20) + kPatience * content.size();
  for (std::size_t at = 0; patience != 0;) {
    const auto next =
        std::find(content.begin() + static_cast<std::ptrdiff_t>(at), content.end(), '[');
    if (next == content.end()) return;
    at = static_cast<std::size_t>(next - content.begin());
    const std::size_t end = end_of_array(content, at, patience);
    if (end != 0 && !call(at, end)) return;
    at = std::max(at + 1, end);
  }
}

PageStyle style_of(std::span<const std::uint8_t> stretch) {
  PageStyle best;
  std::size_t most = 0;
  for (unsigned i = 0; i < 12; ++i) {
    const PageStyle style{static_cast<PageStyle::Octal>(i / 4), (i & 1) != 0, (i & 2) != 0};
    std::size_t seen = 0, fitting = 0;
    std::vector<PageItem> items;
    for_each_array(stretch, [&](std::size_t at, std::size_t end) {
      fitting += read_array(stretch.subspan(at, end - at), style, items) ? 1 : 0;
      return ++seen < kSampled;
    });
    if (fitting <= most) continue;
    most = fitting;
    best = style;
  }
  return best;
}

// Of both encodings.
bool is_letter(std::uint8_t code) {
  return ((code | 32) >= 'a' && (code | 32) <= 'z') || code >= 0xC0;
}

// Letters of the Cork encoding stand within words where Windows-1252 has signs.
PageEncoding encoding_of(std::span<const std::uint8_t> stretch, PageStyle style) {
  std::array<std::size_t, kLigatureSets> ligatures{};
  std::size_t seen = 0, within = 0, without = 0;
  std::vector<PageItem> items;
  for_each_array(stretch, [&](std::size_t at, std::size_t end) {
    if (!read_array(stretch.subspan(at, end - at), style, items)) return true;
    std::erase_if(
        items, [](const PageItem& item) { return !item.number.empty() && !is_space(item.number); });
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::uint8_t code = items[i].code;
      for (std::uint8_t set = 1; set < kLigatureSets; ++set) {
        ligatures[set] += ligature_of(code, set).empty() ? 0 : 1;
      }
      if (code < 0x80 || code >= 0xC0 || code == 0x92) continue;
      const bool word = i > 0 && i + 1 < items.size() && is_letter(items[i - 1].code) &&
                        is_letter(items[i + 1].code);
      ++(word ? within : without);
    }
    return ++seen < kSampled;
  });
  const auto most = std::ranges::max_element(ligatures);
  return {within > without, static_cast<std::uint8_t>(most - ligatures.begin())};
}

std::vector<FoundWrapped> find(std::span<const std::uint8_t> content, std::size_t max_opened) {
  std::vector<FoundWrapped> found;
  std::size_t begin = 0, last = 0, arrays = 0;
  const auto finish = [&](bool whole) {
    const std::size_t bytes = last - begin, opened = bytes + bytes / 2;
    if (arrays >= kMinArrays && bytes >= kMinStretch && opened <= max_opened) {
      found.push_back({begin, bytes, opened, begin, whole});
    }
    arrays = 0;
  };
  for_each_array(content, [&](std::size_t at, std::size_t end) {
    if (arrays != 0 && (at - last > kMostGap || last - begin >= kMostStretch)) finish(true);
    if (arrays++ == 0) begin = at;
    last = end;
    return true;
  });
  if (arrays != 0) finish(last - begin >= kMostStretch || content.size() - last > kMostGap);
  return found;
}

void put_side(const Style& style, std::size_t spaces, std::size_t gaps, Bytes& side) {
  ByteWriter out(side);
  const PageStyle& array = style.array;
  out.u8(static_cast<std::uint8_t>((array.spaced ? 1U : 0U) | (array.spaced_end ? 2U : 0U) |
                                   static_cast<unsigned>(array.octal) << 2 |
                                   (style.encoding.cork ? 16U : 0U) |
                                   unsigned{style.encoding.ligatures} << 5));
  out.varint(spaces);
  out.varint(gaps);
}

// Where an array was taken out of the rest stands the marker.
bool take_apart(std::span<const std::uint8_t> stretch, const Style& style, std::size_t max_opened,
                Opener& opener, Bytes& rest) {
  std::size_t copied = 0, taken = 0;
  const auto copy_to = [&](std::size_t to) {
    const auto gap = stretch.subspan(copied, to - copied);
    rest.insert(rest.end(), gap.begin(), gap.end());
    return std::ranges::find(gap, kMarker) == gap.end();
  };
  bool good = true;
  std::vector<PageItem> items;
  for_each_array(stretch, [&](std::size_t at, std::size_t end) {
    if (!read_array(stretch.subspan(at, end - at), style.array, items)) return true;
    const auto codes = std::ranges::count_if(items, [](auto& item) { return item.number.empty(); });
    if (static_cast<std::size_t>(codes) < kMinCodes) return true;
    good = copy_to(at);
    copied = end;
    rest.push_back(kMarker);
    opener.add(items);
    ++taken;
    good = good && opener.opened_bytes() <= max_opened;
    return good;
  });
  return good && copy_to(stretch.size()) && taken >= kMinArrays;
}

bool close(std::span<const std::uint8_t> side, std::span<const std::span<const std::uint8_t>> parts,
           std::size_t max_bytes, Bytes& out);

std::optional<Opened> open(std::span<const std::uint8_t> content, const FoundWrapped& found,
                           std::size_t max_opened) {
  const auto stretch = content.subspan(found.offset, found.bytes);
  Style style{style_of(stretch), {}};
  style.encoding = encoding_of(stretch, style.array);
  Opener opener(style.encoding);
  Bytes rest;
  if (!take_apart(stretch, style, max_opened, opener, rest) || !opener.sets_words()) return {};
  Opened opened{stretch.size(), {}, {}};
  Bytes setting = opener.spaces();
  const Bytes gaps = opener.sorted_gaps();
  put_side(style, setting.size(), gaps.size(), opened.side);
  setting.insert(setting.end(), gaps.begin(), gaps.end());
  setting.insert(setting.end(), rest.begin(), rest.end());
  opened.parts.push_back({opener.take_text(), {}});
  opened.parts.push_back({std::move(setting), Layout{}});
  if (opened.parts[0].content.size() + opened.parts[1].content.size() > max_opened) return {};
  Bytes closed;
  const std::array<std::span<const std::uint8_t>, 2> parts = {opened.parts[0].content,
                                                              opened.parts[1].content};
  if (!close(opened.side, parts, stretch.size(), closed) || !std::ranges::equal(closed, stretch)) {
    return {};
  }
  return opened;
}

// ---- Closing ----

struct Setting {
  Style style;
  std::span<const std::uint8_t> spaces, gaps, rest;
};

std::optional<Setting> get_side(std::span<const std::uint8_t> side,
                                std::span<const std::uint8_t> part) {
  if (side.empty() || side[0] >= 0x80 || (side[0] >> 2 & 3) == 3) return {};
  Setting setting;
  setting.style.array = {static_cast<PageStyle::Octal>(side[0] >> 2 & 3), (side[0] & 1) != 0,
                         (side[0] & 2) != 0};
  setting.style.encoding = {(side[0] & 16) != 0, static_cast<std::uint8_t>(side[0] >> 5)};
  std::size_t at = 1;
  const auto spaces = take_varint(side, at), gaps = take_varint(side, at);
  if (!spaces || !gaps || at != side.size() || *spaces > part.size() ||
      *gaps > part.size() - *spaces) {
    return {};
  }
  setting.spaces = part.first(*spaces);
  setting.gaps = part.subspan(*spaces, *gaps);
  setting.rest = part.subspan(*spaces + *gaps);
  return setting;
}

// Hands out lines without their ends.
class Lines {
 public:
  explicit Lines(std::span<const std::uint8_t> text) : left_(text) {}
  std::optional<std::span<const std::uint8_t>> next() {
    const auto end = std::ranges::find(left_, std::uint8_t{'\n'});
    if (end == left_.end()) return {};
    const auto line = left_.first(static_cast<std::size_t>(end - left_.begin()));
    left_ = left_.subspan(line.size() + 1);
    return line;
  }
  bool done() const { return left_.empty(); }

 private:
  std::span<const std::uint8_t> left_;
};

// A code, kEnd, or kNone for a number that is a space.
using Units = std::vector<std::uint16_t>;

// What stands in the text; false if that is no text, or of other spaces.
bool read_units(std::span<const std::uint8_t> text, std::span<const std::uint8_t> spaces,
                const PageCodes& codes, Units& units) {
  Lines numbers(spaces);
  units.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\n') {
      units.push_back(kEnd);
      ++at;
      continue;
    }
    const auto code = codes.take(text, at);
    if (!code) return false;
    const auto number =
        *code == ' ' ? numbers.next() : std::optional(std::span<const std::uint8_t>());
    if (!number) return false;
    units.push_back(number->empty() ? *code : kNone);
  }
  return numbers.done() && (units.empty() || units.back() == kEnd);
}

// Calls it with the pair of each gap.
template <typename Call>
void for_each_gap(const Units& units, const Call& call) {
  std::uint16_t before = kBegin;
  for (const std::uint16_t unit : units) {
    if (before != kNone && unit != kNone) call(pair_of(before, unit));
    before = unit == kEnd ? kBegin : unit;
  }
}

// Where the line of each gap begins, in the order of the text. False if there are more lines, or
// fewer.
bool sort_back(const Units& units, std::span<const std::uint8_t> gaps,
               std::vector<std::uint32_t>& begins) {
  std::vector<std::uint32_t> ends(kSides * kSides + 1), sorted;
  for_each_gap(units, [&](std::uint32_t pair) { ++ends[pair + 1]; });
  for (std::size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
  sorted.reserve(ends.back());
  Lines lines(gaps);
  std::uint32_t begin = 0;
  while (const auto line = lines.next()) {
    if (sorted.size() == ends.back()) return false;
    sorted.push_back(begin);
    begin += static_cast<std::uint32_t>(line->size() + 1);
  }
  if (!lines.done() || sorted.size() != ends.back()) return false;
  begins.reserve(sorted.size());
  for_each_gap(units, [&](std::uint32_t pair) { begins.push_back(sorted[ends[pair]++]); });
  return true;
}

// Makes one array after the other of what they hold.
class ArrayMaker {
 public:
  // begins: of lines among the gaps, as sort_back() gives them.
  ArrayMaker(const Setting& setting, const PageCodes& codes, const Units& units,
             std::span<const std::uint32_t> begins, Bytes& out)
      : codes_(codes),
        units_(units),
        spaces_(setting.spaces),
        gaps_(setting.gaps),
        begins_(begins),
        writer_(setting.style.array, out) {}

  // Appends the next array. False if there is none, or letters are joined that no ligature has.
  bool next() {
    writer_.begin();
    std::uint16_t before = kBegin;
    while (!units_.empty()) {
      const std::uint16_t unit = units_.front();
      units_ = units_.subspan(1);
      const bool has_gap = before != kNone && unit != kNone;
      const auto gap = has_gap ? next_gap() : std::span<const std::uint8_t>();
      before = unit;
      if (gap.size() == 1 && gap[0] == kJoined) {
        if (letters_.empty() || unit >= 128) return false;
        letters_.push_back(static_cast<char>(unit));
        continue;
      }
      if (!put_letters()) return false;
      if (!gap.empty()) writer_.number(gap);
      if (unit == kEnd) {
        writer_.end();
        return true;
      }
      if (unit == ' ' || unit == kNone) put_space();
      if (unit != kNone) letters_.assign(1, static_cast<char>(unit));
    }
    return false;
  }

  bool done() const { return units_.empty(); }

 private:
  std::span<const std::uint8_t> next_gap() {
    const auto gap = Lines(gaps_.subspan(begins_.front())).next();
    begins_ = begins_.subspan(1);
    return *gap;
  }
  // A character has an empty line, and is written as such.
  void put_space() {
    const auto number = spaces_.next();
    if (!number->empty()) writer_.number(*number);
  }
  bool put_letters() {
    if (letters_.size() > 1) {
      const auto code = codes_.ligature_code(letters_);
      if (!code) return false;
      writer_.code(*code);
    } else if (!letters_.empty()) {
      writer_.code(static_cast<std::uint8_t>(letters_[0]));
    }
    letters_.clear();
    return true;
  }

  const PageCodes& codes_;
  std::span<const std::uint16_t> units_;
  Lines spaces_;
  std::span<const std::uint8_t> gaps_;
  std::span<const std::uint32_t> begins_;
  ArrayWriter writer_;
  std::string letters_;  // of one code, still to be written
};

bool close(std::span<const std::uint8_t> side, std::span<const std::span<const std::uint8_t>> parts,
           std::size_t max_bytes, Bytes& out) {
  const auto setting = parts.size() == 2 ? get_side(side, parts[1]) : std::nullopt;
  if (!setting) return false;
  const PageCodes codes(setting->style.encoding);
  Units units;
  std::vector<std::uint32_t> begins;
  if (!read_units(parts[0], setting->spaces, codes, units) ||
      !sort_back(units, setting->gaps, begins)) {
    return false;
  }
  ArrayMaker arrays(*setting, codes, units, begins, out);
  const std::size_t most = out.size() + max_bytes;
  for (const std::uint8_t byte : setting->rest) {
    if (byte != kMarker) {
      out.push_back(byte);
    } else if (!arrays.next()) {
      return false;
    }
    if (out.size() > most) return false;
  }
  return arrays.done();
}

}  // namespace

const Wrapper kPageWrapper{kNumber, "page", find, open, close};

}  // namespace nnzip
