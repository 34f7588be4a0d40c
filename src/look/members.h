// SPDX-License-Identifier: Apache-2.0
// The files in an archive, by name.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace nnzip::look {

struct Member {
  std::string name;
  std::uint64_t offset = 0, bytes = 0;  // with its header and padding
};

// Of a tar archive, in order; none if it is none, or as far as its headers are good.
std::vector<Member> tar_members(std::span<const std::uint8_t> content);

}  // namespace nnzip::look
