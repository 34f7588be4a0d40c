// SPDX-License-Identifier: Apache-2.0
// Pages with text that is set letter by letter, and what only looks like one.
#include "unwrap/wrap_page.h"

#include "unit/format_examples.h"
#include "unit/page_samples.h"
#include "unit/wrapper_demands.h"
#include "unwrap/page_codes.h"

namespace nnzip::test {
namespace {

Bytes bytes_of(const std::string& text) { return Bytes(text.begin(), text.end()); }
std::string text_of(const Bytes& bytes) { return std::string(bytes.begin(), bytes.end()); }

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

// The text of many arrays alike.
std::string line_of(const std::string& array) {
  const auto all = demand_exact(kPageWrapper, bytes_of(repeated(array + " T*\n", 200)));
  if (all.size() != 1) return "not opened";
  const std::string text = text_of(all[0].parts.at(0).content);
  const std::string line = text.substr(0, text.find('\n') + 1);
  CHECK(text == repeated(line, 200));
  return line;
}

}  // namespace

TEST_CASE("Page.ExampleOfTheDocument") {
  const auto lines = format_examples("page", "src/unwrap/PAGE.md").at(0);
  REQUIRE(lines.size() == 4);
  Bytes closed;
  REQUIRE(kPageWrapper.close(lines[0],
                             std::vector<std::span<const std::uint8_t>>{lines[1], lines[2]},
                             lines[3].size(), closed));
  CHECK(closed == lines[3]);
  // The same from the other side: many of them, since few are not taken.
  CHECK(line_of("[(W)83(e)-333(see)]TJ q") == text_of(lines[1]));
}

TEST_CASE("Page.OpensAsProgramsWriteIt") {
  CHECK(line_of("[(W)83(e)-333(see)]TJ") == "We see\n");
  CHECK(line_of("[(W) 83.5 (e) -333.25 (see)] TJ") == "We see\n");
  CHECK(line_of("[-28(a)-400(b)-1(c)12]TJ") == "a bc\n");
  CHECK(line_of("[-300(a)-300(b)-300]TJ") == " a b \n");
  CHECK(line_of("[(\\050x\\051)-300(\\134)]TJ") == "(x) \\\n");
  CHECK(line_of("[(\\(x\\))-300(\\\\)]TJ") == "(x) \\\n");
  CHECK(line_of("[(of\\014ce)-300(e\\013e)-300(ff)]TJ") == "office effe ff\n");
  CHECK(line_of("[(ce\\016cien)27(t)-300(\\003y)]TJ") == "cefficient \xEE\x80\x83y\n");
}

TEST_CASE("Page.CodesOfTheEncodingThatFits") {
  CHECK(line_of("[(Jagu\\261a)-333(o\\252\\363w)]TJ") == "Jaguśa ołów\n");
  CHECK(line_of("[(\\223Ja\\224)-333(\\226)-300(\\351t\\351)]TJ") == "“Ja” – été\n");
  CHECK(line_of("[(\\001\\201x)-333(\\177)]TJ") == "\xEE\x80\x81\xEE\x82\x81x \xEE\x81\xBF\n");
}

TEST_CASE("Page.EveryCodeIsOneCharacter") {
  for (const bool cork : {false, true}) {
    const PageCodes codes({cork, 0});
    for (int code = 0; code < 256; ++code) {
      Bytes text;
      codes.put(static_cast<std::uint8_t>(code), text);
      std::size_t at = 0;
      CHECK(codes.take(text, at) == std::optional(static_cast<std::uint8_t>(code)));
      CHECK(at == text.size());
      CHECK(text != Bytes{'\n'});
    }
  }
}

// What is not written as the rest is stays where it is.
TEST_CASE("Page.ArraysOfAnotherStyleStay") {
  const std::string other[] = {"[(a)(b)]TJ",    "[(a)1 2(bc)]TJ",   "[()-300(ab)]TJ",
                               "[(a\\nb)]TJ",   "[(a) -300 (b)]TJ", "[(\\101bc)]TJ",
                               "[(\\777bc)]TJ", "[<0102>1(abc)]TJ"};
  for (const std::string& array : other) {
    const auto all =
        demand_exact(kPageWrapper, bytes_of(page_of_words(50) + array + page_of_words(50)));
    REQUIRE(all.size() == 1);
    CHECK(text_of(all[0].parts.at(1).content).find(array) != std::string::npos);
  }
}

TEST_CASE("Page.WhatIsNoSuchTextStaysClosed") {
  CHECK(line_of("[(words )20(are )20(written )20(out)]TJ") == "not opened");
  CHECK(line_of("[(a)-300(b)") == "not opened");
  CHECK(line_of("[(a)-300(b)]TJ \x01") == "not opened");
  CHECK(demand_exact(kPageWrapper, bytes_of(page_of_words(10))).empty());
  CHECK(demand_exact(kPageWrapper, bytes_of(repeated("[([", 5000))).empty());
}

// Arrays far from each other are stretches of their own, and none is longer than some MiB.
TEST_CASE("Page.StretchesHaveBounds") {
  const std::string far(std::size_t{70} << 10, ' ');
  CHECK(demand_exact(kPageWrapper, bytes_of(page_of_words(40) + far + page_of_words(40))).size() ==
        2);
  const Bytes words = bytes_of(page_of_words(40000));
  const auto found = kPageWrapper.find(words, std::size_t{1} << 30);
  REQUIRE(found.size() == 2);
  CHECK(found[0].whole);
  CHECK_FALSE(found[1].whole);
}

// Hardly any numbers: it opens to nearly twice its bytes.
TEST_CASE("Page.OpensToNoMoreThanIsAllowed") {
  std::string all;
  for (int i = 0; i < 40; ++i) all += "[(" + std::string(200, 'a') + ")-300(b)]TJ ";
  const Bytes dense = bytes_of(all);
  const auto found = kPageWrapper.find(dense, dense.size() * 2);
  REQUIRE(found.size() == 1);
  CHECK_FALSE(kPageWrapper.open(dense, found[0], found[0].opened_bytes).has_value());
  CHECK(kPageWrapper.open(dense, found[0], dense.size() * 2).has_value());
}

TEST_CASE("Page.DamagedPartsAreHarmless") {
  const Bytes page = bytes_of(page_of_words(40));
  const auto all = demand_exact(kPageWrapper, page);
  REQUIRE(all.size() == 1);
  demand_harmless(kPageWrapper, all[0], 4 * page.size());
  for (std::size_t part = 0; part < 2; ++part) {
    for (std::size_t i = 0; i < all[0].parts[part].content.size(); i += 7) {
      for (const int change : {0x01, 0x2A, 0x80}) {
        Opened changed = all[0];
        changed.parts[part].content[i] ^= static_cast<std::uint8_t>(change);
        Bytes closed;
        if (close_opened(kPageWrapper, changed, page.size(), closed)) CHECK(closed != page);
      }
    }
  }
}

}  // namespace nnzip::test
