// SPDX-License-Identifier: Apache-2.0
// Any bytes as a stream, as side data, and as content in which streams are looked for.
#include "fuzz/fuzz_target.h"
#include "unwrap/deflate.h"
#include "unwrap/deflate_guess.h"
#include "unwrap/find.h"

namespace nnzip::fuzz {

std::vector<Input> inputs() {
  const Bytes fixed{0x4B, 0x4C, 0x4A, 0x06, 0x22, 0x00};  // "abcabcabc" and more
  Bytes stored{1, 5, 0, 0xFA, 0xFF, 'h', 'e', 'l', 'l', 'o'};
  Bytes side{0x06, 0x77, 14, 0, 0, 0};
  side.insert(side.end(), 200, 'a');
  // A block of 150 bytes with the first code there is.
  Bytes shortest{9, 0x0D, 0x77, 14, 3, 0, 0, 0, 0xA8, 2};
  shortest.insert(shortest.end(), 150, 'a');
  return {{"fixed", fixed},
          {"stored", stored},
          {"side data", side},
          {"side data, shortest", shortest},
          {"a wrong length", {1, 5, 0, 0, 0, 1, 2, 3, 4, 5}},
          {"a dynamic block", {0x05, 0xC1, 0x81, 0, 0, 0, 0, 0, 0x90, 0xFF, 0x6B, 0x04, 0}}};
}

}  // namespace nnzip::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nnzip;
  constexpr std::size_t kMax = std::size_t{1} << 16;
  const std::span<const std::uint8_t> input(data, size);
  if (const auto opened = open_deflate(input, kMax)) {
    Bytes closed;
    fuzz::demand(close_deflate(opened->side, opened->content, opened->bytes, closed),
                 "what is opened closes");
    fuzz::demand(closed == Bytes(data, data + opened->bytes), "to the same bytes");
  }
  const InflatedDeflate begin = inflate_beginning(input, size);
  fuzz::demand(begin.content.size() <= size && begin.tokens.size() <= size,
               "no more than asked for");
  fuzz::demand(begin.blocks.empty() ? begin.content.empty()
                                    : begin.blocks.back().final &&
                                          begin.blocks.back().tokens_end == begin.tokens.size() &&
                                          begin.blocks.back().content_end == begin.content.size(),
               "a beginning ends with its last block");
  ParameterGuess guess(begin);
  guess.improve(guess.all_tokens());
  guess.improve_by_shortest(guess.all_tokens(), 1);
  for (const auto& found : find_deflate(input, kMax))
    for (const auto& piece : found.pieces)
      fuzz::demand(piece.offset <= size && piece.bytes <= size - piece.offset,
                   "what is found lies in the content");
  // Side data and content, cut where the first byte says.
  if (size == 0) return 0;
  const std::size_t cut = std::min<std::size_t>(data[0], size - 1);
  Bytes closed;
  if (close_deflate(input.subspan(1, cut), input.subspan(1 + cut), kMax, closed))
    fuzz::demand(closed.size() <= kMax, "no more than is allowed");
  return 0;
}
