// SPDX-License-Identifier: Apache-2.0
// Any bytes as text with base64 in it, and as side data with content.
#include <string>

#include "fuzz/fuzz_wrapper.h"
#include "unwrap/wrap_base64.h"

namespace nnzip::fuzz {

std::vector<Input> inputs() {
  std::string line, lines, url;
  for (int i = 0; i < 300; ++i) line += "AbCd0123+/xYz9"[i * i % 14];
  for (std::size_t at = 0; at < line.size(); at += 60) lines += line.substr(at, 60) + "\r\n";
  for (const char c : line) url += c == '+' ? '-' : c == '/' ? '_' : c;
  const auto bytes = [](const std::string& text) { return Bytes(text.begin(), text.end()); };
  Bytes side{3, 0, 0x0A, 76, '\n'};
  side.insert(side.end(), 200, 'x');
  return {{"one line", bytes("\"" + line + "\"")},
          {"lines", bytes(lines)},
          {"padding", bytes(line + line.substr(0, 3) + "=")},
          {"other alphabet", bytes(url + "\n")},
          {"side data", side}};
}

}  // namespace nnzip::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nnzip;
  fuzz::open_and_close(kBase64Wrapper, {data, size});
  fuzz::close_anything(kBase64Wrapper, {data, size}, 1);
  return 0;
}
