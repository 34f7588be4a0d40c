// SPDX-License-Identifier: Apache-2.0
// Where this program and this library lie, since an installation may be moved as a whole.
#pragma once

#include <filesystem>

namespace nnzip {

// Both are empty if they are unknown.
std::filesystem::path program_folder();
// Of the file that this code is in: the shared library, or the program itself.
std::filesystem::path library_folder();

}  // namespace nnzip
