// SPDX-License-Identifier: Apache-2.0
// Any bytes as content: the segments are the content, and what is said of them is possible.
#include <algorithm>

#include "detect/detector.h"
#include "detect/statistics.h"
#include "fuzz/fuzz_target.h"
#include "unit/content_samples.h"

namespace nnzip::fuzz {

std::vector<Input> inputs() {
  const Bytes sound = test::smooth(6000, 2, true), image = test::smooth(12000, 1, true);
  using test::operator+;
  return {{"wav", test::wav(2, 16, sound)},
          {"wav extensible", test::wav(2, 24, sound, true)},
          {"aiff", test::aiff(2, 16, sound)},
          {"au", test::au(2, 16, sound)},
          {"bmp", test::bmp(40, 100, 24, image)},
          {"ppm", test::to_bytes("P6 40 100 255\n") + image},
          {"pam", test::to_bytes("P7\nWIDTH 40\nHEIGHT 75\nDEPTH 4\nMAXVAL 255\nENDHDR\n") + image},
          {"tga", test::tga(40, 100, 24, image)},
          {"tiff", test::tiff(40, 100, 3, 8, 10, image, true)},
          {"npy", test::npy("<f4", "(30, 100)", false, image)},
          {"safetensors", test::safetensors("BF16", "[60,100]", image)},
          {"fits", test::fits(16, 100, 60, image)},
          {"nifti", test::nifti(16, 100, 60, image)},
          {"elf", test::elf(62, test::x86_code(66000))},
          {"pe", test::pe(0x14C, test::x86_code(66000))},
          {"tar",
           test::tar_member("a.tga", test::tga(40, 100, 24, image)) +
               test::tar_member(
                   "b", test::FileMaker().text("\x1F\x8B\x08").data(test::Random(2).bytes(40000)))},
          {"jpeg", test::FileMaker()
                       .text("\xFF\xD8\xFF\xC0")
                       .big(11, 2)
                       .zeros(5)
                       .little(1, 1)
                       .zeros(3)
                       .text("\xFF\xDA")
                       .big(8, 2)
                       .little(1, 1)
                       .zeros(5)
                       .data(test::Random(3).bytes(40000))}};
}

}  // namespace nnzip::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nnzip;
  const std::span content(data, size);
  constexpr std::size_t kBlockBytes = std::size_t{64} << 10;
  Detector detector(kBlockBytes);
  for (std::size_t at = 0; at < size;) {
    const auto window = content.subspan(at, std::min(detector.window_bytes(), size - at));
    const Segment segment = detector.next(window);
    fuzz::demand(segment.bytes > 0 && segment.bytes <= window.size(), "a segment has bytes");
    fuzz::demand(segment.bytes <= kBlockBytes, "a segment fits a block");
    fuzz::demand(segment.layout.is_valid(), "its layout is valid");
    at += segment.bytes;
  }
  for (const Layout& layout : guessed_code(content)) {
    fuzz::demand(layout.is_valid(), "a guess is valid");
  }
  return 0;
}
