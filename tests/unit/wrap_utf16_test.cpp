// SPDX-License-Identifier: Apache-2.0
// Text of UTF-16 of both orders, and what only looks like it.
#include "unwrap/wrap_utf16.h"

#include "unit/deflate_samples.h"
#include "unit/tiny_models.h"
#include "unit/wrapper_demands.h"

namespace nnzip::test {
namespace {

// Units behind a mark.
Bytes utf16(const std::u16string& text, bool high_first, bool mark = true) {
  Bytes bytes;
  const auto put = [&](char16_t unit) {
    const auto low = static_cast<std::uint8_t>(unit), high = static_cast<std::uint8_t>(unit >> 8);
    bytes.push_back(high_first ? high : low);
    bytes.push_back(high_first ? low : high);
  };
  if (mark) put(0xFEFF);
  for (const char16_t unit : text) put(unit);
  return bytes;
}

// Characters of each length in either form.
std::u16string text(std::size_t times) {
  std::u16string all;
  for (std::size_t i = 0; i < times; ++i)
    all += std::u16string(u"Word \u0416\u00E4, \u65E5\u672C\u3002 \U0001F600\n") +
           char16_t(u'a' + i % 26);
  return all;
}

}  // namespace

TEST_CASE("Utf16.OfBothOrders") {
  for (const bool high_first : {false, true}) {
    const Bytes content = utf16(text(50), high_first);
    const auto all = demand_exact(kUtf16Wrapper, content);
    REQUIRE(all.size() == 1);
    CHECK(all[0].bytes == content.size() - 2);
    CHECK(all[0].side == Bytes{static_cast<std::uint8_t>(high_first)});
    REQUIRE(all[0].parts.size() == 1);
    const std::string begin(all[0].parts[0].content.begin(), all[0].parts[0].content.begin() + 23);
    CHECK(begin == "Word \xD0\x96\xC3\xA4, \xE6\x97\xA5\xE6\x9C\xAC\xE3\x80\x82 \xF0\x9F");
  }
}

// A half pair, a control character and an odd byte end it.
TEST_CASE("Utf16.EndsWithWhatIsNoText") {
  for (const std::u16string end : {u"\xD83D", u"\xDE00", u"\x1", u"\xFFFF", u"\xD83D\xD83D"})
    for (const bool high_first : {false, true}) {
      Bytes content = utf16(text(50) + end + u"more", high_first);
      content.push_back(7);
      const auto all = demand_exact(kUtf16Wrapper, content);
      REQUIRE(all.size() == 1);
      CHECK(all[0].bytes == 2 * text(50).size());
    }
}

TEST_CASE("Utf16.OtherContentIsNotFound") {
  const auto none = [](const Bytes& content) {
    return kUtf16Wrapper.find(content, kMaxOpened).empty();
  };
  CHECK(none(utf16(text(50), false, false)));
  CHECK(none(utf16(text(10), false)));
  CHECK(none(utf16(std::u16string(2000, u'\u4E00'), false)));
  CHECK(none(utf16(text(50), false)) == false);
  Random random(3);
  for (int i = 0; i < 100; ++i) {
    Bytes noise = random.bytes(4000);
    noise[0] = 0xFF;
    noise[1] = 0xFE;
    CHECK(none(noise));
  }
  const Bytes content = utf16(text(50), false);
  const std::size_t opened = demand_exact(kUtf16Wrapper, content)[0].parts[0].content.size();
  CHECK(kUtf16Wrapper.find(content, opened).size() == 1);
  CHECK(kUtf16Wrapper.find(content, opened - 1).empty());
}

TEST_CASE("Utf16.DamagedTextIsExact") {
  Bytes bad = utf16(text(30), true);
  for (std::size_t at = 0; at < bad.size(); ++at)
    for (const int change : {1, 0x20, 0xD8}) {
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ change);
      demand_exact(kUtf16Wrapper, bad);
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ change);
    }
}

TEST_CASE("Utf16.OtherPartsAreRefused") {
  auto opened = demand_exact(kUtf16Wrapper, utf16(text(30), false))[0];
  demand_harmless(kUtf16Wrapper, opened, opened.bytes);
  Bytes closed;
  for (const Bytes& bad : {Bytes{0x80}, Bytes{0xC0, 0x80}, Bytes{0xC3}, Bytes{0xE0, 0x80, 0x80},
                           Bytes{0xED, 0xA0, 0x80}, Bytes{0xF4, 0x90, 0x80, 0x80},
                           Bytes{0xF8, 0x80, 0x80, 0x80, 0x80}, Bytes{0xC3, 0x41}}) {
    opened.parts[0].content = bad;
    CHECK_FALSE(close_opened(kUtf16Wrapper, opened, 100, closed));
  }
}

}  // namespace nnzip::test
