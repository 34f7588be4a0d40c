// SPDX-License-Identifier: Apache-2.0
// Numbers of bytes as people write them: 4096, 64K, 2GiB, 1M:64K.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nnzip {

struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

struct PartNumber {
  std::uint64_t number = 1, count = 1;  // number: 1 to count
};

// Digits, and K, M, G or T for powers of 1024, each also with B or iB, in either case. All of these
// functions throw Error(kInvalidArgument).
std::uint64_t parse_size(std::string_view text);

// A size, or a percentage of the memory that there is for this process: 50%.
std::uint64_t parse_memory(std::string_view text);

// Half of it, what is done side by side may have.
std::uint64_t half_of_memory();

// OFFSET:LENGTH, two sizes. Without LENGTH the range reaches to the end of the content.
ByteRange parse_range(std::string_view text);

// I/N, two numbers, the first of 1 to the second.
PartNumber parse_part(std::string_view text);

}  // namespace nnzip
