// SPDX-License-Identifier: Apache-2.0
// Reading is strict, so that writing gives the same bytes.
#include "unwrap/page_array.h"

#include <algorithm>
#include <string_view>

namespace nnzip {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kMostArray = std::size_t{64} << 10;
constexpr std::size_t kMostDigits = 16;

bool is_digit(std::uint8_t c) { return c >= '0' && c <= '9'; }
bool is_octal(std::uint8_t c) { return c >= '0' && c <= '7'; }
bool is_of_number(std::uint8_t c) { return is_digit(c) || c == '-' || c == '.'; }
bool is_special(std::uint8_t c) { return c == '(' || c == ')' || c == '\\'; }

bool has_octal(std::uint8_t code, PageStyle::Octal octal) {
  switch (octal) {
    case PageStyle::Octal::kMost:
      return code <= 32 || code >= 127 || is_special(code);
    case PageStyle::Octal::kSome:
      return code < 32 || code >= 127;
    case PageStyle::Octal::kFew:
      break;
  }
  return code < 32 || code == 127;
}

// Moves from the bracket at `at` to that which closes it, if there is one.
bool skip_string(std::span<const std::uint8_t> content, std::size_t& at) {
  for (++at; at < content.size() && content[at] != '('; ++at) {
    if (content[at] == ')') return true;
    if (content[at] == '\\') ++at;
  }
  return false;
}

class Reader {
 public:
  Reader(std::span<const std::uint8_t> array, PageStyle style, std::vector<PageItem>& items)
      : array_(array), style_(style), items_(items) {}

  bool run() {
    if (!take('[')) return false;
    bool string = false, first = true;
    while (!next_is(']')) {
      if (!first && style_.spaced && !take(' ')) return false;
      const bool was_string = string;
      string = next_is('(');
      if (!first && string == was_string) return false;
      if (!(string ? take_string() : take_number())) return false;
      first = false;
    }
    const auto end = style_.spaced_end ? "] TJ"sv : "]TJ"sv;
    return std::ranges::equal(array_.subspan(at_), end, [](std::uint8_t a, char b) {
      return a == static_cast<std::uint8_t>(b);
    });
  }

 private:
  bool next_is(char c) const {
    return at_ < array_.size() && array_[at_] == static_cast<std::uint8_t>(c);
  }
  bool take(char c) {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }

  bool take_number() {
    const std::size_t begin = at_;
    while (at_ < array_.size() && is_of_number(array_[at_])) ++at_;
    if (at_ == begin || at_ - begin > kMostDigits) return false;
    items_.push_back({0, array_.subspan(begin, at_ - begin)});
    return true;
  }

  bool take_string() {
    if (!take('(') || next_is(')')) return false;
    while (!take(')')) {
      if (!take_code()) return false;
    }
    return true;
  }

  bool take_code() {
    if (at_ == array_.size()) return false;
    std::uint8_t code = array_[at_++];
    if (code != '\\') {
      items_.push_back({code, {}});
      return !is_special(code) && !has_octal(code, style_.octal);
    }
    if (at_ == array_.size()) return false;
    code = array_[at_++];
    if (is_special(code)) {
      items_.push_back({code, {}});
      return !has_octal(code, style_.octal);
    }
    if (array_.size() - at_ < 2 || !is_octal(code) || !is_octal(array_[at_]) ||
        !is_octal(array_[at_ + 1])) {
      return false;
    }
    const unsigned value = (code - 48U) << 6 | (array_[at_] - 48U) << 3 | (array_[at_ + 1] - 48U);
    if (value > 255) return false;
    at_ += 2;
    code = static_cast<std::uint8_t>(value);
    items_.push_back({code, {}});
    return has_octal(code, style_.octal);
  }

  std::span<const std::uint8_t> array_;
  PageStyle style_;
  std::vector<PageItem>& items_;
  std::size_t at_ = 0;
};

}  // namespace

std::size_t end_of_array(std::span<const std::uint8_t> content, std::size_t at,
                         std::size_t& patience) {
  const std::size_t begin = at;
  if (content.size() - at > kMostArray) content = content.first(at + kMostArray);
  bool good = true;
  for (++at; good && at < content.size() && content[at] != ']';) {
    good = content[at] == '(' ? skip_string(content, at)
                              : content[at] == ' ' || is_of_number(content[at]);
    ++at;
  }
  if (good && ++at < content.size() && content[at] == ' ') ++at;
  if (good && at + 1 < content.size() && content[at] == 'T' && content[at + 1] == 'J')
    return at + 2;
  patience -= std::min(patience, at - begin);
  return 0;
}

bool read_array(std::span<const std::uint8_t> array, PageStyle style,
                std::vector<PageItem>& items) {
  items.clear();
  return Reader(array, style, items).run();
}

void ArrayWriter::begin() {
  out_.push_back('[');
  first_ = true;
  in_string_ = false;
}

void ArrayWriter::code(std::uint8_t code) {
  if (!in_string_) {
    separate();
    out_.push_back('(');
    in_string_ = true;
  }
  if (has_octal(code, style_.octal)) {
    for (const int shift : {6, 3, 0}) {
      if (shift == 6) out_.push_back('\\');
      out_.push_back(static_cast<std::uint8_t>('0' + (code >> shift & 7)));
    }
    return;
  }
  if (is_special(code)) out_.push_back('\\');
  out_.push_back(code);
}

void ArrayWriter::number(std::span<const std::uint8_t> digits) {
  close_string();
  separate();
  out_.insert(out_.end(), digits.begin(), digits.end());
}

void ArrayWriter::end() {
  close_string();
  const auto end = style_.spaced_end ? "] TJ"sv : "]TJ"sv;
  out_.insert(out_.end(), end.begin(), end.end());
}

void ArrayWriter::close_string() {
  if (in_string_) out_.push_back(')');
  in_string_ = false;
}

void ArrayWriter::separate() {
  if (!first_ && style_.spaced) out_.push_back(' ');
  first_ = false;
}

}  // namespace nnzip
