// SPDX-License-Identifier: Apache-2.0
// Looks at all inputs, then copies them; what it keeps of them is what the directory says.
#include "codec/join.h"

#include <algorithm>
#include <vector>

#include "codec/kinds/kind.h"
#include "container/container_reader.h"
#include "container/frame_table.h"

namespace nnzip {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{64} << 10;

// A part of an input.
struct Piece {
  std::uint64_t begin = 0, end = 0;
};

struct Input {
  std::vector<ListedFrame> frames;  // offsets are those in the output, counted from the first piece
  std::vector<Piece> pieces;        // all but the directories
  bool hashes = false;
};

std::uint64_t bytes_of(const std::vector<Piece>& pieces) {
  std::uint64_t sum = 0;
  for (const Piece& piece : pieces) sum += piece.end - piece.begin;
  return sum;
}

// Takes over what directories tell besides, if they tell all frames as they are and their hashes.
bool take_hashes(const FrameTable& told, std::vector<ListedFrame>& frames) {
  if (told.begin > 0 || told.frames.size() != frames.size()) return false;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (told.frames[i].hashes.size() != frames[i].blocks.size()) return false;
    frames[i].hashes = told.frames[i].hashes;
    frames[i].hash = told.frames[i].hash;
    if (frames[i] != told.frames[i]) return false;
  }
  return true;
}

ListedFrame read_frame(const FrameHeader& header, ContainerReader& reader) {
  ListedFrame frame{header, reader.frame_offset(), 0, {}};
  while (const auto block = reader.next_header()) {
    check_header(*block);
    const std::uint64_t bytes =
        block_header_bytes(block->header, header.models.size()) + block->header.coded_bytes;
    frame.blocks.push_back({{static_cast<std::uint32_t>(bytes), block->header.content_bytes},
                            first_byte_of(block->header)});
    reader.skip_data(*block);
  }
  frame.checksum = reader.content_hash().value_or(0);
  return frame;
}

Input look_at(SeekableReader& file) {
  const FrameTable told = directory_table(file);
  file.seek(0);
  Input input;
  std::uint64_t left_out = 0;         // bytes of directories so far
  std::vector<std::uint64_t> shifts;  // left_out at each frame
  input.pieces.emplace_back();
  ContainerReader reader(file, [&](const MetadataPlace& place) {
    if (place.type != static_cast<std::uint8_t>(MetadataType::kDirectory)) return;
    input.pieces.back().end = place.offset;
    input.pieces.push_back({place.offset + place.bytes, 0});
    left_out += place.bytes;
  });
  while (const auto header = reader.next_frame()) {
    shifts.push_back(left_out);
    input.frames.push_back(read_frame(*header, reader));
  }
  input.pieces.back().end = reader.position();
  input.hashes = take_hashes(told, input.frames);
  for (std::size_t i = 0; i < shifts.size(); ++i) input.frames[i].offset -= shifts[i];
  return input;
}

void copy(SeekableReader& file, const Piece& piece, Writer& writer) {
  Bytes buffer(kPieceBytes);
  file.seek(piece.begin);
  for (std::uint64_t left = piece.end - piece.begin; left > 0;) {
    const std::size_t wanted = std::min<std::uint64_t>(left, buffer.size());
    const std::size_t size = file.read(std::span(buffer).first(wanted));
    if (size == 0) {
      throw Error(ErrorCode::kTruncated, "the input has become shorter since it was looked at.");
    }
    writer.write(std::span(buffer).first(size));
    left -= size;
  }
}

Summary summary_of(const std::vector<ListedFrame>& frames) {
  Summary summary;
  summary.frames = frames.size();
  for (const ListedFrame& frame : frames) {
    summary.content_bytes += frame.content_bytes();
    for (const ListedBlock& block : frame.blocks) {
      count_block(*kind_of_byte(block.first_byte), summary);
    }
  }
  return summary;
}

}  // namespace

Summary join_frames(std::size_t inputs, const InputSource& input, Writer& writer) {
  if (inputs == 0) throw Error(ErrorCode::kInvalidArgument, "there is nothing to join.");
  Directory directory{true, 0, {}};
  std::vector<std::vector<Piece>> pieces;
  for (std::size_t i = 0; i < inputs; ++i) {
    Input looked_at = look_at(input(i));
    directory.hashes = directory.hashes && looked_at.hashes;
    for (ListedFrame& frame : looked_at.frames) {
      frame.offset += directory.described_bytes;
      directory.frames.push_back(std::move(frame));
    }
    directory.described_bytes += bytes_of(looked_at.pieces);
    pieces.push_back(std::move(looked_at.pieces));
  }
  Bytes end;
  write_metadata_frame(MetadataType::kDirectory, write_directory(directory), end);
  for (std::size_t i = 0; i < inputs; ++i) {
    SeekableReader& file = input(i);
    for (const Piece& piece : pieces[i]) copy(file, piece, writer);
  }
  writer.write(end);
  Summary summary = summary_of(directory.frames);
  summary.coded_bytes = directory.described_bytes + end.size();
  return summary;
}

}  // namespace nnzip
