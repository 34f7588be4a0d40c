// SPDX-License-Identifier: Apache-2.0
// Arrays of numbers: npy, safetensors, FITS, NIfTI. Described as tables: a row is what follows
// along the dimension whose neighbours stand side by side.
#include <algorithm>
#include <bit>
#include <string_view>
#include <vector>

#include "detect/sniff.h"

namespace nnzip {
namespace {

constexpr std::uint32_t kMostStride = 65535;
// Headers at any place are short, so that deceiving ones cost little.
constexpr std::uint64_t kMostNpyHeader = 1 << 11, kMostFitsHeader = 1 << 14;
constexpr std::uint64_t kMostTensorHeader = 1 << 22;

// Rows of `row` numbers of so many bytes.
Layout table(std::uint64_t row, std::uint32_t number_bytes, bool high_first) {
  Layout layout;
  layout.element = number_bytes == 16 ? 8 : number_bytes;
  const std::uint64_t stride = row * number_bytes;
  layout.stride = stride > layout.element && stride <= kMostStride
                      ? static_cast<std::uint32_t>(stride)
                      : 2 * layout.element;
  if (layout.element == 2) layout.odd_high = !high_first;
  if (layout.element >= 4) layout.high_first = high_first;
  return layout;
}

bool is_number(std::uint64_t bytes) {
  return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8 || bytes == 16;
}

// Reads numbers and words out of a header of text.
class TextHeader {
 public:
  explicit TextHeader(std::span<const std::uint8_t> bytes)
      : text_(reinterpret_cast<const char*>(bytes.data()), bytes.size()) {}
  explicit TextHeader(std::string_view text) : text_(text) {}

  // Where what follows the name and blanks begins; npos if there is none.
  std::size_t after(std::string_view name) const {
    const std::size_t at = text_.find(name);
    if (at == std::string_view::npos) return at;
    return text_.find_first_not_of(" :=", at + name.size());
  }
  char at(std::size_t place) const { return place < text_.size() ? text_[place] : '\0'; }
  bool has(std::string_view word, std::size_t at) const {
    return at < text_.size() && text_.substr(at).starts_with(word);
  }

  // Takes away what stands before the sign, and the sign.
  TextHeader take_until(char sign) {
    const std::size_t end = std::min(text_.find(sign), text_.size());
    const TextHeader taken(text_.substr(0, end));
    text_.remove_prefix(std::min(end + 1, text_.size()));
    return taken;
  }
  bool empty() const { return text_.empty(); }

  // Of digits that begin there; moves behind them.
  std::uint64_t number(std::size_t& place) const {
    std::uint64_t value = 0;
    for (; at(place) >= '0' && at(place) <= '9' && value < std::uint64_t{1} << 56; ++place) {
      value = 10 * value + static_cast<std::uint64_t>(at(place) - '0');
    }
    return value;
  }

  // The numbers between there and the bracket that closes.
  std::vector<std::uint64_t> list(std::size_t place, char close) const {
    std::vector<std::uint64_t> numbers;
    while (place < text_.size() && at(place) != close && numbers.size() < 16) {
      if (at(place) >= '0' && at(place) <= '9') {
        numbers.push_back(number(place));
      } else {
        ++place;
      }
    }
    return numbers;
  }

