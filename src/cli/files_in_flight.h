// SPDX-License-Identifier: Apache-2.0
// Small files of one command side by side, for a device that codes those of many at once.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "file_walk.h"

namespace nnzip {

// As walk_files(), but what is visited are files by their names alone, and small ones are visited
// at_once at a time, each on a thread of its own; larger ones one by one. All names are found
// first. What visits say comes in the order of the files.
void visit_in_flight(const std::vector<std::string>& paths, bool recursive, std::size_t at_once,
                     const FileVisitor& visit);

}  // namespace nnzip
