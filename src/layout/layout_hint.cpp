// SPDX-License-Identifier: Apache-2.0
// Three fields between colons, and what of them a layout can state.
#include "layout/layout_hint.h"

#include <charconv>
#include <optional>
#include <string_view>

#include "nnzip/error.hpp"

namespace nnzip {
namespace {

constexpr std::uint32_t kMaxTableStride = 65535;

struct NumberType {
  char kind = 'u';  // u, s, f
  std::uint32_t bytes = 1;
  bool low_first = false;
};

// The whole text as a number from 1 on.
std::optional<std::uint32_t> count_of(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && value > 0 ? std::optional(value) : std::nullopt;
}

std::optional<NumberType> type_of(std::string_view text) {
  constexpr std::string_view kKinds = "usf";
  if (text.size() < 2 || kKinds.find(text[0]) == std::string_view::npos) return {};
  NumberType type{.kind = text[0]};
  text.remove_prefix(1);
  const bool ordered = text.ends_with("le") || text.ends_with("be");
  type.low_first = text.ends_with("le");
  if (ordered) text.remove_suffix(2);
  const auto bits = count_of(text);
  if (!bits || *bits % 8 != 0 || *bits > 64) return {};
  type.bytes = *bits / 8;
  return ordered == (type.bytes > 1) ? std::optional(type) : std::nullopt;
}

std::optional<Layout> table_of(std::uint32_t numbers, const NumberType& type) {
  Layout layout{.element = type.bytes, .odd_high = type.low_first && type.bytes == 2};
  const std::uint64_t row = std::uint64_t{numbers} * type.bytes;
  if (row <= kMaxTableStride) {
    layout.stride = numbers == 1 ? 2 * type.bytes : static_cast<std::uint32_t>(row);
  }
  return layout;
}

std::optional<Layout> pixels_of(std::uint32_t width, std::uint32_t channels,
                                const NumberType& type) {
  const std::uint64_t row = std::uint64_t{width} * channels * type.bytes;
  if (type.kind != 'u' || channels > 4 || row >= std::uint64_t{1} << 22) return {};
  return Layout{.form = Form::kPixels,
                .stride = static_cast<std::uint32_t>(row),
                .element = channels * type.bytes,
                .channels = channels,
                .low_first = type.low_first};
}

std::optional<Layout> samples_of(std::uint32_t channels, const NumberType& type) {
  if (channels > 8 || (type.kind != 's' && !(type.kind == 'u' && type.bytes == 1))) return {};
  return Layout{.form = Form::kSamples,
                .element = channels * type.bytes,
                .channels = channels,
                .low_first = type.low_first,
                .is_signed = type.bytes == 1 && type.kind == 's'};
}

std::optional<Layout> parse(std::string_view hint) {
  const std::size_t first = hint.find(':'), last = hint.rfind(':');
  if (first == last) return {};
  const std::string_view kind = hint.substr(0, first);
  const std::string_view shape = hint.substr(first + 1, last - first - 1);
  const auto type = type_of(hint.substr(last + 1));
  const std::size_t times = shape.find('x');
  const auto count = count_of(shape.substr(0, times));
  const bool is_one = times == std::string_view::npos;
  const auto channels = is_one ? std::optional(1U) : count_of(shape.substr(times + 1));
  if (!type || !count || !channels || (!is_one && kind != "pixels")) return {};
  if (kind == "table") return table_of(*count, *type);
  if (kind == "pixels") return pixels_of(*count, *channels, *type);
  if (kind == "samples") return samples_of(*count, *type);
  return {};
}

}  // namespace

Layout layout_of_hint(const std::string& hint) {
  const auto layout = parse(hint);
  if (layout && layout->is_valid()) return *layout;
  throw Error(ErrorCode::kInvalidArgument,
              "\"" + hint +
                  "\" is no layout: such are table:80:f32le (numbers of a row), pixels:640x3:u8 "
                  "(width, channels up to 4; u8, u16le, u16be), samples:2:s16le (channels up to 8; "
                  "u8, s8 to s32).");
}

}  // namespace nnzip
