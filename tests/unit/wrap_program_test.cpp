// SPDX-License-Identifier: Apache-2.0
// Programs whose tables follow from the rest, and what only looks like one.
#include "unwrap/wrap_program.h"

#include "unit/content_samples.h"
#include "unit/deflate_samples.h"
#include "unit/program_samples.h"
#include "unit/wrapper_demands.h"
#include "unwrap/group.h"

namespace nnzip::test {
namespace {

bool is_zero(std::span<const std::uint8_t> bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

Opened opened_alone(const Bytes& file) {
  const auto all = demand_exact(kProgramWrapper, file);
  REQUIRE(all.size() == 1);
  CHECK(all[0].bytes == file.size());
  CHECK(all[0].parts[0].content.size() == file.size());
  return all[0];
}

const ForEach in_order = [](std::size_t count, const std::function<void(std::size_t)>& task) {
  for (std::size_t i = 0; i < count; ++i) task(i);
};

}  // namespace

TEST_CASE("Program.ElfOfAnyWidthAndOrder") {
  for (const bool wide : {false, true})
    for (const bool high_first : {false, true}) {
      const ElfSample sample = elf_file(wide, high_first);
      const Opened opened = opened_alone(sample.file);
      CHECK(opened.side == Bytes{255, 4});
      REQUIRE(opened.parts.size() == 1);
      const std::span program(opened.parts[0].content);
      CHECK(is_zero(program.subspan(sample.hashes, sample.hash_bytes)));
      CHECK(is_zero(program.subspan(sample.index + 4, sample.index_bytes - 4)));
    }
}

TEST_CASE("Program.PeOfBothWidths") {
  for (const bool wide : {false, true}) {
    const PeSample sample = pe_file(wide);
    const Opened opened = opened_alone(sample.file);
    CHECK(opened.side == Bytes{static_cast<std::uint8_t>(wide ? 96 : 64), 0});
    REQUIRE(opened.parts.size() == 2);
    const std::span program(opened.parts[0].content);
    CHECK(is_zero(program.subspan(sample.relocations, sample.relocation_bytes)));
    CHECK(opened.parts[1].content.size() % 16 == 0);
  }
}

TEST_CASE("Program.OpensOnce") {
  for (const Bytes& file : {elf_file(true, false).file, elf_file(false, true).file,
                            pe_file(false).file, pe_file(true).file}) {
    const Opened opened = opened_alone(file);
    CHECK(kProgramWrapper.find(opened.parts[0].content, kMaxOpened).empty());
  }
}

TEST_CASE("Program.SeveralAmongOtherContent") {
  const Bytes elf = elf_file(true, false).file, pe = pe_file(false).file, words = prose(5000);
  const Bytes content = FileMaker().data(words).data(elf).data(pe).data(words).data(pe).text("MZ");
  CHECK(demand_exact(kProgramWrapper, content).size() == 3);
  CHECK(demand_exact(kProgramWrapper, words).empty());
}

// What stands before a program may have any length.
TEST_CASE("Program.StandsAtAMultipleOfWords") {
  const Bytes elf = elf_file(true, false).file;
  for (std::size_t before = 0; before < 20; ++before) {
    const Bytes content = FileMaker().zeros(before).data(elf).data(elf);
    const auto group =
        open_group(content, find_wrapped(content, kMaxOpened), {kMaxOpened, kMaxOpened}, in_order);
    REQUIRE(group);
    CHECK(group->wrappers == std::vector<WrapperCount>{{8, 2}});
    Bytes opened;
    for (const OpenedPart& run : group->runs)
      opened.insert(opened.end(), run.content.begin(), run.content.end());
    CHECK((opened.size() - 2 * elf.size()) % 16 == 0);
    Bytes closed(content.size());
    CHECK(close_group(group->wrappers, opened, in_order, closed));
    CHECK((closed == content));
  }
}

TEST_CASE("Program.CutOnes") {
  const Bytes file = pe_file(false, 8000).file;
  REQUIRE(file.size() > kUnfinished);
  const auto cut = std::span(file).first(file.size() - 1);
  const auto found = kProgramWrapper.find(cut, kMaxOpened);
  REQUIRE(found.size() == 1);
  CHECK_FALSE(found[0].whole);
  CHECK_FALSE(kProgramWrapper.open(cut, found[0], kMaxOpened));
  CHECK(kProgramWrapper.find(std::span(file).first(4000), kMaxOpened).empty());
  CHECK(kProgramWrapper.find(file, file.size() - 1).empty());
}

TEST_CASE("Program.DamagedOnesAreExact") {
  for (Bytes bad : {elf_file(true, false).file, elf_file(false, true).file, pe_file(true).file})
    for (std::size_t at = 0; at < bad.size(); at += at < 512 ? 1 : 7)
      for (const int change : {1, 0x80, 0xFF}) {
        bad[at] = static_cast<std::uint8_t>(bad[at] ^ change);
        demand_exact(kProgramWrapper, bad);
        bad[at] = static_cast<std::uint8_t>(bad[at] ^ change);
      }
}

TEST_CASE("Program.DamagedPartsDoNoHarm") {
  for (const Bytes& file :
       {elf_file(true, false).file, elf_file(false, true).file, pe_file(false).file}) {
    Opened opened = opened_alone(file);
    demand_harmless(kProgramWrapper, opened, file.size());
    for (OpenedPart& part : opened.parts)
      for (std::size_t at = 0; at < part.content.size(); at += at < 512 ? 1 : 7)
        for (const int change : {1, 0x80, 0xFF}) {
          part.content[at] = static_cast<std::uint8_t>(part.content[at] ^ change);
          Bytes closed;
          if (close_opened(kProgramWrapper, opened, file.size(), closed))
            REQUIRE(closed.size() == file.size());
          part.content[at] = static_cast<std::uint8_t>(part.content[at] ^ change);
        }
  }
}

// Zeros behind the side data put what follows in its place.
TEST_CASE("Program.OtherSideDataAreRefused") {
  const Bytes file = elf_file(true, false).file;
  Opened opened = opened_alone(file);
  Bytes closed;
  opened.side.resize(9);
  CHECK(close_opened(kProgramWrapper, opened, file.size(), closed));
  CHECK((closed == file));
  for (const Bytes& side : {Bytes{}, Bytes{255}, Bytes{255, 7}, Bytes{255, 4, 1}}) {
    opened.side = side;
    CHECK_FALSE(close_opened(kProgramWrapper, opened, file.size(), closed));
  }
}

}  // namespace nnzip::test
