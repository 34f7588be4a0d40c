// SPDX-License-Identifier: Apache-2.0
// The sets of weights, how many each has, and how many of them an effort takes: MIXING.md, Mixing.
#pragma once

#include <span>

namespace nnzip::mixer {

// The sets of weights.
enum Set {
  kByPartialByte,
  kByLastByte,
  kByMatches,
  kByOrders,
  kByByteBefore,
  kByColumn,
  kByWordLength,  // or the network's confidence, or what earlier records expect
  kByLinePlace,   // or, in what has no lines, that behind the last 0
  // Of the large effort alone.
  kByThirdByte,
  kByRecordPlace,
  kByKinds,
  kByExpectedByte,
  kByByteAbove,
  kByField,
  kByZero,
  kByPair
};
inline constexpr int kSetContexts[] = {256, 256, 64,  64,  256, 256, 128, 256,
                                       256, 256, 512, 256, 256, 256, 256, 256};
inline constexpr int kFinalContexts[] = {256, 64, 64, 256, 512};
// Of machine code some are chosen otherwise.
inline constexpr int kCodeSetContexts[] = {256, 256,  64,  64,  2048, 256,  512,  2048,
                                           256, 2048, 256, 256, 256,  1024, 2048, 256};
inline constexpr int kCodeFinalContexts[] = {256, 64, 2048, 2048, 512};

template <typename Plan>
constexpr auto sets_of(bool is_code) {
  return std::span(is_code ? kCodeSetContexts : kSetContexts).template first<Plan::sets>();
}
template <typename Plan>
constexpr auto final_sets_of(bool is_code) {
  return std::span(is_code ? kCodeFinalContexts : kFinalContexts)
      .template first<Plan::final_sets>();
}

}  // namespace nnzip::mixer
