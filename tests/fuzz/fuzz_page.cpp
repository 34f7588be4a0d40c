// SPDX-License-Identifier: Apache-2.0
// Any bytes as content with pages in it, and as the parts of one.
#include "fuzz/fuzz_wrapper.h"
#include "unit/page_samples.h"
#include "unwrap/wrap_page.h"

namespace nnzip::fuzz {

std::vector<Input> inputs() {
  const auto bytes = [](const std::string& text) { return Bytes(text.begin(), text.end()); };
  const std::string page = test::page_of_words(30);
  return {
      {"page", bytes(page)},
      {"cut", bytes(page.substr(0, page.size() / 2))},
      {"parts", bytes(std::string("\x03\x07\x01\x05\x07We see\n-333\n83\n\n\n\n\n\x01 q", 26))}};
}

}  // namespace nnzip::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nnzip;
  fuzz::open_and_close(kPageWrapper, {data, size});
  fuzz::close_anything(kPageWrapper, {data, size}, 2);
  return 0;
}
