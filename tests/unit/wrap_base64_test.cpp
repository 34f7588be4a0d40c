// SPDX-License-Identifier: Apache-2.0
// Base64 as programs write it, and what only looks like it.
#include "unwrap/wrap_base64.h"

#include "unit/deflate_samples.h"
#include "unit/wrapper_demands.h"

namespace nnzip::test {
namespace {

struct Style {
  std::size_t width = 76;  // 0: one line
  std::string line_break = "\n";
  bool padding = true, url = false;
};

std::string base64(const Bytes& content, const Style& style) {
  std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  digits += style.url ? "-_" : "+/";
  std::string all;
  for (std::size_t at = 0; at < content.size(); at += 3) {
    std::uint32_t three = 0;
    const std::size_t bytes = std::min<std::size_t>(3, content.size() - at);
    for (std::size_t i = 0; i < 3; ++i) three = three << 8 | (i < bytes ? content[at + i] : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      if (i <= bytes)
        all += digits[three >> (18 - 6 * i) & 63];
      else if (style.padding)
        all += '=';
  }
  std::string lines;
  for (std::size_t at = 0; at < all.size(); at += style.width == 0 ? all.size() : style.width) {
    if (at != 0) lines += style.line_break;
    lines += all.substr(at, style.width == 0 ? all.size() : style.width);
  }
  return lines;
}

Bytes bytes_of(const std::string& text) { return Bytes(text.begin(), text.end()); }

void demand_opens(const std::string& before, const Bytes& content, const Style& style,
                  const std::string& after) {
  const auto all = demand_exact(kBase64Wrapper, bytes_of(before + base64(content, style) + after));
  REQUIRE(all.size() == 1);
  REQUIRE(all[0].parts.size() == 1);
  CHECK(all[0].parts[0].content == content);
  CHECK_FALSE(all[0].parts[0].layout);
  CHECK(all[0].side.size() <= 24);
}

}  // namespace

TEST_CASE("Base64.OpensAsProgramsWriteIt") {
  for (std::size_t bytes = 160; bytes < 175; ++bytes) {
    const Bytes content = Random(bytes).bytes(bytes);
    const std::string mail = "Content-Transfer-Encoding: base64\r\n\r\n";
    demand_opens(mail, content, {.width = 76, .line_break = "\r\n"}, "\r\n\r\n--x--\r\n");
    demand_opens("-----BEGIN CERTIFICATE-----\n", content, {.width = 64},
                 "\n-----END CERTIFICATE-----\n");
    demand_opens("key: |\n    ", content, {.width = 60, .line_break = "\n    "}, "\nnext: 1\n");
    demand_opens("\"pem\": \"", content, {.width = 64, .line_break = "\\n"}, "\\n\"}");
    demand_opens("url(data:image/png;base64,", content, {.width = 0}, ")");
    demand_opens("{\"a\":\"", content, {.width = 0, .padding = false, .url = true}, "\"}");
    demand_opens("", content, {.width = 0, .padding = false}, "");
    demand_opens("", content, {.width = 77}, "\n");
  }
}

TEST_CASE("Base64.LongAndSeveral") {
  std::string text;
  for (std::size_t bytes = 1000; bytes < 100000; bytes = bytes * 7 / 3)
    text += "name " + base64(Random(bytes).bytes(bytes), {}) + "\n\n";
  CHECK(demand_exact(kBase64Wrapper, bytes_of(text)).size() == 6);
}

// The bits behind the last byte need not be 0.
TEST_CASE("Base64.RestIsKept") {
  std::string text = base64(Random(3).bytes(163), {.width = 0});
  text[text.size() - 3] = '/';
  REQUIRE(text.ends_with("=="));
  CHECK(demand_exact(kBase64Wrapper, bytes_of(text)).size() == 1);
}

TEST_CASE("Base64.OtherTextIsNotFound") {
  std::string hex, name = std::string(300, 'a');
  for (int i = 0; i < 40; ++i) hex += "0123456789abcdef0123456789abcdef0123456789abcdef\n";
  for (const std::string& text : {hex, name, std::string(500, '-'), std::string("short+Base64=")})
    CHECK(kBase64Wrapper.find(bytes_of(text), kMaxOpened).empty());
  CHECK(kBase64Wrapper.find(prose(1 << 20), kMaxOpened).empty());
}

TEST_CASE("Base64.DamagedTextIsExact") {
  const Bytes good = bytes_of(base64(Random(1).bytes(400), {.width = 64, .line_break = "\r\n"}));
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const char byte : {'\n', '=', '-', '+', 'A', '\0'}) {
      Bytes bad = good;
      bad[at] = static_cast<std::uint8_t>(byte);
      demand_exact(kBase64Wrapper, bad);
      bad.resize(at);
      demand_exact(kBase64Wrapper, bad);
    }
}

TEST_CASE("Base64.LimitsHold") {
  const Bytes text = bytes_of(base64(Random(1).bytes(400), {}));
  REQUIRE(kBase64Wrapper.find(text, 400).size() == 1);
  CHECK(kBase64Wrapper.find(text, 399).empty());
}

TEST_CASE("Base64.HostileSideDataIsRefused") {
  const auto all = demand_exact(kBase64Wrapper, bytes_of(base64(Random(2).bytes(200), {})));
  REQUIRE(all.size() == 1);
  demand_harmless(kBase64Wrapper, all[0], 1000);
}

}  // namespace nnzip::test
