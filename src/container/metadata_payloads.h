// SPDX-License-Identifier: Apache-2.0
// What metadata frames other than directories hold; the layouts are FORMAT.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace nnzip {

// Parts of the content that have a name: the members of an archive.
struct Names {
  struct Entry {
    std::string name;          // 1 to 65535 bytes, of any encoding
    std::uint64_t offset = 0;  // in the content of the file
    std::uint64_t length = 0;  // offset + length is below 2^63
    bool operator==(const Entry&) const = default;
  };
  std::vector<Entry> entries;
  bool operator==(const Names&) const = default;
};

// Which part of something larger the file is.
struct Part {
  std::uint64_t number = 1, count = 1;  // number: 1 to count
  std::uint64_t offset = 0;             // of this part's content in the content of the whole
  std::uint64_t whole = 0;              // the same in all parts of the whole
  bool operator==(const Part&) const = default;
};

// Whatever a program likes to keep with a file.
struct ApplicationData {
  Bytes bytes;
  bool operator==(const ApplicationData&) const = default;
};
constexpr std::size_t kMaxApplicationBytes = std::size_t{64} << 10;

// Payloads. What does not fit the format throws Error(kInvalidArgument).
Bytes write_names(const Names& names);
Bytes write_part(const Part& part);
Bytes write_application_data(const ApplicationData& data);

// Throw Error(kCorrupt).
Names read_names(std::span<const std::uint8_t> payload);
Part read_part(std::span<const std::uint8_t> payload);
ApplicationData read_application_data(std::span<const std::uint8_t> payload);

}  // namespace nnzip
