// SPDX-License-Identifier: Apache-2.0
// Writes what a network of machine code sees of programs: the blocks that nnzip takes for code,
// behind its filters, one after the other.
//
//   nnzip-code-blocks MOST FILE... > programs.bin
//
// At most MOST bytes of each file, of its middle.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "base/bytes.h"
#include "codec/block_source.h"
#include "codec/choose.h"
#include "codec/levels.h"
#include "container/span_reader.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {
namespace {

Bytes read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error(ErrorCode::kInvalidArgument, "cannot read " + path + ".");
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

void add_code(const SourceBlock& block, const Level& level, Bytes& code) {
  for (const SourceBlock& inner : block.inner) add_code(inner, level, code);
  if (block.is_group()) return;
  const View view = choose_view(block.content, block.segment, level.sampling);
  if (view.layout.form != Form::kCode) return;
  const auto filtered = view.of(block.content);
  code.insert(code.end(), filtered.begin(), filtered.end());
}

// Writes the middle of the code of one file.
void write_code(const std::string& path, std::size_t most) {
  const Bytes content = read_file(path);
  const Level& level = level_meaning(5);
  SpanReader reader(content);
  BlockSource source(reader, level.block_bytes,
                     {.max_opened = level.unwrap.max_opened, .max_side = level.unwrap.max_side});
  Bytes code;
  while (const auto block = source.next()) add_code(*block, level, code);
  const std::size_t size = std::min(most, code.size());
  std::fwrite(code.data() + (code.size() - size) / 2, 1, size, stdout);
  std::fprintf(stderr, "%s: %zu of %zu bytes\n", path.c_str(), size, code.size());
}

int run(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: nnzip-code-blocks MOST FILE...\n");
    return 2;
  }
  for (int i = 2; i < argc; ++i) write_code(argv[i], std::stoul(argv[1]));
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace nnzip

int main(int argc, char** argv) {
  try {
    return nnzip::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
