// SPDX-License-Identifier: Apache-2.0
// Any bytes as a PNG file, whose sums are made right, and as side data with parts.
#include <string_view>

#include "fuzz/fuzz_wrapper.h"
#include "unwrap/checksums.h"
#include "unwrap/wrap_png.h"

namespace nnzip::fuzz {
namespace {

using std::string_view_literals::operator""sv;

void put_big(std::uint32_t value, Bytes& out) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(value >> shift));
}

void put_chunk(std::string_view name, std::span<const std::uint8_t> data, Bytes& out) {
  put_big(static_cast<std::uint32_t>(data.size()), out);
  const std::size_t begin = out.size();
  out.insert(out.end(), name.begin(), name.end());
  out.insert(out.end(), data.begin(), data.end());
  put_big(crc32(std::span(out).subspan(begin)), out);
}

// input: width, height, depth, type, interlace, bytes of a chunk; then what the chunks hold.
Bytes file_of(std::span<const std::uint8_t> input) {
  constexpr std::size_t kHead = 6;
  if (input.size() < kHead) return {};
  Bytes file, header;
  for (const char c : "\x89PNG\r\n\x1A\n"sv) file.push_back(static_cast<std::uint8_t>(c));
  put_big(input[0], header);
  put_big(input[1], header);
  const std::uint8_t rest[] = {input[2], input[3], 0, 0, input[4]};
  header.insert(header.end(), rest, rest + sizeof rest);
  put_chunk("IHDR", header, file);
  for (auto data = input.subspan(kHead); !data.empty();) {
    const std::size_t size = std::min<std::size_t>(input[5] + 1U, data.size());
    put_chunk("IDAT", data.first(size), file);
    data = data.subspan(size);
  }
  put_chunk("IEND", {}, file);
  return file;
}

}  // namespace

std::vector<Input> inputs() {
  // Two rows of two grey pixels in a stored block, and in one with a fixed code.
  const Bytes stored{2,    2, 8, 0, 0, 9, 0x78, 1, 1, 6,    0, 0xF9,
                     0xFF, 0, 5, 6, 2, 1, 1,    0, 0, 0x22, 0, 0x10};
  const Bytes fixed{4, 1, 8, 0, 0, 255, 0x78, 0x9C, 0x4B, 0x4C, 0x4A, 0x06, 0x22, 0, 1, 2, 3, 4};
  // Four rows of two bytes without filters.
  const Bytes side{12, 4, 1, 0x78, 1, 1, 2, 1, 0x06, 0x77, 14, 0, 0,
                   0,  0, 0, 0,    0, 1, 2, 3, 4,    5,    6,  7, 8};
  return {{"stored", stored},
          {"fixed", fixed},
          {"side data", side},
          {"regression: no rows of many bytes", {10, 0, 1, 72, 4, 1, 255, 255, 255, 255, 43, 1}},
          {"no image", {0, 0, 3, 3}}};
}

}  // namespace nnzip::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nnzip;
  fuzz::open_and_close(kPngWrapper, {data, size});
  fuzz::open_and_close(kPngWrapper, fuzz::file_of({data, size}));
  fuzz::close_anything(kPngWrapper, {data, size}, 1);
  fuzz::close_anything(kPngWrapper, {data, size}, 2);
  return 0;
}
