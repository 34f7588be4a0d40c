// SPDX-License-Identifier: Apache-2.0
// Any bytes as a JPEG file, as its coded data, and as content in which such files are sought.
#include "detect/sniff.h"
#include "fuzz/fuzz_target.h"
#include "fuzz/fuzz_wrapper.h"
#include "jpeg/jpeg_coder.h"
#include "unit/jpeg_samples.h"
#include "unwrap/wrap_jpeg.h"

namespace nnzip::fuzz {

std::vector<Input> inputs() {
  test::JpegMaker restarts(33, 17, {{2, 2}, {1, 1}, {1, 1}});
  restarts.restart_interval = 2;
  const Bytes colour = restarts.file();
  // The same tables for a progressive frame: DC, AC, and a refinement of both.
  const auto frame = std::search_n(colour.begin(), colour.end(), 1, 0xDA);
  test::FileMaker progressive;
  Bytes headers(colour.begin(), frame - 1);
  for (std::size_t i = 0; i + 1 < headers.size(); ++i) {
    if (headers[i] == 0xFF && headers[i + 1] == 0xC0) headers[i + 1] = 0xC2;
  }
  const auto scan = [&](int first, int last, int bits) {
    progressive.text("\xFF\xDA").big(8, 2).little(1, 1).little(1, 1).little(0, 1);
    progressive.little(static_cast<std::uint64_t>(first), 1);
    progressive.little(static_cast<std::uint64_t>(last), 1);
    progressive.little(static_cast<std::uint64_t>(bits), 1).data(Bytes(20, 0x11));
  };
  progressive.data(headers);
  scan(0, 0, 0x01);
  scan(1, 63, 0x01);
  scan(0, 0, 0x10);
  scan(1, 63, 0x10);
  progressive.text("\xFF\xD9");
  Bytes two_and_a_cut_one;
  for (const std::size_t less : {std::size_t{0}, std::size_t{0}, colour.size() / 10}) {
    two_and_a_cut_one.insert(two_and_a_cut_one.end(), colour.begin(),
                             colour.end() - static_cast<std::ptrdiff_t>(less));
  }
  return {{"grey", test::JpegMaker(9, 9, {{1, 1}}).file()},
          {"colour with restarts", colour},
          {"progressive", progressive},
          {"two and a cut one", two_and_a_cut_one},
          {"coded", encode_jpeg(colour, 1024).value()},
          {"coded, two and a cut one", encode_jpeg(two_and_a_cut_one, 1024).value()}};
}

}  // namespace nnzip::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nnzip;
  constexpr std::size_t kBlocks = 1024;
  const std::span<const std::uint8_t> input(data, size);
  if (const auto found = sniff_jpeg_file(HeaderView(input)); found && !found->unfinished) {
    fuzz::demand(found->bytes <= size && found->layout.is_valid(), "what is found is there");
  }
  fuzz::open_and_close(kJpegWrapper, input);
  fuzz::close_anything(kJpegWrapper, input, 1);
  Bytes content(size);
  if (const auto coded = encode_jpeg(input, kBlocks)) {
    fuzz::demand(decode_jpeg(*coded, kBlocks, content), "what is taken apart decodes");
    fuzz::demand(std::equal(content.begin(), content.end(), data), "to the same bytes");
  }
  if (size % 8 != 0) return 0;  // decoding takes far longer than looking for a file
  content.resize(4 * size + 100);
  decode_jpeg(input, kBlocks, content);
  return 0;
}
