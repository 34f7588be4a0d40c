// SPDX-License-Identifier: Apache-2.0
// Plans of groups: what opens closes, and what is damaged does no harm.
#include "unwrap/group.h"

#include <catch2/catch.hpp>

#include "unit/wrapped_files.h"

namespace nnzip {
namespace {

using test::operator+;

constexpr std::size_t kMost = std::size_t{1} << 24;

const ForEach in_order = [](std::size_t count, const std::function<void(std::size_t)>& task) {
  for (std::size_t i = 0; i < count; ++i) task(i);
};

std::optional<OpenedGroup> open_all(const Bytes& content,
                                    const OpenLimits& limits = {kMost, kMost}) {
  return open_group(content, find_wrapped(content, kMost), limits, in_order);
}

Bytes joined(const OpenedGroup& group) {
  Bytes all;
  for (const OpenedPart& run : group.runs) all = std::move(all) + run.content;
  return all;
}

TEST_CASE("Group.OpensToPlanGapsAndParts") {
  const Bytes a = test::prose(9000), b = test::mixture(8000);
  const Bytes between = test::to_bytes("between them"),
              content = test::gzip_file(a) + between + test::gzip_file(b) + between;
  const auto group = open_all(content);
  REQUIRE(group);
  CHECK(group->wrappers == std::vector<WrapperCount>{{1, 2}});
  REQUIRE(group->runs.size() == 1);
  const Bytes opened = joined(*group);
  CHECK(group->opened_bytes == opened.size());
  const Bytes parts = a + b;
  CHECK(std::equal(parts.begin(), parts.end(), opened.end() - std::ptrdiff_t(parts.size())));
  Bytes closed(content.size());
  CHECK(close_group(group->wrappers, opened, in_order, closed));
  CHECK((closed == content));
}

TEST_CASE("Group.LimitsLeaveStretchesClosed") {
  const Bytes a = test::prose(9000), b = test::mixture(8000);
  const Bytes content = test::gzip_file(a) + test::gzip_file(b);
  const auto stretches = [&](const OpenLimits& limits) {
    const auto group = open_all(content, limits);
    return group ? group->wrappers.at(0).stretches : 0U;
  };
  CHECK(stretches({kMost, kMost}) == 2);
  CHECK(stretches({a.size() + b.size() - 1, kMost}) == 1);
  CHECK(stretches({b.size() + 100, kMost}) == 1);
  CHECK(stretches({1000, kMost}) == 0);
  CHECK(stretches({kMost, 2}) == 0);
}

TEST_CASE("Group.EveryDamagedByteOfAPlanIsHarmless") {
  const Bytes content =
      test::zip_file({test::prose(700), test::prose(900)}) + test::to_bytes("end");
  const auto group = open_all(content);
  REQUIRE(group);
  const Bytes opened = joined(*group);
  int closed_otherwise = 0;
  for (std::size_t at = 0; at < opened.size() - 1600; ++at) {
    for (const int change : {1, 0x7F, 0x80, 0xFF}) {
      Bytes bad = opened;
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ change);
      Bytes out(content.size());
      if (close_group(group->wrappers, bad, in_order, out) && out != content) ++closed_otherwise;
    }
  }
  CHECK(closed_otherwise > 0);  // gaps
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, opened.size() - 1}) {
    Bytes out(content.size());
    CHECK_FALSE(close_group(group->wrappers, std::span(opened).first(size), in_order, out));
  }
  Bytes out(content.size());
  CHECK_FALSE(close_group(group->wrappers, opened + Bytes(1), in_order, out));
  CHECK_FALSE(close_group(std::vector<WrapperCount>{{1, 1}}, opened, in_order, out));
  CHECK_FALSE(close_group(std::vector<WrapperCount>{{1, 3}}, opened, in_order, out));
  CHECK_FALSE(close_group(std::vector<WrapperCount>{{2, 2}}, opened, in_order, out));
  out.resize(content.size() - 1);
  CHECK_FALSE(close_group(group->wrappers, opened, in_order, out));
  out.resize(content.size() + 1);
  CHECK_FALSE(close_group(group->wrappers, opened, in_order, out));
}

TEST_CASE("FindWrapped.TellsWhatIsNotWhole") {
  const Bytes content = test::mixture(400'000),
              file = test::to_bytes("before") + test::gzip_file(content);
  const auto found = find_wrapped(file, kMost);
  REQUIRE(found.size() == 1);
  CHECK(found[0].whole);
  CHECK(found[0].header == 6);
  CHECK(found[0].opened_bytes == content.size());
  for (const std::size_t size : {kUnfinished + 100, file.size() - 20}) {
    const auto part = find_wrapped(std::span(file).first(size), kMost);
    REQUIRE(part.size() == 1);
    CHECK_FALSE(part[0].whole);
    CHECK(part[0].header == 6);
  }
  CHECK(find_wrapped(std::span(file).first(kUnfinished - 100), kMost).empty());
}

}  // namespace
}  // namespace nnzip
