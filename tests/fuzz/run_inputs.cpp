// SPDX-License-Identifier: Apache-2.0
// NAME: runs a fuzz target over its inputs and over all beginnings of each. NAME FOLDER: writes the
// inputs there, for a fuzzer to start from.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "fuzz/fuzz_target.h"

namespace {

// As many as this of each input's beginnings are tried.
constexpr std::size_t kMaxCuts = 64;

void write(const nnzip::fuzz::Input& input, const std::filesystem::path& folder) {
  std::string name = input.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  std::ofstream file(folder / name, std::ios::binary);
  file.write(reinterpret_cast<const char*>(input.data.data()),
             static_cast<std::streamsize>(input.data.size()));
  if (!file.flush()) throw std::runtime_error("cannot write " + (folder / name).string());
}

void run(const nnzip::fuzz::Input& input) {
  const std::size_t step = std::max<std::size_t>(input.data.size() / kMaxCuts, 1);
  for (std::size_t size = 0; size < input.data.size(); size += step) {
    // In an allocation of its own, so that a sanitizer sees a read past its end.
    const nnzip::Bytes cut(input.data.begin(),
                           input.data.begin() + static_cast<std::ptrdiff_t>(size));
    LLVMFuzzerTestOneInput(cut.data(), cut.size());
  }
  LLVMFuzzerTestOneInput(input.data.data(), input.data.size());
}

}  // namespace

int main(int argc, char** argv) {
  const auto inputs = nnzip::fuzz::inputs();
  for (const auto& input : inputs) {
    if (argc > 1) {
      write(input, argv[1]);
    } else {
      std::fprintf(stderr, "%s, %zu bytes\n", input.name.c_str(), input.data.size());
      run(input);
    }
  }
  nnzip::fuzz::demand(!inputs.empty(), "there are inputs");
}
