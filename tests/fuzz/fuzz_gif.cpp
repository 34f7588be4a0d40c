// SPDX-License-Identifier: Apache-2.0
// Any bytes as content with GIF images in it, and as side data with pixels.
#include "fuzz/fuzz_wrapper.h"
#include "unit/gif_samples.h"
#include "unwrap/wrap_gif.h"

namespace nnzip::fuzz {

std::vector<Input> inputs() {
  Bytes pixels;
  for (std::size_t i = 0; i < 1200; ++i)
    pixels.push_back(static_cast<std::uint8_t>((i / 40 * (i % 40) / 9) % 16));
  const Bytes usual = test::gif_image(40, 30, pixels, 4);
  const Bytes unusual = test::gif_image(
      40, 30, pixels, 4, {.block = 30, .clears_at = 64, .clears_first = false, .ends = false});
  Bytes side{6, 0, 4, 255, 0, 0, 0};
  side.insert(side.end(), pixels.begin(), pixels.end());
  return {{"image", test::gif_file({usual})},
          {"two", test::gif_file({usual, unusual})},
          {"side data", side}};
}

}  // namespace nnzip::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nnzip;
  fuzz::open_and_close(kGifWrapper, {data, size});
  fuzz::close_anything(kGifWrapper, {data, size}, 1);
  return 0;
}
