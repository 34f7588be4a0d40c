// SPDX-License-Identifier: Apache-2.0
// Sorted content against its second implementation.
#include "reference/bwt/bwt_reference.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "bwt/bwt_block.h"
#include "conformance/mixer_reference_runs.h"
#include "unit/mixer_samples.h"

namespace nnzip {
namespace {

using mixer_reference::bwt_reference;
using mixer_runs::random_bytes;
using mixer_runs::resized;

void require_equal_blocks(const Bytes& content) {
  INFO(content.size() << " bytes");
  const Bytes coded = encode_bwt(content);
  REQUIRE(coded == bwt_reference(content));
  Bytes back(content.size());
  REQUIRE(decode_bwt(coded, back));
  REQUIRE(back == content);
}

TEST_CASE("BwtReference.Agrees") {
  require_equal_blocks({7});
  require_equal_blocks({0, 255});
  require_equal_blocks(resized(test::sample_text(), 5000));
  require_equal_blocks(Bytes(700));
  require_equal_blocks(random_bytes(2000));
  require_equal_blocks(random_bytes(40000, 3));
  // Long repeats, and the escape among all bytes.
  Bytes twice = random_bytes(3000);
  for (std::size_t i = 0; i < 3000; i += 50 + i % 7) {
    const std::size_t length = std::min<std::size_t>(38 + i % 400, 3000 - i);
    const Bytes part(twice.begin() + static_cast<std::ptrdiff_t>(i),
                     twice.begin() + static_cast<std::ptrdiff_t>(i + length));
    twice.insert(twice.end(), part.begin(), part.end());
  }
  require_equal_blocks(twice);
}

// Parts of 2^16 bytes.
TEST_CASE("BwtReference.AgreesOnSeveralParts") {
  for (const std::size_t size : {65536, 65537, 140000}) {
    Bytes content(size);
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<std::uint8_t>(i * i >> 11);
    require_equal_blocks(content);
  }
}

}  // namespace
}  // namespace nnzip
