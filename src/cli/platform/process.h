// SPDX-License-Identifier: Apache-2.0
// What the system hands to a process at its start, and tells of it at its end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nnzip::platform {

// To be called first: makes the standard streams safe to use, memory go back to the system when it
// is given back, and installs the handlers of platform/temporary.h. Returns the command line, in
// UTF-8 on Windows.
std::vector<std::string> start(int argc, char** argv);

// Of the environment; nothing if it is not set. In UTF-8 on Windows.
std::optional<std::string> variable(const char* name);

// Bytes that the process has had at most.
std::uint64_t peak_memory();

}  // namespace nnzip::platform
