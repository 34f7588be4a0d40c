// SPDX-License-Identifier: Apache-2.0
#include "mixer/bytes/item_reader.h"

#include "mixer/bytes/byte_classes.h"

namespace nnzip::mixer {

void ItemReader::start(Parsing parsing) {
  parsing_ = std::move(parsing);
  is_lost_ = false;
  before = {};
  parsing_.start();
}

void ItemReader::take(std::uint8_t byte) {
  open = grow(open, byte);
  number_ = low_first_ ? number_ | (bytes_ < 4 ? std::uint32_t{byte} << 8 * bytes_ : 0)
                       : number_ << 8 | byte;
  ++bytes_;
  if (--rest_ == 0) parser_.resume();
}

void ItemReader::begin(std::uint32_t what, std::uint32_t bytes) {
  kind = what;
  length_ = rest_ = bytes;
  open = bytes_ = number_ = 0;
  is_run_ = false;
  beside = 0;
  const Memory& known = memory();
  guesses_[0] = known.last;
  guesses_[1] = 2 * known.last - known.before;
  guess_count_ = 2;
}

ItemReader::Ask ItemReader::run(std::uint32_t what, std::uint32_t bytes) {
  begin(what, bytes);
  is_run_ = true;
  guess_count_ = 0;
  return {*this};
}

ItemReader::Ask ItemReader::lose() {
  is_lost_ = true;
  rest_ = 1;
  return {*this};
}

// Of an item.
std::uint32_t ItemReader::end() {
  if (is_run_) return open;
  memory() = {number_, memory().last};
  return number_;
}

void ItemReader::note(std::uint32_t hash) { before = {hash, before[0], before[1]}; }

std::uint32_t ItemReader::expected(std::size_t guess) const {
  if (guess >= guess_count_) return 0;
  const std::uint32_t value = guesses_[guess];
  if (low_first_) {
    const std::uint32_t low = bytes_ == 0 ? 0 : ~0u >> (32 - 8 * bytes_);
    return (value & low) == number_ ? 256 + (value >> 8 * bytes_ & 255) : 0;
  }
  const std::uint32_t shift = 8 * (length_ - bytes_);  // of what is known, 8..32
  const bool agrees = shift == 32 || (value >> shift & ~(~0u << 8 * bytes_)) == number_;
  return agrees ? 256 + (value >> (shift - 8) & 255) : 0;
}

}  // namespace nnzip::mixer
