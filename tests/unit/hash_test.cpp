// SPDX-License-Identifier: Apache-2.0
// SHA-256 against the examples of FIPS 180-4, and every length of the last block.
#include "base/hash.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace nnzip {
namespace {

std::string hex_of(const std::string& text) {
  return to_hex(sha256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}));
}

TEST_CASE("Sha256.GivesTheDigestsOfTheStandard") {
  CHECK(hex_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hex_of(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// The expected digest is of Python's hashlib.
TEST_CASE("Sha256.TakesEveryLength") {
  std::vector<std::uint8_t> digests;
  for (unsigned size = 0; size < 200; ++size) {
    std::vector<std::uint8_t> data(size);
    for (unsigned i = 0; i < size; ++i) data[i] = static_cast<std::uint8_t>(i * 7 + size);
    const auto digest = sha256(data);
    digests.insert(digests.end(), digest.begin(), digest.end());
  }
  CHECK(to_hex(sha256(digests)) ==
        "8c7c9ff69da76fc28823a1cb97268672663e628e1ea955868b16db46bab0545d");
}

}  // namespace
}  // namespace nnzip
