// SPDX-License-Identifier: Apache-2.0
// What a process gives up before it reads what others made.
#pragma once

#include <string>
#include <vector>

namespace nnzip::platform {

// From here on this thread, and those that it starts, change, make and remove files in these
// folders and below alone, start no programs and open no connections by TCP. Files that are open
// stay so, and reading is free: models and libraries are read. To be called before other threads
// are there. Returns whether it holds: Linux has it from 5.13 on, the last two from 5.19 and 6.7
// on; elsewhere nothing happens.
bool confine_writing(const std::vector<std::string>& folders);

// Whether the driver of a GPU is there, which is not known to work then.
bool has_gpu();

}  // namespace nnzip::platform
