// SPDX-License-Identifier: Apache-2.0
// Which engines stay loaded.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "codec/engine_source.h"
#include "unit/tiny_models.h"

namespace nnzip {
namespace {

using test::TinyModel;

class CountingBackend : public Backend {
 public:
  std::string name() const override { return "counting"; }
  std::string unavailable() const override { return {}; }
  std::unique_ptr<Engine> load(std::shared_ptr<const Model> model) const override {
    ++loads;
    if (broken) throw Error(ErrorCode::kOutOfMemory, "there is no room.");
    return find_backend("cpu").load(std::move(model));
  }
  mutable std::atomic<int> loads = 0;
  bool broken = false;
};

struct Models {
  TinyModel first{51}, second{52}, third{53};
  ModelStore store{{first.folder.path, second.folder.path, third.folder.path}};
  const ModelEntry& a = store.find(first.name);
  const ModelEntry& b = store.find(second.name);
  const ModelEntry& c = store.find(third.name);
};

TEST_CASE("EngineCache.KeepsWhatFits") {
  const Models models;
  const CountingBackend backend;
  EngineCache cache(load_memory(models.a) + load_memory(models.b));
  const auto a = cache.engine(models.store, models.a, backend);
  const auto b = cache.engine(models.store, models.b, backend);
  CHECK(a != b);
  for (int i = 0; i < 3; ++i) {
    CHECK(cache.engine(models.store, models.a, backend) == a);
    CHECK(cache.engine(models.store, models.b, backend) == b);
  }
  CHECK(backend.loads == 2);
}

TEST_CASE("EngineCache.DropsWhatWasUsedLeastRecently") {
  const Models models;
  const CountingBackend backend;
  EngineCache cache(2 * load_memory(models.a) + load_memory(models.a) / 2);
  const auto a = cache.engine(models.store, models.a, backend);
  const std::weak_ptr<const Engine> b = cache.engine(models.store, models.b, backend);
  CHECK(cache.engine(models.store, models.a, backend) == a);
  cache.engine(models.store, models.c, backend);
  CHECK(b.expired());
  CHECK(cache.engine(models.store, models.a, backend) == a);
  CHECK(backend.loads == 3);
}

TEST_CASE("EngineCache.KeepsOneThatIsLargerThanItsLimit") {
  const Models models;
  const CountingBackend backend;
  EngineCache cache(1);
  const auto a = cache.engine(models.store, models.a, backend);
  CHECK(cache.engine(models.store, models.a, backend) == a);
  cache.engine(models.store, models.b, backend);
  CHECK(a.use_count() == 1);  // dropped, and still there for who has it
  CHECK(a->session(1)->lanes() == 1);
  CHECK(cache.engine(models.store, models.a, backend) != a);
  CHECK(backend.loads == 3);
}

TEST_CASE("EngineCache.TellsBackendsApart") {
  const Models models;
  const CountingBackend one, other;
  EngineCache cache(std::uint64_t{1} << 30);
  const auto by_one = cache.engine(models.store, models.a, one);
  CHECK(cache.engine(models.store, models.a, other) != by_one);
  CHECK(cache.engine(models.store, models.a, one) == by_one);
  CHECK(one.loads == 1);
  CHECK(other.loads == 1);
}

TEST_CASE("EngineCache.LoadsOnceForAllThreads") {
  const Models models;
  const CountingBackend backend;
  EngineCache cache(std::uint64_t{1} << 30);
  std::vector<std::shared_ptr<const Engine>> found(8);
  std::vector<std::thread> threads;
  for (auto& each : found) {
    threads.emplace_back([&] { each = cache.engine(models.store, models.a, backend); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& each : found) CHECK(each == found[0]);
  CHECK(backend.loads == 1);
}

TEST_CASE("EngineCache.KeepsNothingThatCouldNotBeLoaded") {
  const Models models;
  CountingBackend backend;
  EngineCache cache(std::uint64_t{1} << 30);
  backend.broken = true;
  CHECK_THROWS_AS(cache.engine(models.store, models.a, backend), Error);
  backend.broken = false;
  CHECK(cache.engine(models.store, models.a, backend) != nullptr);
  CHECK(backend.loads == 2);
}

}  // namespace
}  // namespace nnzip
