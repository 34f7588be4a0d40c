// SPDX-License-Identifier: Apache-2.0
// A filter in C++20: "cpp_example compress" or "cpp_example decompress", from standard input to
// standard output. It reads all into memory, which is simplest; nnzip::Reader and Writer do
// without.
#include <iostream>
#include <iterator>
#include <nnzip/nnzip.hpp>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  const std::string what = argc == 2 ? argv[1] : "";
  if (what != "compress" && what != "decompress") {
    std::cerr << "usage: " << argv[0] << " compress|decompress <in >out\n";
    return 1;
  }
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  const std::vector<std::uint8_t> in(text.begin(), text.end());
  try {
    const auto out = what == "compress" ? nnzip::compress(in) : nnzip::decompress(in);
    std::cout.write(reinterpret_cast<const char*>(out.data()),
                    static_cast<std::streamsize>(out.size()));
  } catch (const nnzip::Error& error) {
    std::cerr << argv[0] << ": " << error.what() << "\n";
    return 1;
  }
  return std::cout.flush() ? 0 : 1;
}
