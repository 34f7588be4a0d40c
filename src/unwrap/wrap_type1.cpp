// SPDX-License-Identifier: Apache-2.0
// Encrypted bytes look random; decrypted they are text and charstrings, which repeat themselves.
#include "unwrap/wrap_type1.h"

#include <algorithm>
#include <functional>
#include <string_view>

namespace nnzip {
namespace {

constexpr std::uint8_t kNumber = 4;
constexpr std::uint16_t kFontKey = 55665, kCharstringKey = 4330;
constexpr std::size_t kMinSection = 256, kMaxSection = std::size_t{4} << 20;
constexpr std::size_t kPatience = 8;
// Where the first word that every such section has ends at the latest.
constexpr std::size_t kBeginning = 512;

using std::string_view_literals::operator""sv;

constexpr std::string_view kBefore = "currentfile eexec"sv, kFirst = "/Private"sv,
                           kLast = "closefile"sv;

class Cipher {
 public:
  explicit Cipher(std::uint16_t key) : key_(key) {}
  std::uint8_t encrypt(std::uint8_t plain) {
    const auto coded = static_cast<std::uint8_t>(plain ^ key_ >> 8);
    step(coded);
    return coded;
  }
  std::uint8_t decrypt(std::uint8_t coded) {
    const auto plain = static_cast<std::uint8_t>(coded ^ key_ >> 8);
    step(coded);
    return plain;
  }

 private:
  void step(std::uint8_t coded) {
    key_ = static_cast<std::uint16_t>((coded + std::uint32_t{key_}) * 52845 + 22719);
  }
  std::uint16_t key_;
};

using Step = std::uint8_t (Cipher::*)(std::uint8_t);

void apply(Step step, std::uint16_t key, std::span<std::uint8_t> bytes) {
  Cipher cipher(key);
  for (std::uint8_t& byte : bytes) byte = (cipher.*step)(byte);
}

// What a charstring's length says that ends before `end` and begins at `begin` or later; 0: none.
std::size_t number_before(std::span<const std::uint8_t> bytes, std::size_t begin, std::size_t end) {
  constexpr std::size_t kMaxDigits = 5;
  std::size_t value = 0, unit = 1;
  for (std::size_t i = 0; i < kMaxDigits && end > begin; ++i, unit *= 10) {
    const std::uint8_t digit = bytes[--end];
    if (digit < '0' || digit > '9') break;
    value += unit * (digit - std::size_t{'0'});
  }
  return value;
}

// All that finds charstrings is outside of them, so that it is the same in both directions.
void apply_to_charstrings(Step step, std::span<std::uint8_t> bytes) {
  constexpr std::size_t kWord = 4;
  std::size_t begin = 0;
  for (std::size_t at = kWord; at <= bytes.size(); ++at) {
    if (at < begin + kWord || bytes[at - 1] != ' ') continue;
    const std::string_view word(reinterpret_cast<const char*>(&bytes[at - kWord]), kWord);
    if (word != " RD "sv && word != " -| "sv) continue;
    const std::size_t length = number_before(bytes, begin, at - kWord);
    if (length == 0 || length > bytes.size() - at) continue;
    apply(step, kCharstringKey, bytes.subspan(at, length));
    at += length - 1;
    begin = at + 1;
  }
}

Bytes decrypt(std::span<const std::uint8_t> section) {
  Bytes plain(section.begin(), section.end());
  apply(&Cipher::decrypt, kFontKey, plain);
  apply_to_charstrings(&Cipher::decrypt, plain);
  return plain;
}

Bytes encrypt(std::span<const std::uint8_t> part) {
  Bytes section(part.begin(), part.end());
  apply_to_charstrings(&Cipher::encrypt, section);
  apply(&Cipher::encrypt, kFontKey, section);
  return section;
}

struct Section {
  std::size_t bytes = 0;  // 0: it is none
  bool whole = true;
  std::size_t looked_at = 0;
};

// The section that begins with the content, to the word that ends it and a line's end.
Section section_at(std::span<const std::uint8_t> content) {
  Cipher cipher(kFontKey);
  std::size_t first = 0, last = 0;  // bytes of the words that are there
  const std::size_t most = std::min(content.size(), kMaxSection);
  for (std::size_t at = 0; at < most; ++at) {
    const char plain = static_cast<char>(cipher.decrypt(content[at]));
    if (first < kFirst.size()) {
      if (at == kBeginning) return {0, true, at};
      first = plain == kFirst[first] ? first + 1 : plain == kFirst[0] ? 1 : 0;
    }
    last = plain == kLast[last] ? last + 1 : plain == kLast[0] ? 1 : 0;
    if (last < kLast.size()) continue;
    if (first < kFirst.size() || at < kMinSection) return {0, true, at};
    const bool ends_line = at + 1 < most && cipher.decrypt(content[at + 1]) == '\n';
    return {at + (ends_line ? 2U : 1U), true, at};
  }
  if (most == kMaxSection || most < kUnfinished) return {0, true, most};
  return {most, false, most};
}

// Behind a line's end and the header of a segment of a PFB file.
std::size_t begin_behind(std::span<const std::uint8_t> content, std::size_t at) {
  constexpr std::size_t kSegment = 6;
  if (at < content.size() && content[at] == '\r') ++at;
  if (at < content.size() && (content[at] == '\n' || content[at] == ' ')) ++at;
  const bool segment =
      content.size() - at >= kSegment && content[at] == 0x80 && content[at + 1] == 2;
  return at + (segment ? kSegment : 0);
}

std::vector<FoundWrapped> find(std::span<const std::uint8_t> content, std::size_t max_opened) {
  std::vector<FoundWrapped> found;
  std::size_t patience = (std::size_t{1} << 20) + kPatience * content.size();
  const std::boyer_moore_horspool_searcher searcher(kBefore.begin(), kBefore.end());
  for (auto next = content.begin(); patience != 0;) {
    next = std::search(next, content.end(), searcher);
    if (next == content.end()) break;
    const auto header = static_cast<std::size_t>(next - content.begin());
    const std::size_t offset = begin_behind(content, header + kBefore.size());
    const Section section = section_at(content.subspan(offset));
    next += static_cast<std::ptrdiff_t>(kBefore.size());
    patience -= std::min(patience, section.looked_at);
    if (section.bytes == 0 || section.bytes > max_opened) continue;
    found.push_back({offset, section.bytes, section.bytes, header, section.whole});
    if (!section.whole) break;
    next = content.begin() + static_cast<std::ptrdiff_t>(offset + section.bytes);
  }
  return found;
}

std::optional<Opened> open(std::span<const std::uint8_t> content, const FoundWrapped& found,
                           std::size_t max_opened) {
  const Section section = section_at(content.subspan(found.offset, found.bytes));
  if (section.bytes == 0 || !section.whole || section.bytes > max_opened) return {};
  const auto stretch = content.subspan(found.offset, section.bytes);
  Opened opened{section.bytes, {}, {}};
  opened.parts.push_back({decrypt(stretch), {}});
  if (!std::ranges::equal(encrypt(opened.parts[0].content), stretch)) return {};
  return opened;
}

bool close(std::span<const std::uint8_t> side, std::span<const std::span<const std::uint8_t>> parts,
           std::size_t max_bytes, Bytes& out) {
  if (!side.empty() || parts.size() != 1 || parts[0].size() > max_bytes) return false;
  const Bytes section = encrypt(parts[0]);
  out.insert(out.end(), section.begin(), section.end());
  return true;
}

}  // namespace

const Wrapper kType1Wrapper{kNumber, "Type 1", find, open, close};

}  // namespace nnzip
