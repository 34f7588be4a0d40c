// SPDX-License-Identifier: Apache-2.0
// What a confined process can and cannot do, where the system has that.
#include "platform/sandbox.h"

#include <catch2/catch.hpp>

#include "unit/scratch_folder.h"

#if defined(__linux__)
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace nnzip {
namespace {

constexpr int kNotConfined = 77;

bool can_write(const std::filesystem::path& path) {
  std::ofstream file(path);
  file << "x" << std::flush;
  return file.good();
}

// The status of a child that is confined to a folder and then does the task.
template <typename Task>
int confined(const std::filesystem::path& folder, Task&& task) {
  const pid_t child = fork();
  if (child == 0) {
    _exit(platform::confine_writing({folder.string()}) ? (task() ? 0 : 1) : kNotConfined);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

TEST_CASE("Sandbox.WritesInItsFoldersAlone") {
  const test::Folder scratch;
  const auto inside = scratch.path() / "inside", outside = scratch.path() / "outside";
  std::filesystem::create_directories(inside);
  std::filesystem::create_directories(outside);
  REQUIRE(can_write(outside / "there"));
  const int works = confined(inside, [&] {
    return can_write(inside / "new") && can_write(inside / "new") &&
           rename((inside / "new").c_str(), (inside / "name").c_str()) == 0 &&
           unlink((inside / "name").c_str()) == 0 && std::ifstream(outside / "there").good();
  });
  if (works == kNotConfined) {
    WARN("this kernel has no Landlock");
    return;
  }
  CHECK(works == 0);
  const auto refused = [&](auto&& task) { return confined(inside, [&] { return !task(); }) == 0; };
  CHECK(refused([&] { return can_write(outside / "new"); }));
  CHECK(refused([&] { return can_write(outside / "there"); }));
  CHECK(refused([&] { return unlink((outside / "there").c_str()) == 0; }));
  CHECK(refused([&] { return mkdir((inside / "folder").c_str(), 0777) == 0; }));
  CHECK(refused([&] { return execl("/bin/true", "true", nullptr) == 0; }));
  CHECK(std::filesystem::exists(outside / "there"));
  CHECK(can_write(outside / "new"));
}

}  // namespace
}  // namespace nnzip
#endif
