// SPDX-License-Identifier: Apache-2.0
// 2,000 files damaged at random, always the same ones: an error or the right content, never
// anything else.
#include <algorithm>
#include <catch2/catch.hpp>
#include <optional>

#include "malformed/frame_parts.h"

namespace nnzip {
namespace {

using test::error_code;
using test::GoodFile;
using test::Random;
using test::TinyModel;
using test::value;
using test::operator+;

constexpr int kRounds = 2000;

const TinyModel& tiny() {
  static const TinyModel model(43);
  return model;
}

std::size_t below(Random& random, std::size_t limit) {
  return random.below(static_cast<std::uint32_t>(limit));
}

auto at(Bytes& bytes, std::size_t offset) {
  return bytes.begin() + static_cast<std::ptrdiff_t>(offset);
}

// Precondition: the file is not empty.
void damage(Bytes& file, const GoodFile& other, Random& random) {
  const std::size_t from = below(random, file.size());
  const std::size_t length = 1 + below(random, std::min<std::size_t>(file.size() - from, 40));
  switch (random.below(8)) {
    case 0:
      file[from] = static_cast<std::uint8_t>(file[from] ^ 1 << random.below(8));
      break;
    case 1:
      file[from] = static_cast<std::uint8_t>(random.below(256));
      break;
    case 2:
      std::generate_n(at(file, from), length,
                      [&] { return static_cast<std::uint8_t>(random.below(256)); });
      break;
    case 3:
      std::fill_n(at(file, from), length, std::uint8_t{0});
      break;
    case 4:
      file.erase(at(file, from), at(file, from + length));
      break;
    case 5: {
      const Bytes again(at(file, from), at(file, from + length));
      file.insert(at(file, below(random, file.size())), again.begin(), again.end());
      break;
    }
    case 6:
      file.resize(from);
      break;
    default: {  // goes on as another file
      const std::size_t start = below(random, other.frames.size());
      file.resize(from);
      file.insert(file.end(), other.frames.begin() + static_cast<std::ptrdiff_t>(start),
                  other.frames.end());
    }
  }
}

// What good files hold that stand whole, one after the other; nothing if there is anything else.
std::optional<Bytes> content_of_whole(std::span<const std::uint8_t> joined,
                                      const std::vector<GoodFile>& files) {
  Bytes content;
  while (!joined.empty()) {
    const auto begins = [&](const GoodFile& file) {
      return file.frames.size() <= joined.size() &&
             std::equal(file.frames.begin(), file.frames.end(), joined.begin());
    };
    const auto file = std::find_if(files.begin(), files.end(), begins);
    if (file == files.end()) return {};
    content.insert(content.end(), file->content.begin(), file->content.end());
    joined = joined.subspan(file->frames.size());
  }
  return content;
}

bool is_expected(int code) {
  return code == value(ErrorCode::kModelMissing) ||
         (code >= value(ErrorCode::kNotAFrame) && code <= value(ErrorCode::kLimitExceeded));
}

TEST_CASE("RandomDamage.GivesAnErrorOrTheContent") {
  const auto files = test::good_files(tiny());
  Random random(2000);
  int refused = 0, unharmed = 0;
  for (int round = 0; round < kRounds; ++round) {
    const GoodFile& good = files[below(random, files.size())];
    Bytes bad = good.frames;
    for (std::uint32_t n = 1 + random.below(3); n > 0 && !bad.empty(); --n) {
      damage(bad, files[below(random, files.size())], random);
    }
    test::MemoryReader in(bad);
    test::MemoryWriter out;
    const int code = error_code([&] { decompress(in, out, tiny().options()); });
    CAPTURE(round, good.name, code);
    if (code != 0) {
      REQUIRE(is_expected(code));
      ++refused;
    } else if (bad == good.frames) {
      ++unharmed;  // by chance, the bytes were what they had been
    } else {
      // Frames that were cut out or added whole are no damage, but must give what they hold.
      INFO(to_hex(bad));
      REQUIRE(out.out == content_of_whole(bad, files).value_or(good.content));
    }
  }
  CHECK(refused > kRounds * 95 / 100);
  CHECK(refused + unharmed <= kRounds);
}

}  // namespace
}  // namespace nnzip
