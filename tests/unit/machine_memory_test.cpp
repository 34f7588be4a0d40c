// SPDX-License-Identifier: Apache-2.0
// Limits of control groups, from made-up folders.
#include "platform/machine_memory.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <limits>
#include <string>

#include "sizes.h"

namespace nnzip {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

// A root with what Linux would show in proc and sys.
class Root {
 public:
  explicit Root(const std::string& groups) {
    std::string name = (fs::temp_directory_path() / "nnzip-root-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = name;
    put("proc/self/cgroup", groups);
  }
  ~Root() { fs::remove_all(folder_); }
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;

  Root& put(const std::string& file, const std::string& text) {
    fs::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file) << text;
    return *this;
  }
  std::uint64_t limit() const { return control_group_limit(folder_); }
  std::uint64_t memory() const { return usable_memory(folder_); }

 private:
  fs::path folder_;
};

}  // namespace

TEST_CASE("MachineMemory.WithoutGroupsIsTheMachine") {
  const Root nothing("");
  CHECK(nothing.limit() == kNoLimit);
  const auto pages = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES));
  CHECK(nothing.memory() == pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
  CHECK(control_group_limit("/nowhere") == kNoLimit);
}

TEST_CASE("MachineMemory.TakesTheSmallestLimitOnThePath") {
  Root root("0::/system.slice/service/inner\n");
  const std::string groups = "sys/fs/cgroup/";
  CHECK(root.limit() == kNoLimit);
  root.put(groups + "system.slice/service/inner/memory.max", "max\n");
  CHECK(root.limit() == kNoLimit);
  root.put(groups + "system.slice/memory.max", "300000000\n");
  CHECK(root.limit() == 300000000);
  root.put(groups + "system.slice/service/inner/memory.max", "400000000\n");
  CHECK(root.limit() == 300000000);
  root.put(groups + "system.slice/service/memory.max", "200000000\n");
  CHECK(root.limit() == 200000000);
  CHECK(root.memory() == 200000000);
  // The group of another process.
  root.put(groups + "system.slice/other/memory.max", "100000000\n");
  CHECK(root.limit() == 200000000);
}

TEST_CASE("MachineMemory.InAContainerTheFolderOfAllGroupsIsItsOwn") {
  for (const char* path : {"/", "/docker/0123456789ab", "/../../other"}) {
    Root root(std::string("0::") + path + "\n");
    root.put("sys/fs/cgroup/memory.max", "200000000\n");
    root.put("sys/other/memory.max", "100000000\n");
    CHECK(root.limit() == 200000000);
  }
}

TEST_CASE("MachineMemory.KnowsVersionOne") {
  // As without a limit, of which there is a number as well.
  Root root("5:cpu,cpuacct:/a\n4:hugetlb,memory:/box\n1:name=memory:/no\n0::/\n");
  root.put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  CHECK(root.limit() == 9223372036854771712U);
  CHECK(root.memory() == Root("").memory());
  root.put("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "200000000\n");
  CHECK(root.limit() == 200000000);
  root.put("sys/fs/cgroup/memory/no/memory.limit_in_bytes", "1000\n");
  CHECK(root.limit() == 200000000);
  // Version 2 beside it.
  root.put("sys/fs/cgroup/unified/memory.max", "100000000\n");
  CHECK(root.limit() == 100000000);
}

TEST_CASE("MachineMemory.UnreadableLinesAreNone") {
  for (const char* text : {"", "\n", ":", "0:", "0::", "x", "4:memory", "0::\n\n:::\n"}) {
    CHECK(Root(text).limit() == kNoLimit);
  }
  Root root("0::/a\n");
  for (const char* text : {"", "much", "-", "99999999999999999999999"}) {
    root.put("sys/fs/cgroup/a/memory.max", text);
    CHECK(root.limit() == kNoLimit);
  }
}

TEST_CASE("MachineMemory.PercentagesAreOfIt") {
  CHECK(parse_memory("50%") == usable_memory() / 100 * 50);
  CHECK(parse_memory("100%") <= usable_memory());
}

}  // namespace nnzip
