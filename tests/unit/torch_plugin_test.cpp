// SPDX-License-Identifier: Apache-2.0
// The loader of the plugin on libtorch, with plugins that have none.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "backend/torch/plugin_library.h"
#include "backend/torch/torch_backend.h"
#include "model/synthetic.h"
#include "nnzip/error.hpp"
#include "unit/tiny_models.h"

namespace nnzip::torch_backend {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

const fs::path kFakes = NNZIP_FAKE_PLUGINS;
constexpr char kFile[] = "libnnzip_torch.so";

// A variable of the environment for the length of a scope; not set without a value.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    const char* before = std::getenv(name);
    if (before != nullptr) before_ = before;
    had_ = before != nullptr;
    set(value);
  }
  ~Variable() { set(had_ ? before_.c_str() : nullptr); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  void set(const char* value) const {
    value == nullptr ? unsetenv(name_) : setenv(name_, value, 1);
  }
  const char* name_;
  std::string before_;
  bool had_;
};

const nnzip_torch_functions& fake() {
  static const Plugin plugin = load_plugin(kFakes / "fake" / kFile);
  REQUIRE(plugin.why_not == "");
  return *plugin.functions;
}

std::unique_ptr<Engine> fake_engine() {
  return load_torch_engine(fake(), "torch", "cpu", synthetic_model(tiny_config(), 1));
}

ErrorCode code_of(const auto& action) {
  try {
    action();
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Contains("told to"));
    return error.code();
  }
  return ErrorCode{};
}

}  // namespace

TEST_CASE("FindPlugin.LooksWhereItIsToldTo") {
  std::string why_not;
  {
    const Variable folder("NNZIP_BACKEND_DIR", (kFakes / "fake").c_str());
    REQUIRE(find_plugin(why_not) == kFakes / "fake" / kFile);
    REQUIRE(why_not.empty());
  }
  const test::TemporaryFolder empty;
  const Variable folder("NNZIP_BACKEND_DIR", empty.path.c_str());
  REQUIRE(find_plugin(why_not).empty());
  REQUIRE_THAT(why_not, Contains(empty.path.string()) && Contains("install or build"));
  REQUIRE(TorchBackend(TorchBackend::Device::kCpu).unavailable() == why_not);
  REQUIRE(TorchBackend(TorchBackend::Device::kCuda).unavailable() == why_not);
}

TEST_CASE("FindPlugin.NeverLooksInTheWorkingFolder") {
  const fs::path before = fs::current_path();
  fs::current_path(kFakes / "fake");
  std::string why_not;
  for (const char* value : {".", "../fake", "", static_cast<const char*>(nullptr)}) {
    const Variable folder("NNZIP_BACKEND_DIR", value);
    const fs::path found = find_plugin(why_not);
    CHECK((found.empty() || (found.is_absolute() && found.parent_path() != kFakes / "fake")));
  }
  {
    const Variable folder("NNZIP_BACKEND_DIR", "../fake");
    CHECK(find_plugin(why_not).empty());
    CHECK_THAT(why_not, Contains("absolute path"));
  }
  fs::current_path(before);
}

TEST_CASE("LoadPlugin.SaysWhatIsWrongWithAFile") {
  const test::TemporaryFolder folder;
  std::ofstream(folder.path / kFile) << "no library";
  const auto why_not = [](const fs::path& file) {
    const Plugin plugin = load_plugin(file);
    REQUIRE(plugin.functions == nullptr);
    REQUIRE_THAT(plugin.why_not, Contains("install or build the plugin of this version of nnzip"));
    return plugin.why_not;
  };
  REQUIRE_THAT(why_not(folder.path / kFile), Contains("cannot be loaded"));
  REQUIRE_THAT(why_not(kFakes / "no_entry" / kFile), Contains("is no plugin of nnzip"));
  REQUIRE_THAT(why_not(kFakes / "other_version" / kFile), Contains("another version"));
}

TEST_CASE("TorchEngine.IsWhatThePluginSays") {
  const auto engine = fake_engine();
  REQUIRE(engine->description() == "torch (fake)");
  REQUIRE(engine->preferred().lanes == 3);
  REQUIRE(engine->preferred().positions == 5);
  REQUIRE(engine->session_bytes(10) == 40);
  REQUIRE(engine->content() == Form::kBytes);
  REQUIRE_THROWS_AS(engine->session(0), Error);
  REQUIRE_THROWS_AS(engine->session(Engine::kMaxLanes + 1), Error);
  const auto session = engine->session(2);
  std::vector<Distribution> next(4);
  const std::vector<std::uint8_t> symbols(4);
  session->score(symbols, {}, 2, 2, next);
  REQUIRE_FALSE(session->failed());
  for (const Distribution& each : next) REQUIRE(each.low(3) == 3 << 14);
}

TEST_CASE("TorchEngine.RefusalsAreErrors") {
  {
    const Variable told("NNZIP_FAKE_PLUGIN", "no engine");
    REQUIRE(code_of(fake_engine) == ErrorCode::kDeviceFailed);
  }
  const auto engine = fake_engine();
  const Variable told("NNZIP_FAKE_PLUGIN", "no session");
  REQUIRE(code_of([&] { engine->session(1); }) == ErrorCode::kDeviceFailed);
}

TEST_CASE("TorchSession.StaysFailed") {
  const auto engine = fake_engine();
  const auto session = engine->session(1);
  std::vector<Distribution> next(1);
  const std::vector<std::uint8_t> symbols(1);
  {
    const Variable told("NNZIP_FAKE_PLUGIN", "3");
    for (int call = 1; call <= 2; ++call) session->score(symbols, {}, 1, 1, next);
    REQUIRE_FALSE(session->failed());
    session->score(symbols, {}, 1, 1, next);
    REQUIRE(session->failed());
  }
  session->reset();
  session->score(symbols, {}, 1, 1, next);
  REQUIRE(session->failed());
  REQUIRE_THROWS_AS(throw_if_failed(*session, engine->description()), Error);
}

}  // namespace nnzip::torch_backend
