// SPDX-License-Identifier: Apache-2.0
// Any bytes as content with UTF-16 in it, and as what is to become UTF-16.
#include "fuzz/fuzz_wrapper.h"
#include "unwrap/wrap_utf16.h"

namespace nnzip::fuzz {

std::vector<Input> inputs() {
  Bytes low{0xFF, 0xFE}, high{0xFE, 0xFF};
  for (std::uint32_t i = 0; i < 400; ++i) {
    const auto c = static_cast<std::uint8_t>(i % 7 == 0 ? ' ' : 'a' + i % 26);
    low.insert(low.end(), {c, 0});
    high.insert(high.end(), {0, c});
  }
  return {{"low_first", low},
          {"high_first", high},
          {"opened", {1, 0, 0, 'a', 0xC3, 0xA4, 0xE2, 0x82, 0xAC, 0xF0, 0x9F, 0x98, 0x80}}};
}

}  // namespace nnzip::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nnzip;
  fuzz::open_and_close(kUtf16Wrapper, {data, size});
  fuzz::close_anything(kUtf16Wrapper, {data, size}, 1);
  return 0;
}
