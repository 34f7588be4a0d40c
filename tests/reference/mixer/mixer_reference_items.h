// SPDX-License-Identifier: Apache-2.0
// The section Items of MIXING_ITEMS.md. A file is read anew for each byte, as far as it is known.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <vector>

namespace nnzip::mixer_reference {

using Guessed = std::vector<std::int64_t>;

// What is known of the byte that comes; the names are those of the section.
struct Item {
  std::uint32_t kind = 0, open = 0, beside = 0, first = 0, second = 0, third = 0;
  std::size_t bytes = 0, length = 0;
  std::vector<std::uint32_t> guesses;
  std::uint32_t number = 0;  // of the bytes so far
  bool low_first = false;

  std::size_t place() const { return bytes < 255 ? bytes : 255; }
  std::size_t to_come() const { return length - bytes < 255 ? length - bytes : 255; }
  std::size_t kind_number() const { return kind * 0x9E3779B1u >> 24; }
  std::size_t mark() const { return (kind_number() + place()) % 256; }
  std::optional<std::uint8_t> says(std::size_t guess) const;
  std::uint64_t s(std::size_t guess) const;
};

struct Waiting {};  // thrown where the file is not known any further
struct Lost {};

// What stays from file to file.
struct Kept {
  std::map<std::uint32_t, std::array<std::uint32_t, 2>>
      numbers;                               // by the kind's hash: last, before
  std::map<std::uint32_t, unsigned> shares;  // of opcodes
};

// Reads what is known of a file.
class Parser {
 public:
  Parser(const std::vector<std::uint8_t>& file, Kept kept_) : kept(kept_), file_(file) {}
  virtual ~Parser() = default;
  virtual void read() = 0;

  Item item;
  Kept kept;

 protected:
  std::uint32_t number(std::uint32_t kind, std::size_t n, const Guessed& guesses = {},
                       std::uint32_t beside = 0);
  std::uint32_t run(std::uint32_t kind, std::size_t n);
  void note(std::uint32_t v);

 private:
  void begin(std::uint32_t kind, std::size_t n, std::uint32_t beside);
  void take();

  const std::vector<std::uint8_t>& file_;
  std::size_t at_ = 0;
};

std::uint32_t kind_of(std::initializer_list<std::uint32_t> numbers);

// Of a stream.
class Reader {
 public:
  enum Format { kClassFile, kModule };
  explicit Reader(Format format) : format_(format) {}
  // x is the newest byte.
  void take(std::uint8_t x);

  bool in_file = false;
  Item item;

 private:
  bool begins();

  Format format_;
  std::vector<std::uint8_t> stream_, file_;
  Kept kept_;
  std::uint32_t version_ = 0;
};

}  // namespace nnzip::mixer_reference
