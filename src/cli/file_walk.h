// SPDX-License-Identifier: Apache-2.0
// Which files a command line stands for: each named one, and with -r all that folders hold.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace nnzip {

// Called for each file; found: it was not named, but found in a folder. Returns whether to go on.
using FileVisitor = std::function<bool(const std::string& path, bool found)>;

// Standard input if there are no paths. Folders are gone into, in the order of their names, or, if
// recursive is false, passed over with a warning; so is what is in them and neither a file nor a
// folder, symbolic links above all. Errors are said, and the walk goes on.
void walk_files(const std::vector<std::string>& paths, bool recursive, const FileVisitor& visit);

}  // namespace nnzip
