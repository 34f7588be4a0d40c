// SPDX-License-Identifier: Apache-2.0
// Any bytes as content with programs in it, and as what is to be closed to one.
#include "fuzz/fuzz_wrapper.h"
#include "unit/program_samples.h"
#include "unwrap/wrap_program.h"

namespace nnzip::fuzz {

std::vector<Input> inputs() {
  Bytes opened{2, 0, 255, 4};
  const Bytes elf = test::elf_file(true, false).file;
  opened.insert(opened.end(), elf.begin(), elf.end());
  return {{"elf", elf},
          {"elf_high_first", test::elf_file(false, true).file},
          {"pe", test::pe_file(false).file},
          {"pe_wide", test::pe_file(true).file},
          {"opened", opened}};
}

}  // namespace nnzip::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nnzip;
  fuzz::open_and_close(kProgramWrapper, {data, size});
  fuzz::close_anything(kProgramWrapper, {data, size}, 1);
  fuzz::close_anything(kProgramWrapper, {data, size}, 2);
  return 0;
}
