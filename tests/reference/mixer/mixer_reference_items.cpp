// SPDX-License-Identifier: Apache-2.0
// Items as plain code.
#include "reference/mixer/mixer_reference_items.h"

#include <algorithm>
#include <memory>

#include "reference/mixer/mixer_reference_code.h"
#include "reference/mixer/mixer_reference_files.h"

namespace nnzip::mixer_reference {

std::uint32_t kind_of(std::initializer_list<std::uint32_t> numbers) {
  std::uint32_t h = *numbers.begin();
  for (const std::uint32_t* p = numbers.begin() + 1; p != numbers.end(); ++p) h = grow(h, *p);
  return h;
}

std::optional<std::uint8_t> Item::says(std::size_t guess) const {
  if (guess >= guesses.size()) return {};
  for (std::size_t i = 0; i <= bytes; ++i) {
    const std::size_t of = low_first ? i : length - 1 - i, here = low_first ? i : bytes - 1 - i;
    const auto byte = static_cast<std::uint8_t>(guesses[guess] >> 8 * of);
    if (i == bytes) return byte;
    if (byte != static_cast<std::uint8_t>(number >> 8 * here)) return {};
  }
  return {};
}

std::uint64_t Item::s(std::size_t guess) const {
  const auto byte = says(guess);
  return byte ? 256u + *byte : 0;
}

void Parser::note(std::uint32_t v) {
  item.third = item.second;
  item.second = item.first;
  item.first = v;
}

void Parser::begin(std::uint32_t kind, std::size_t n, std::uint32_t beside) {
  item.kind = kind;
  item.beside = beside;
  item.open = item.number = 0;
  item.bytes = 0;
  item.length = n;
  item.guesses.clear();
}

void Parser::take() {
  while (item.bytes < item.length) {
    if (at_ == file_.size()) throw Waiting{};
    const std::uint32_t x = file_[at_++];
    item.open = grow(item.open, x);
    if (!item.low_first) {
      item.number = 256 * item.number + x;
    } else if (item.bytes < 4) {
      item.number += x << 8 * item.bytes;
    }
    ++item.bytes;
  }
}

std::uint32_t Parser::number(std::uint32_t kind, std::size_t n, const Guessed& guesses,
                             std::uint32_t beside) {
  begin(kind, n, beside);
  auto& entry = kept.numbers[kind * 0x9E3779B1u >> 22];
  item.guesses = {entry[0], 2 * entry[0] - entry[1]};
  for (const std::int64_t g : guesses) item.guesses.push_back(static_cast<std::uint32_t>(g));
  take();
  entry = {item.number, entry[0]};
  return item.number;
}

std::uint32_t Parser::run(std::uint32_t kind, std::size_t n) {
  begin(kind, n, 0);
  take();
  return item.open;
}

bool Reader::begins() {
  const std::size_t n = stream_.size();
  const auto at = [&](std::size_t back) -> std::uint32_t {
    return n < back ? 0 : stream_[n - back];
  };
  if (format_ == kClassFile) {
    return at(4) == 0xCA && at(3) == 0xFE && at(2) == 0xBA && at(1) == 0xBE;
  }
  version_ = at(16) + 256 * at(15);
  return version_ >= 3390 && version_ <= 3799 && at(14) == 0x0D && at(13) == 0x0A && at(12) <= 3 &&
         at(11) == 0 && at(10) == 0 && at(9) == 0;
}

void Reader::take(std::uint8_t x) {
  stream_.push_back(x);
  if (in_file) {
    file_.push_back(x);
  } else if (begins()) {
    file_.clear();
  } else {
    return;
  }
  std::unique_ptr<Parser> parser;
  if (format_ == kClassFile) {
    parser = std::make_unique<ClassFile>(file_, kept_);
  } else {
    parser = std::make_unique<Module>(file_, kept_, version_);
  }
  try {
    in_file = true;
    parser->read();
  } catch (Waiting) {
    item = parser->item;
    return;
  } catch (Lost) {
  }
  in_file = false;
  kept_ = parser->kept;
}

}  // namespace nnzip::mixer_reference
