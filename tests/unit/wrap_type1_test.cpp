// SPDX-License-Identifier: Apache-2.0
// Encrypted sections of fonts, and what only looks like one.
#include "unwrap/wrap_type1.h"

#include "unit/deflate_samples.h"
#include "unit/type1_samples.h"
#include "unit/wrapper_demands.h"

namespace nnzip::test {
namespace {

Bytes bytes_of(const std::string& text) { return Bytes(text.begin(), text.end()); }

void demand_opens(const std::string& before, const Type1Font& font, const std::string& after) {
  const auto all = demand_exact(kType1Wrapper, bytes_of(before + font.encrypted + after));
  REQUIRE(all.size() == 1);
  REQUIRE(all[0].parts.size() == 1);
  CHECK(all[0].parts[0].content == bytes_of(font.plain));
  CHECK_FALSE(all[0].parts[0].layout);
  CHECK(all[0].side.empty());
}

}  // namespace

TEST_CASE("Type1.OpensAsFontsHoldIt") {
  for (const char* word : {"RD", "-|"}) {
    const Type1Font font = type1_font(30, word);
    for (const std::string line_end : {"\n", "\r", "\r\n", " "})
      demand_opens("%!\ncurrentfile eexec" + line_end, font, kAfterFont);
    demand_opens("currentfile eexec\r\x80\x02" + std::string(4, '\1'), font,
                 "\x80\x01" + kAfterFont);
    demand_opens(kBeforeFont, font, "");
  }
}

// Without a line's end the word closefile ends it.
TEST_CASE("Type1.EndsWithItsLastWord") {
  const Type1Font font = type1_font(30, "RD", "closefile");
  demand_opens(kBeforeFont, font, "%!");
}

TEST_CASE("Type1.SeveralAreFound") {
  std::string text;
  for (std::size_t i = 10; i < 20; ++i) text += type1_font(i * i).all();
  CHECK(demand_exact(kType1Wrapper, bytes_of(text)).size() == 10);
}

// What stands within a charstring is none of the words that find others.
TEST_CASE("Type1.WordsWithinCharstringsDoNotCount") {
  for (const std::string inner : {"9 RD ", " RD ", "1 -| 2 RD ", "999999 RD "}) {
    std::string plain = "0000dup /Private begin\n" + std::string(300, ' ');
    std::string coded = plain;
    for (int i = 0; i < 9; ++i) {
      const std::string charstring = inner + std::string(static_cast<std::size_t>(i), '7');
      const std::string head = std::to_string(charstring.size()) + " RD ";
      plain += head + charstring;
      coded += head + encrypt_type1(charstring, 4330);
    }
    plain += " closefile\n";
    Type1Font font;
    font.plain = plain;
    font.encrypted = encrypt_type1(coded + " closefile\n", 55665);
    demand_opens(kBeforeFont, font, kAfterFont);
  }
}

TEST_CASE("Type1.OtherContentIsNotFound") {
  const Type1Font font = type1_font(30);
  std::string late = kBeforeFont + encrypt_type1(std::string(600, ' ') + font.plain, 55665);
  for (const std::string& text : {kBeforeFont, kBeforeFont + "\n" + font.encrypted, late,
                                  "currentfile exec\n" + font.encrypted, type1_font(0).all()})
    CHECK(kType1Wrapper.find(bytes_of(text), kMaxOpened).empty());
  CHECK(kType1Wrapper.find(prose(1 << 18), kMaxOpened).empty());
}

// The beginning of one is told if it is long, and a cut one does not open.
TEST_CASE("Type1.CutSections") {
  const Type1Font font = type1_font(1500);
  const Bytes content = bytes_of(kBeforeFont + font.encrypted);
  REQUIRE(font.encrypted.size() > kUnfinished + 100);
  for (const std::size_t missing : {20, 100}) {
    const auto cut = std::span(content).first(content.size() - missing);
    const auto found = kType1Wrapper.find(cut, kMaxOpened);
    REQUIRE(found.size() == 1);
    CHECK_FALSE(found[0].whole);
    CHECK_FALSE(kType1Wrapper.open(cut, found[0], kMaxOpened));
  }
  CHECK(kType1Wrapper.find(std::span(content).first(kUnfinished), kMaxOpened).empty());
}

TEST_CASE("Type1.DamagedFontsAreExact") {
  const Bytes good = bytes_of(type1_font(12).all());
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const int change : {1, 0x20, 0x80}) {
      Bytes bad = good;
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ change);
      demand_exact(kType1Wrapper, bad);
    }
}

TEST_CASE("Type1.LimitsHold") {
  const Type1Font font = type1_font(30);
  const Bytes content = bytes_of(font.all());
  CHECK(kType1Wrapper.find(content, font.encrypted.size()).size() == 1);
  CHECK(kType1Wrapper.find(content, font.encrypted.size() - 1).empty());
}

TEST_CASE("Type1.OtherSideDataIsRefused") {
  auto all = demand_exact(kType1Wrapper, bytes_of(type1_font(30).all()));
  REQUIRE(all.size() == 1);
  demand_harmless(kType1Wrapper, all[0], 10000);
  all[0].side.push_back(0);
  Bytes closed;
  CHECK_FALSE(close_opened(kType1Wrapper, all[0], 10000, closed));
}

}  // namespace nnzip::test
