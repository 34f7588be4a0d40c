// SPDX-License-Identifier: Apache-2.0
// Any bytes as sound of any layout, and as residuals of it: both come back, on every target. The
// first byte is the layout, the second one the unused bits.
#include "filter/samples.h"
#include "fuzz/fuzz_target.h"
#include "unit/sound_samples.h"

namespace nnzip::fuzz {
namespace {

// Bits 0..2: channels - 1; 3..4: bytes of a number - 1; 5: low byte first, or signed.
Layout layout_of(std::uint8_t code) {
  return test::sound_layout((code & 7) + 1u, (code >> 3 & 3) + 1u, (code >> 5 & 1) != 0);
}

void check(const Bytes& content, const Layout& layout, int unused_bits) {
  const int unused = std::min(unused_bits, filter::unused_low_bits(content, layout));
  Bytes residuals = content, scalar = content;
  filter::to_residuals(residuals, layout, unused);
  filter::to_residuals(scalar, layout, unused, "scalar");
  demand(residuals == scalar, "targets agree");
  filter::from_residuals(residuals, layout, unused);
  demand(residuals == content, "sound returns");
  Bytes sound = content;
  filter::from_residuals(sound, layout, 0);
  filter::to_residuals(sound, layout, 0);
  demand(sound == content, "residuals return");
  filter::from_residuals(sound, layout, unused_bits);
  filter::reverse_numbers(scalar, layout);
  filter::reverse_numbers(scalar, layout);
}

}  // namespace

std::vector<Input> inputs() {
  std::vector<Input> all;
  for (const test::Sound& sound : test::sounds()) {
    const Layout& layout = sound.layout;
    const std::uint32_t code =
        (layout.channels - 1) | (layout.number_bytes() - 1) << 3 | (layout.flag() ? 1u << 5 : 0);
    Bytes data{static_cast<std::uint8_t>(code), 0};
    data.insert(data.end(), sound.content.begin(), sound.content.end());
    all.push_back({sound.name + " " + std::to_string(code), data});
  }
  return all;
}

}  // namespace nnzip::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nnzip;
  if (size < 2) return 0;
  const Layout layout = fuzz::layout_of(data[0]);
  const int unused_bits = data[1] % (8 * static_cast<int>(layout.number_bytes()));
  fuzz::check(Bytes(data + 2, data + size), layout, unused_bits);
  return 0;
}
