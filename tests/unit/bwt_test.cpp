// SPDX-License-Identifier: Apache-2.0
// Sorting of suffixes, and columns that no encoder writes.
#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <string>
#include <utility>

#include "bwt/bwt_block.h"
#include "bwt/long_repeats.h"
#include "bwt/suffix_array.h"
#include "codec/kinds/kind.h"
#include "unit/memory_stream.h"

namespace nnzip {
namespace {

using Order = std::vector<std::int32_t>;

Order sorted_slowly(const Bytes& text) {
  Order order(text.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return std::lexicographical_compare(text.begin() + a, text.end(), text.begin() + b, text.end());
  });
  return order;
}

TEST_CASE("Bwt.SortsSuffixes") {
  test::Random random(1);
  for (std::size_t i = 0; i < 400; ++i) {
    Bytes text = random.bytes(1 + i % 90);
    for (std::uint8_t& byte : text) byte = static_cast<std::uint8_t>(byte % (1 + i % 4) * 85);
    Order order(text.size());
    sort_suffixes(text, order);
    REQUIRE(order == sorted_slowly(text));
  }
}

// Strings that are made of themselves ask for deep recursion.
TEST_CASE("Bwt.SortsWhatRepeatsItself") {
  std::string text = "b", before = "a";
  while (text.size() < 2000) before = std::exchange(text, text + before);
  const Bytes bytes(text.begin(), text.end());
  Order order(bytes.size());
  sort_suffixes(bytes, order);
  CHECK(order == sorted_slowly(bytes));
}

// Too much to compare: what differs is far away, or behind it the text ends with zeros.
TEST_CASE("Bwt.SortsLongRepeats") {
  test::Random random(4);
  for (const std::size_t length : {3, 40, 400, 700}) {
    const Bytes part = random.bytes(length);
    for (const int symbols : {1, 2, 200}) {
      Bytes text;
      for (std::size_t i = 0; i < 5; ++i) {
        for (const std::uint8_t byte : part) {
          text.push_back(static_cast<std::uint8_t>(byte % symbols));
        }
        if (i == 2) text.push_back(static_cast<std::uint8_t>(symbols));
      }
      text.insert(text.end(), length % 7, 0);
      Order order(text.size());
      sort_suffixes(text, order);
      CHECK(order == sorted_slowly(text));
    }
  }
}

TEST_CASE("Bwt.RefusesRowsOutsideTheColumn") {
  const Bytes content = test::Random(3).bytes(70000);
  const Bytes coded = encode_bwt(content);
  Bytes back(content.size());
  REQUIRE(decode_bwt(coded, back));
  CHECK(back == content);
  // The length and two rows.
  for (const std::size_t field : {0, 3, 6}) {
    Bytes damaged = coded;
    damaged[field + 2] = 0xFF;
    CHECK_FALSE(decode_bwt(damaged, back));
  }
  for (const std::size_t size : {0, 2, 3, 5, 8}) {
    CHECK_FALSE(decode_bwt(std::span(coded).first(size), back));
  }
}

TEST_CASE("Bwt.RefusesRepeatsThatDoNotFit") {
  const Bytes content(1000, 'x');
  const Shortened shortened = take_out_repeats(content);
  REQUIRE(shortened.bytes.size() < 20);
  Bytes back(content.size()), longer(1001), shorter(999);
  REQUIRE(put_back_repeats(shortened, back));
  CHECK(back == content);
  CHECK_FALSE(put_back_repeats(shortened, longer));
  CHECK_FALSE(put_back_repeats(shortened, shorter));
  for (std::size_t size = 0; size < shortened.bytes.size(); ++size) {
    const Bytes part(shortened.bytes.begin(),
                     shortened.bytes.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK_FALSE(put_back_repeats({part, shortened.escape}, back));
  }
}

// Wrong rows, among them those of two parts that are the same, give other content and no more.
TEST_CASE("Bwt.AnyRowsGiveSomeContent") {
  test::Random random(2);
  Column column{random.bytes(70000), {0, 0}};
  Bytes back(column.bytes.size());
  for (const std::uint32_t row : {1U, 35000U, 70000U}) {
    column.rows = {row, row - 1};
    REQUIRE(rows_fit(column));
    restore_content(column, back);
    // The last part is behind row 0.
    CHECK(back.back() == column.bytes.front());
  }
}

TEST_CASE("Bwt.LayoutsNeedFilters") {
  BlockHeader header;
  header.kind = BlockKind::kBwt;
  header.content_bytes = 1000;
  CHECK(header_fits(header));
  header.layout.stride = 20;
  CHECK_FALSE(header_fits(header));
  header.filters = {{Filter::kColumns}};
  CHECK(header_fits(header));
  header.content_bytes = kMostSortedBytes + 1;
  CHECK_FALSE(header_fits(header));
}

}  // namespace
}  // namespace nnzip
