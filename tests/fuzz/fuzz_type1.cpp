// SPDX-License-Identifier: Apache-2.0
// Any bytes as content with encrypted fonts in it, and as what is to be encrypted.
#include "fuzz/fuzz_wrapper.h"
#include "unit/type1_samples.h"
#include "unwrap/wrap_type1.h"

namespace nnzip::fuzz {

std::vector<Input> inputs() {
  const auto bytes = [](const std::string& text) { return Bytes(text.begin(), text.end()); };
  const std::string font = test::type1_font(20).all();
  return {{"font", bytes(font)},
          {"two", bytes(font + test::type1_font(9, "-|").all())},
          {"cut", bytes(font.substr(0, font.size() / 2))},
          {"decrypted", bytes(std::string(2, '\0') + test::type1_font(20).plain)}};
}

}  // namespace nnzip::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nnzip;
  fuzz::open_and_close(kType1Wrapper, {data, size});
  fuzz::close_anything(kType1Wrapper, {data, size}, 1);
  return 0;
}
