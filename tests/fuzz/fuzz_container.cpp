// SPDX-License-Identifier: Apache-2.0
// Any bytes as a file of frames, and as each payload of metadata: an error of the right family, or
// fields that are written again as the same bytes, since the format has one way to write each.
#include <algorithm>
#include <array>
#include <optional>

#include "container/container_reader.h"
#include "container/container_writer.h"
#include "container/frame_table.h"
#include "container/metadata_payloads.h"
#include "fuzz/fuzz_target.h"
#include "unit/directory_files.h"
#include "unit/format_examples.h"

namespace nnzip::fuzz {
namespace {

using test::MemoryReader;
using test::MemoryWriter;

struct Frame {
  FrameHeader header;
  std::vector<CodedBlock> blocks;
  std::optional<std::uint64_t> hash;
};

struct Parsed {
  std::vector<Frame> frames;
  std::vector<MetadataPlace> metadata;
  std::vector<std::size_t> frames_before;  // each of these
  int error = 0;
};

Parsed parse(std::span<const std::uint8_t> data, std::size_t piece) {
  Parsed parsed;
  MemoryReader in(data, piece);
  ContainerReader reader(in, [&](const MetadataPlace& place) {
    parsed.metadata.push_back(place);
    parsed.frames_before.push_back(parsed.frames.size());
  });
  try {
    while (const auto header = reader.next_frame()) {
      parsed.frames.push_back({*header, {}, {}});
      while (auto block = reader.next_block()) {
        parsed.frames.back().blocks.push_back(std::move(*block));
      }
      parsed.frames.back().hash = reader.content_hash();
    }
    demand(reader.position() == data.size(), "all bytes belong to a frame");
  } catch (const Error& error) {
    parsed.error = static_cast<int>(error.code());
    demand(parsed.error >= 30 && parsed.error < 40, "the error is one of frames");
  }
  return parsed;
}

void demand_equal(const Parsed& a, const Parsed& b) {
  demand(a.error == b.error, "the error does not depend on the reader");
  demand(a.frames.size() == b.frames.size(), "the frames do not depend on the reader");
  demand(a.metadata == b.metadata, "the metadata do not depend on the reader");
  for (std::size_t i = 0; i < a.frames.size(); ++i) {
    const auto& first = a.frames[i].blocks;
    const auto& second = b.frames[i].blocks;
    demand(first.size() == second.size(), "the blocks do not depend on the reader");
    for (std::size_t j = 0; j < first.size(); ++j) {
      demand(first[j].header == second[j].header && first[j].coded == second[j].coded,
             "a block does not depend on the reader");
    }
  }
}

void write(const Frame& frame, Bytes& out) {
  write_frame_header(frame.header, out);
  const std::size_t models = frame.header.models.size();
  FrameIndex index;
  for (const CodedBlock& block : frame.blocks) {
    write_block_header(block.header, models, out);
    out.insert(out.end(), block.coded.begin(), block.coded.end());
    index.blocks.push_back(
        {static_cast<std::uint32_t>(block_header_bytes(block.header, models) + block.coded.size()),
         block.header.content_bytes, block.header.copied_bytes});
  }
  if (frame.header.several_blocks || frame.blocks.empty()) write_block_header({}, models, out);
  if (!frame.header.several_blocks) return;
  demand(frame.hash.has_value(), "a frame of several blocks has a checksum");
  index.content_hash = *frame.hash;
  write_frame_index(index, out, frame.header.has_copies());
}

Bytes written(const Parsed& parsed, std::span<const std::uint8_t> data) {
  Bytes out;
  test::MemoryFile file(data);
  TailReader tail(file);
  std::size_t metadata = 0;
  for (std::size_t i = 0; i <= parsed.frames.size(); ++i) {
    for (; metadata < parsed.metadata.size() && parsed.frames_before[metadata] == i; ++metadata) {
      const MetadataPlace& place = parsed.metadata[metadata];
      demand(place.offset == out.size(), "metadata are where they are told to be");
      const auto found = find_metadata_frame(tail, place.offset + place.bytes);
      demand(found && *found == place, "metadata are found from their end");
      write_metadata_frame(static_cast<MetadataType>(found->type), found->payload, out);
    }
    if (i < parsed.frames.size()) write(parsed.frames[i], out);
  }
  return out;
}

template <typename Read, typename Write>
void check_payload(std::span<const std::uint8_t> data, Read read, Write write_again) {
  try {
    const Bytes again = write_again(read(data));
    demand(std::ranges::equal(again, data), "a payload is written the same way again");
  } catch (const Error& error) {
    demand(error.code() == ErrorCode::kCorrupt, "a payload that is none is damaged");
  }
}

void check_payloads(std::span<const std::uint8_t> data) {
  check_payload(data, read_directory, write_directory);
  check_payload(data, read_names, write_names);
  check_payload(data, read_part, write_part);
  check_payload(data, read_application_data, write_application_data);
}

// Whatever directories tell, the frames stand in the file.
void check_table(std::span<const std::uint8_t> data) {
  test::MemoryFile file(data);
  const FrameTable table = frame_table(file);
  std::uint64_t end = table.begin;
  for (const ListedFrame& frame : table.frames) {
    demand(frame.offset >= end, "frames stand one behind the other");
    end = frame.offset + frame.bytes();
  }
  demand(end <= data.size(), "frames end within the file");
}

// The index found from the end is that of the frame read from its beginning.
void check_index(std::span<const std::uint8_t> data, const Parsed& parsed) {
  test::MemoryFile in(data);
  std::optional<FrameIndex> found;
  try {
    TailReader tail(in);
    found = find_frame_index(tail, data.size());
  } catch (const Error& error) {
    demand(error.code() >= ErrorCode::kNotAFrame && error.code() < ErrorCode::kModelMissing,
           "the error is one of frames");
    demand(parsed.error != 0, "an index of a good file is no error");
  }
  if (parsed.error != 0 || parsed.frames.size() != 1 || !parsed.metadata.empty()) return;
  const Frame& frame = parsed.frames.front();
  demand(found.has_value() == frame.header.several_blocks, "the index is found");
  if (!found) return;
  demand(found->content_hash == frame.hash && found->blocks.size() == frame.blocks.size(),
         "it is the frame's index");
  for (std::size_t i = 0; i < frame.blocks.size(); ++i) {
    demand(found->blocks[i].content_bytes == frame.blocks[i].header.content_bytes,
           "its sizes are those of the blocks");
  }
}

Bytes frame_of(const FrameHeader& header, const std::vector<BlockHeader>& blocks) {
  MemoryWriter out;
  ContainerWriter writer(out);
  writer.begin(header);
  for (const BlockHeader& block : blocks) {
    const Bytes content(block.content_bytes, 'x');
    Bytes coded(block.coded_bytes, 'y');
    writer.block(block, content, block.kind == BlockKind::kStored ? content : coded);
  }
  writer.end();
  return out.out;
}

}  // namespace

std::vector<Input> inputs() {
  const std::array<std::uint8_t, 8> id{1, 2, 3, 4, 5, 6, 7, 8};
  std::vector<Input> all;
  for (const auto& example : test::format_examples("frame")) {
    all.push_back({"example " + std::to_string(all.size() + 1), test::joined(example)});
  }
  all.push_back({"nothing", {}});
  all.push_back({"empty", frame_of({}, {})});
  all.push_back({"stored", frame_of({}, {{BlockKind::kStored, 0, 70, 70, 0}})});
  all.push_back({"model", frame_of({false, {id}}, {{BlockKind::kNetwork, 3, 20000, 9, 0}})});
  all.push_back({"several", frame_of({true, {id}}, {{BlockKind::kNetwork, 6, 40, 70, 0},
                                                    {BlockKind::kZstd, 0, 900, 65, 0},
                                                    {BlockKind::kStored, 0, 5, 5, 0}})});
  for (const auto& example : test::format_examples("metadata")) {
    const Bytes frame = test::joined(example);
    all.push_back({"metadata " + std::to_string(all.size() + 1), frame});
    const auto payload = std::span(frame).subspan(6).first(frame.size() - 22);
    all.push_back({"payload " + std::to_string(all.size() + 1), {payload.begin(), payload.end()}});
  }
  all.push_back({"directory", test::joined_files({test::stored_frame({"one"}, true),
                                                  test::stored_frame({"two", "three"}, true)})});
  Bytes joined = frame_of({}, {});
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    joined.insert(joined.end(), all[i].data.begin(), all[i].data.end());
  }
  all.push_back({"joined", joined});
  return all;
}

}  // namespace nnzip::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nnzip::fuzz;
  const std::span<const std::uint8_t> input(data, size);
  const Parsed parsed = parse(input, SIZE_MAX);
  demand_equal(parsed, parse(input, 1));
  if (parsed.error == 0) {
    demand(std::ranges::equal(written(parsed, input), input),
           "the frames are written the same way again");
  }
  check_index(input, parsed);
  check_table(input);
  check_payloads(input);
  return 0;
}
