// SPDX-License-Identifier: Apache-2.0
// What explain and report show, from content to numbers and the page.
#include <catch2/catch.hpp>

#include "look/members.h"
#include "look/report.h"
#include "unit/content_samples.h"
#include "unit/wrapped_files.h"

namespace nnzip {
namespace {

using test::operator+;
using test::prose;
using test::Random;

Options without_model() {
  Options options;
  options.model = "none";
  options.level = 2;
  return options;
}

TEST_CASE("Look.SectionsAddUp") {
  const Bytes noise = Random(1).bytes(20000), content = prose(9000) + noise + prose(900) + noise;
  const look::FileCosts file = look::measure_file("a", content, without_model());
  std::uint64_t bytes = 0, cost = 0;
  for (const look::Section& section : file.sections) {
    CHECK(section.offset == bytes);
    bytes += section.bytes;
    cost += section.cost;
  }
  CHECK(bytes == content.size());
  CHECK(cost == look::sum_of(file.costs));
  CHECK(file.copies.count >= 1);
  CHECK(file.copies.saved > 1000);
  const auto extremes = look::extremes(file.costs, 3);
  REQUIRE(extremes.costly.size() == 3);
  CHECK(extremes.costly[0].offset >= 8900);
  CHECK(extremes.costly[0].offset < 29100);
  CHECK(look::bits_per_byte(extremes.cheap[0].cost, extremes.cheap[0].bytes) < 1);
  CHECK(look::profile(file.costs, 64).size() == 64);
}

TEST_CASE("Look.MembersOfTar") {
  const Bytes archive = test::tar_member("one", Bytes(700)) + test::tar_member("two", {});
  const auto members = look::tar_members(archive);
  REQUIRE(members.size() == 2);
  CHECK(members[0].name == "one");
  CHECK(members[0].bytes == 1536);
  CHECK(members[1].name == "two");
  CHECK(members[1].offset == 1536);
  CHECK(look::tar_members(prose(2000)).empty());
  Bytes damaged = archive;
  damaged[124] = '9';
  CHECK(look::tar_members(damaged).empty());
}

TEST_CASE("Look.AreasShowWhatIsOpened") {
  const Bytes content = test::gzip_file(prose(9000)) + Random(3).bytes(300);
  const look::FileCosts file = look::measure_file("a.gz", content, without_model());
  const look::Json areas = look::page_file(file, content, {1000, 0, 50})["areas"];
  double sum = 0;
  bool opened = false;
  for (const auto& area : areas) {
    sum += area["coded_bytes"].get<double>();
    opened = opened || area["name"] == "opened: text";
  }
  CHECK(opened);
  CHECK(sum == Approx(look::bits_of(look::sum_of(file.costs)) / 8).epsilon(0.001));
}

TEST_CASE("Look.PageStaysSmallWithManyFiles") {
  look::Report report(look::kMostFiles, false);
  Bytes archive;
  for (int i = 0; i < 12; ++i) {
    archive = archive + test::tar_member(std::string(90, 'n'), Random(i).bytes(300));
  }
  report.add(std::string(200, '<'), archive, without_model(), {});
  const std::string page = report.page();
  CHECK(page.size() < look::kMostPage / 16);
  CHECK(page.find("<<") == std::string::npos);
  CHECK(page.find("{{") == std::string::npos);
}

TEST_CASE("Look.PageOfOneLongFile") {
  look::Report report(1, false);
  report.add("noise", Random(2).bytes(30'000), without_model(), {});
  const std::string page = report.page();
  CHECK(page.size() < look::kMostPage);
  CHECK(page.size() > 60'000);
}

TEST_CASE("Look.NamesAreDataWhateverTheyHold") {
  const std::string name = "{{script}}\"</script>\x1b\xff\n";
  look::Report report(1, false);
  report.add(name, Bytes(300, 'a'), without_model(), {});
  const std::string page = report.page(), head = "id=\"data\">";
  const std::size_t begin = page.find(head) + head.size();
  const auto data = look::Json::parse(page.substr(begin, page.find("</script>", begin) - begin));
  CHECK(data["files"][0]["name"] == "{{script}}\"</script>\x1b\uFFFD\n");
}

}  // namespace
}  // namespace nnzip
