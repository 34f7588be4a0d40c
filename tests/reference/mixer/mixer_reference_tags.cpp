// SPDX-License-Identifier: Apache-2.0
// Tagged fields as plain code.
#include "reference/mixer/mixer_reference_tags.h"

#include <algorithm>

#include "reference/mixer/mixer_reference_contexts.h"

namespace nnzip::mixer_reference {

bool Tags::fits(std::size_t m) const {
  return messages.size() == 1 ? m <= 1u << 20 : E + m <= messages.back().end;
}

void Tags::begin(unsigned new_part, std::uint32_t h) {
  part = new_part;
  field = h;
  open = 0;
  bytes = 0;
  number = 0;
  Entry& of = entry(h);
  last = of.last;
  before = of.before;
  of = {.last = E, .before = last, .opaque = of.opaque, .penalty = of.penalty};
}

void Tags::begin_tag() { begin(0, grow(messages.back().path, messages.back().last_tag) + 2); }

void Tags::end_field() {
  messages.back().beside = open;
  while (messages.size() > 1 && messages.back().end == E) {
    entry(messages.back().path).penalty /= 2;
    messages.pop_back();
    messages.back().beside = 0;
  }
  begin_tag();
}

void Tags::fail() {
  const Message innermost = messages.back();
  if (messages.size() == 1 || (score < 128 && innermost.end > E + 4096)) {
    score /= 2;
    messages.assign(1, Message{});
    begin_tag();
    return;
  }
  messages.pop_back();
  path = innermost.path;
  Entry& of = entry(path);
  of.opaque = of.penalty = std::min(2 * of.penalty + 15, 255u);
  rest = innermost.end - E;
  if (rest == 0) {
    end_field();
  } else {
    begin(4, path);
  }
}

void Tags::end_tag(const Place& next) {
  const std::uint64_t type = number % 8;
  const std::size_t m = type == 1 ? 8 : type == 5 ? 4 : 1;
  const bool is_type = type <= 2 || type == 5;
  if (number < 8 || !is_type || !fits(m)) {
    fail();
    return;
  }
  bool as_last = last != 0;
  for (std::size_t i = 0; as_last && i < bytes; ++i) {
    as_last = next.at(E - last - i) == next.at(bytes - i);
  }
  if (!as_last) {
    score -= score >> 4;
  } else if (messages.size() > 1) {
    score += (256 - score) >> 4;
  }
  const auto tag = static_cast<std::uint32_t>(number);
  messages.back().last_tag = tag;
  path = grow(messages.back().path, tag);
  if (type == 2) {
    begin(3, path + 1);
  } else {
    rest = m;
    begin(type == 0 ? 1 : 2, path);
  }
}

void Tags::end_length() {
  const std::size_t length = number;
  if (!fits(length)) {
    fail();
  } else if (length == 0) {
    end_field();
  } else if (entry(path).opaque == 0 && messages.size() <= 15) {
    messages.push_back({.path = path, .end = E + length});
    begin_tag();
  } else {
    if (entry(path).opaque != 0) --entry(path).opaque;
    rest = length;
    begin(4, path);
  }
}

void Tags::take(const Place& next, std::size_t count) {
  E = count;
  const std::uint8_t x = next.c(1);
  open = grow(open, x);
  ++bytes;
  const bool goes_on = x >= 128;
  if (part == 2 || part == 4) {
    --rest;
    if (rest == 0) end_field();
  } else if (goes_on && (bytes == (part == 1 ? 10u : 4u) || !fits(1))) {
    fail();
  } else {
    if (part != 1) number += std::uint64_t{x % 128u} << (7 * (bytes - 1));
    if (!goes_on && part == 0) {
      end_tag(next);
    } else if (!goes_on && part == 1) {
      end_field();
    } else if (!goes_on) {
      end_length();
    }
  }
  const auto byte = [&](std::size_t p) -> std::uint64_t {
    return p != 0 && p + bytes < E ? static_cast<std::uint64_t>(next.at(E - p - bytes)) : 0;
  };
  place = 8 * std::min<std::size_t>(bytes, 31) + part;
  to_come = part == 2 || part == 4 ? std::min<std::size_t>(rest, 255) : 256;
  one = last == 0 ? 0 : last + bytes;
  two = before == 0 ? 0 : before + bytes;
  seen = byte(last);
  seen_two = byte(before);
  beside = messages.back().beside;
  left = messages.size() == 1 ? 0 : std::min<std::size_t>(messages.back().end - E, 255);
}

}  // namespace nnzip::mixer_reference
