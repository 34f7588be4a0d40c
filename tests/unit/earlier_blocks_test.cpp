// SPDX-License-Identifier: Apache-2.0
#include "codec/earlier_blocks.h"

#include <catch2/catch.hpp>

#include "container/container_writer.h"
#include "unit/memory_stream.h"

namespace nnzip {
namespace {

using test::MemoryFile;
using test::MemoryWriter;
using test::to_bytes;

const FrameHeader kFrame{true, {}};

// The beginning of a frame with a stored block for each of the texts.
Bytes unfinished(std::initializer_list<std::string_view> texts) {
  MemoryWriter out;
  ContainerWriter writer(out);
  writer.begin(kFrame);
  for (const std::string_view text : texts) {
    BlockHeader header;
    header.kind = BlockKind::kStored;
    writer.block(header, to_bytes(text), to_bytes(text));
  }
  return out.out;
}

std::vector<std::size_t> lengths(const std::vector<CodedPart>& parts) {
  std::vector<std::size_t> all;
  for (const CodedPart& part : parts) all.push_back(part.content.size());
  return all;
}

using Lengths = std::vector<std::size_t>;

TEST_CASE("earlier blocks: a group that was given up is found as the blocks that it became") {
  const Bytes frame = unfinished({"first", "second", "third", "last"});
  MemoryFile file(frame);
  Options options;
  options.resume = &file;
  const FrameModels none;
  EarlierBlocks earlier(options, none, kFrame);
  CHECK(lengths(earlier.find(to_bytes("first"))) == Lengths{5});
  const Bytes group = to_bytes("secondthird");
  const auto parts = earlier.find(group);
  REQUIRE(lengths(parts) == Lengths{6, 5});
  CHECK((parts[1].known && parts[1].coded.data == to_bytes("third")));
  CHECK(parts[1].content.data() == group.data() + 6);
  CHECK(lengths(earlier.find(to_bytes("last"))) == Lengths{4});
  CHECK(earlier.find(to_bytes("more")).empty());
}

TEST_CASE("earlier blocks: what is not all there is coded anew, and all behind it") {
  const Bytes frame = unfinished({"first", "second"});
  for (const std::string_view group : {"firstsecondthird", "firstse", "firsttenth!"}) {
    MemoryFile file(frame);
    Options options;
    options.resume = &file;
    const FrameModels none;
    EarlierBlocks earlier(options, none, kFrame);
    CHECK(earlier.find(to_bytes(group)).empty());
    CHECK(earlier.find(to_bytes("first")).empty());
  }
}

}  // namespace
}  // namespace nnzip
