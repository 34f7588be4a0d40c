// SPDX-License-Identifier: Apache-2.0
// Files that do not outlive the program unless they are given a name. What can fail tells the
// reason in errno.
#pragma once

#include <string>

namespace nnzip::platform {

// Creates a file that its owner alone can read, from a name that ends in XXXXXX, which are
// replaced. From here on what ends the program from outside (SIGINT, SIGTERM, SIGHUP, SIGXCPU; a
// key of the console) removes it, until forget_temporary(). At most kMostTemporaries at a time, of
// any threads. Returns the descriptor, or -1.
inline constexpr int kMostTemporaries = 64;
int create_temporary(std::string& name);
void forget_temporary(const std::string& name);

// Takes or creates a file that its owner alone can read, to read and write; nobody else who calls
// this may have it meanwhile. The descriptor, or -1.
int open_for_itself(const std::string& name);

// 0, or -1; the second one with EEXIST where the new name is taken.
int rename_replacing(const std::string& from, const std::string& to);
int rename_without_replacing(const std::string& from, const std::string& to);

// For the above; and a closed pipe or too large a file is a write error from here on, not a signal.
void install_signal_handlers();

}  // namespace nnzip::platform
