// SPDX-License-Identifier: Apache-2.0
// How much memory there is, in a container as well.
#pragma once

#include <cstdint>
#include <filesystem>

namespace nnzip {

// Bytes of memory that this process may have at most: those of the machine, or fewer if a control
// group that it is in (version 1 or 2), or one around that, has a limit. root is for tests: the
// folder with proc and sys.
std::uint64_t usable_memory(const std::filesystem::path& root = "/");

// The least limit of the control groups alone; the largest number if there is none.
std::uint64_t control_group_limit(const std::filesystem::path& root = "/");

}  // namespace nnzip