 private:
  std::string_view text_;
};

// At most 2^56, so that sums of some fit.
std::uint64_t product(const std::vector<std::uint64_t>& numbers) {
  std::uint64_t all = 1;
  for (const std::uint64_t n : numbers) {
    if (n != 0 && all > (std::uint64_t{1} << 56) / n) return 0;
    all *= n;
  }
  return all;
}

// Bytes of the types of safetensors; 0 of others.
std::uint32_t tensor_bytes(const TextHeader& header, std::size_t at) {
  const auto is = [&](std::string_view name) { return header.has(name, at); };
  if (is("\"F64\"") || is("\"I64\"") || is("\"U64\"")) return 8;
  if (is("\"F32\"") || is("\"I32\"") || is("\"U32\"")) return 4;
  if (is("\"F16\"") || is("\"BF16\"") || is("\"I16\"") || is("\"U16\"")) return 2;
  return is("\"I8\"") || is("\"U8\"") || is("\"F8_") ? 1 : 0;
}

}  // namespace

std::optional<Found> sniff_npy(const HeaderView& header) {
  if (!header.starts_with("\x93NUMPY")) return {};
  const bool first_version = header.u8(6) == 1;
  const std::uint64_t begin = first_version ? 10 : 12;
  const std::uint64_t bytes = first_version ? header.le16(8) : header.le32(8);
  if (bytes > kMostNpyHeader || header.u8(begin) != '{' || begin + bytes > header.size()) return {};
  const TextHeader text(header.bytes().subspan(begin, static_cast<std::size_t>(bytes)));
  std::size_t type = text.after("'descr'"), shape = text.after("'shape'");
  const std::size_t order = text.after("'fortran_order'");
  if (type == std::string_view::npos || shape == std::string_view::npos || text.at(type) != '\'')
    return {};
  const bool high_first = text.at(type + 1) == '>';
  const std::string_view kinds = "fiubc";
  if (kinds.find(text.at(type + 2)) == std::string_view::npos) return {};
  type += 3;
  const std::uint64_t number_bytes = text.number(type);
  std::vector<std::uint64_t> dimensions = text.list(shape, ')');
  if (!is_number(number_bytes) || text.at(type) != '\'') return {};
  const std::uint64_t numbers = product(dimensions);
  if (order != std::string_view::npos && text.at(order) == 'T') {
    std::reverse(dimensions.begin(), dimensions.end());
  }
  const bool colours = number_bytes == 1 && dimensions.size() > 2 &&
                       (dimensions.back() == 3 || dimensions.back() == 4);
  std::uint64_t row = dimensions.size() > 1 ? dimensions.back() : 0;
  if (colours) row *= dimensions[dimensions.size() - 2];
  Layout layout = table(row, static_cast<std::uint32_t>(number_bytes), high_first);
  if (colours && layout.stride == row && row > dimensions.back()) {
    layout.element = static_cast<std::uint32_t>(dimensions.back());
  }
  return Found{begin + bytes, numbers * number_bytes, layout};
}

// Tensors of several types follow each other: the layout is of the largest one.
std::optional<Found> sniff_safetensors(const HeaderView& header) {
  const std::uint64_t bytes = header.le64(0);
  if (bytes < 16 || bytes > kMostTensorHeader || 8 + bytes > header.size() || header.u8(8) != '{')
    return {};
  TextHeader text(header.bytes().subspan(8, static_cast<std::size_t>(bytes)));
  std::uint64_t most = 0, end = 0;
  Layout layout;
  while (!text.empty()) {
    const TextHeader tensor = text.take_until('}');
    const std::size_t type = tensor.after("\"dtype\"");
    if (type == std::string_view::npos) continue;
    const std::uint32_t number_bytes = tensor_bytes(tensor, type);
    const std::size_t shape = tensor.after("\"shape\""), data = tensor.after("\"data_offsets\"");
    if (shape == std::string_view::npos || data == std::string_view::npos) return {};
    const std::vector<std::uint64_t> dimensions = tensor.list(shape, ']'),
                                     offsets = tensor.list(data, ']');
    if (offsets.size() != 2 || offsets[0] > offsets[1]) return {};
    end = std::max(end, offsets[1]);
    if (number_bytes == 0 || offsets[1] - offsets[0] <= most) continue;
    most = offsets[1] - offsets[0];
    layout = table(dimensions.size() > 1 ? dimensions.back() : 0, number_bytes, false);
  }
  if (most == 0) return {};
  return Found{8 + bytes, end, layout};
}

// Cards of 80 bytes in groups of 36.
std::optional<Found> sniff_fits(const HeaderView& header) {
  constexpr std::size_t kCard = 80, kGroup = 2880;
  if (!header.starts_with("SIMPLE  =") && !header.starts_with("XTENSION=")) return {};
  std::uint64_t bits = 0;
  std::vector<std::uint64_t> dimensions;
  std::size_t at = 0;
  for (; !header.starts_with("END ", at); at += kCard) {
    if (at >= kMostFitsHeader || at + kCard > header.size()) return {};
    const bool is_bits = header.starts_with("BITPIX ", at);
    const bool is_dimension = header.starts_with("NAXIS", at) && header.u8(at + 5) != ' ';
    if (!is_bits && !is_dimension) continue;
    const TextHeader card(header.bytes().subspan(at, kCard));
    std::size_t value = card.after("=");
    if (card.at(value) == '-') ++value;
    const std::uint64_t number = card.number(value);
    if (is_bits) {
      bits = number;
    } else if (dimensions.size() < 16) {
      dimensions.push_back(number);
    }
  }
  if (bits % 8 != 0 || !is_number(bits / 8) || dimensions.empty()) return {};
  const auto number_bytes = static_cast<std::uint32_t>(bits / 8);
  const std::uint64_t row = dimensions.size() > 1 ? dimensions.front() : 0;
  return Found{(at + kGroup) / kGroup * kGroup, product(dimensions) * number_bytes,
               table(row, number_bytes, true)};
}

// NIfTI-1 in one file.
std::optional<Found> sniff_nifti(const HeaderView& header) {
  constexpr std::uint32_t kHeader = 348;
  const bool high_first = header.be32(0) == kHeader;
  if ((!high_first && header.le32(0) != kHeader) || !header.starts_with("n+1", 344)) return {};
  const auto number = [&](std::size_t at) -> std::uint64_t {
    return high_first ? header.be16(at) : header.le16(at);
  };
  const std::uint64_t count = number(40), bits = number(72);
  if (count < 1 || count > 7 || bits % 8 != 0 || !is_number(bits / 8)) return {};
  std::vector<std::uint64_t> dimensions;
  for (std::size_t i = 1; i <= count; ++i) dimensions.push_back(number(40 + 2 * i));
  const auto begin = std::bit_cast<float>(high_first ? header.be32(108) : header.le32(108));
  if (!(begin >= 348 && begin <= 1 << 20)) return {};
  const auto number_bytes = static_cast<std::uint32_t>(bits / 8);
  return Found{static_cast<std::uint64_t>(begin), product(dimensions) * number_bytes,
               table(count > 1 ? dimensions.front() : 0, number_bytes, high_first)};
}

}  // namespace nnzip
