// SPDX-License-Identifier: Apache-2.0
// Any bytes as an image of any layout: its residuals give it back, however its rows are cut.
#include <algorithm>

#include "filter/pixels.h"
#include "fuzz/fuzz_target.h"
#include "unit/pixel_layouts.h"

namespace nnzip::fuzz {
namespace {

Bytes in_pieces(const Layout& layout, Bytes bytes, std::size_t rows, bool undo) {
  PixelFilter filter(layout);
  const std::size_t piece = rows * layout.stride;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::span<std::uint8_t> part(bytes.data() + at, std::min(piece, bytes.size() - at));
    if (undo) {
      filter.undo(part);
    } else {
      filter.apply(part);
    }
  }
  return bytes;
}

}  // namespace

// Three bytes of layout, then an image.
std::vector<Input> inputs() {
  std::vector<Input> all{{"nothing", {}}, {"no image", {0, 0, 0}}};
  for (std::uint8_t kind = 0; kind < 16; ++kind) {
    Bytes image{kind, 37, 0};
    for (int i = 0; i < 500; ++i) image.push_back(static_cast<std::uint8_t>(i * i / 5));
    all.push_back({"layout " + std::to_string(kind), image});
  }
  return all;
}

}  // namespace nnzip::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nnzip;
  if (size < 3) return -1;
  const std::uint32_t channels = 1 + (data[0] & 3u);
  const std::uint32_t bytes = 1 + (data[0] >> 2 & 1u);
  const std::uint32_t more = data[1] | data[2] << 8;
  const Layout layout =
      test::pixel_layout(channels * bytes + more, channels, bytes, (data[0] >> 3 & 1) != 0);
  fuzz::demand(layout.is_valid(), "the layout is one of pixels");
  const Bytes image(data + 3, data + size);
  const Bytes residuals = fuzz::in_pieces(layout, image, 1, false);
  fuzz::demand(fuzz::in_pieces(layout, image, 1000, false) == residuals,
               "residuals do not depend on how rows are cut");
  fuzz::demand(fuzz::in_pieces(layout, residuals, 2, true) == image, "residuals give the image");
  return 0;
}
