// SPDX-License-Identifier: Apache-2.0
// Structs of nnzip.h that the library fills for programs built with older and newer headers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "nnzip/error.hpp"

namespace nnzip {

// Throws Error(kInvalidArgument) for what fill_struct() does not take.
template <typename Info>
void check_struct(const Info* info, std::size_t first_size) {
  constexpr std::size_t kMaxSize = 4096;  // a size above comes from memory that was not set
  if (info == nullptr) throw Error(ErrorCode::kInvalidArgument, "info is NULL.");
  const std::size_t size = info->struct_size;
  if (size >= std::min(first_size, sizeof(Info)) && size <= kMaxSize) return;
  throw Error(ErrorCode::kInvalidArgument,
              "struct_size, " + std::to_string(size) + ", is not the size of the struct.");
}

// Fills what the program's version of the struct has of values, the rest of it with zeros.
// first_size: of the struct of the first version, which never changes. Throws
// Error(kInvalidArgument).
template <typename Info>
void fill_struct(Info* info, Info values, std::size_t first_size) {
  check_struct(info, first_size);
  const std::size_t size = info->struct_size;
  values.struct_size = size;
  auto* const bytes = reinterpret_cast<unsigned char*>(info);
  std::memset(bytes, 0, size);
  std::memcpy(bytes, &values, std::min(size, sizeof values));
}

}  // namespace nnzip
