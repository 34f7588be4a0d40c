// SPDX-License-Identifier: Apache-2.0
// Sorts the suffixes of a text in linear time, whatever it is: induced sorting (SA-IS, Nong, Zhang
// and Chan 2009), from suffixes that are compared where that does not take long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace nnzip {

constexpr std::size_t kMostSuffixes = std::size_t{1} << 30;

// order[i] becomes the place where the i-th of all suffixes begins; one that another begins with
// comes before it. Precondition: both of the same size, at most kMostSuffixes. Takes at most 8
// bytes a suffix beside them, and 256 KiB. Throws std::bad_alloc.
void sort_suffixes(std::span<const std::uint8_t> text, std::span<std::int32_t> order);

}  // namespace nnzip
