// SPDX-License-Identifier: Apache-2.0
// What each fuzz_NAME.cpp defines. With libFuzzer it becomes a fuzzer; with run_inputs.cpp a test
// that needs no fuzzer, and a program that writes the inputs to start from.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/bytes.h"

// Returns 0, or -1 if the input is not worth keeping. Whatever must hold is checked by demand().
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace nnzip::fuzz {

struct Input {
  std::string name;
  Bytes data;
};

// Typical inputs, and all that ever failed (named "regression ..."), made in code.
std::vector<Input> inputs();

// Ends the program in the way that a fuzzer takes for a finding.
inline void demand(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace nnzip::fuzz
