// SPDX-License-Identifier: Apache-2.0
// Looks at all inputs, then copies them; what it keeps of them is what the directory says.
#include "codec/join.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "codec/frame_walk.h"
#include "codec/kinds/kind.h"
#include "container/frame_table.h"
#include "container/metadata_payloads.h"
#include "container/tail_reader.h"

namespace nnzip {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{64} << 10;

// A part of an input.
struct Piece {
  std::uint64_t begin = 0, end = 0;
};

struct Input {
  std::vector<ListedFrame> frames;  // offsets are those in the output, counted from the first piece
  std::vector<Piece> pieces;        // all but directories and what tells of parts
  bool hashes = false;
  std::optional<Part> part;

  std::uint64_t content_bytes() const {
    std::uint64_t sum = 0;
    for (const ListedFrame& frame : frames) sum += frame.content_bytes();
    return sum;
  }
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

// Parts have one such frame each.
std::optional<Part> read_part_at(SeekableReader& file, const std::vector<MetadataPlace>& places) {
  if (places.empty()) return std::nullopt;
  if (places.size() > 1) {
    throw Error(ErrorCode::kInvalidArgument,
                "the file is several parts, one after the other, and cannot be put in its place.");
  }
  TailReader in(file);
  const auto found = find_metadata_frame(in, places[0].offset + places[0].bytes);
  if (!found) throw Error(ErrorCode::kCorrupt, "what the file says of its part is damaged.");
  return read_part(found->payload);
}

Input look_at(SeekableReader& file) {
  const FrameTable told = directory_table(file);
  file.seek(0);
  Input input;
  std::uint64_t left_out = 0;         // bytes of what is not copied so far
  std::vector<std::uint64_t> shifts;  // left_out at each frame
  std::vector<MetadataPlace> parts;
  input.pieces.emplace_back();
  ContainerReader reader(file, [&](const MetadataPlace& place) {
    const auto type = static_cast<MetadataType>(place.type);
    if (type == MetadataType::kPart) parts.push_back(place);
    if (type != MetadataType::kDirectory && type != MetadataType::kPart) return;
    input.pieces.back().end = place.offset;
    input.pieces.push_back({place.offset + place.bytes, 0});
    left_out += place.bytes;
  });
  while (const auto header = reader.next_frame()) {
    shifts.push_back(left_out);
    input.frames.push_back(walk_frame(*header, reader));
  }
  input.pieces.back().end = reader.position();
  input.hashes = take_hashes(told, input.frames);
  for (std::size_t i = 0; i < shifts.size(); ++i) input.frames[i].offset -= shifts[i];
  input.part = read_part_at(file, parts);
  return input;
}

void copy(SeekableReader& file, const Piece& piece, Writer& writer) {
  Bytes buffer(kPieceBytes);
  file.seek(piece.begin);
  for (std::uint64_t left = piece.end - piece.begin; left > 0;) {
    if (const std::uint64_t hole = std::min(file.hole(), left); hole > 0 && file.skip(hole)) {
      writer.write_zeros(hole);
      left -= hole;
      continue;
    }
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

[[noreturn]] void refuse(const std::string& problem) {
  throw Error(ErrorCode::kInvalidArgument, problem);
}

std::string name_of(const Part& part) {
  return "part " + std::to_string(part.number) + " of " + std::to_string(part.count);
}

// The inputs' numbers in the order in which they are written: as they are given unless they are
// parts.
std::vector<std::size_t> order_of(const std::vector<Input>& inputs) {
  std::vector<std::size_t> order(inputs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto parts = std::ranges::count_if(inputs, [](const Input& i) { return !!i.part; });
  if (parts == 0) return order;
  if (static_cast<std::size_t>(parts) < inputs.size()) {
    refuse("some of the files are parts of a whole, as --part makes them, and some are none.");
  }
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return inputs[i].part->number; });
  const Part& first = *inputs[order[0]].part;
  std::uint64_t number = 0, content_bytes = 0;
  for (const std::size_t i : order) {
    const Part& part = *inputs[i].part;
    if (part.count != first.count || part.whole != first.whole) {
      refuse("the files are parts of different wholes: " + name_of(first) + " and " +
             name_of(part) + ".");
    }
    if (part.number == number) refuse(name_of(part) + " is given twice.");
    if (part.number != ++number) refuse(name_of({number, part.count}) + " is missing.");
    if (part.offset != content_bytes) {
      refuse(name_of(part) + " begins at byte " + std::to_string(part.offset) +
             " of the content, but what is before it ends at " + std::to_string(content_bytes) +
             ".");
    }
    content_bytes += inputs[i].content_bytes();
  }
  if (number != first.count) refuse(name_of({number + 1, first.count}) + " is missing.");
  return order;
}

}  // namespace

Summary join_frames(std::size_t inputs, const InputSource& input, Writer& writer) {
  if (inputs == 0) throw Error(ErrorCode::kInvalidArgument, "there is nothing to join.");
  std::vector<Input> looked_at;
  for (std::size_t i = 0; i < inputs; ++i) looked_at.push_back(look_at(input(i)));
  const std::vector<std::size_t> order = order_of(looked_at);
  Directory directory{true, 0, {}};
  for (const std::size_t i : order) {
    directory.hashes = directory.hashes && looked_at[i].hashes;
    for (ListedFrame& frame : looked_at[i].frames) {
      frame.offset += directory.described_bytes;
      directory.frames.push_back(std::move(frame));
    }
    directory.described_bytes += bytes_of(looked_at[i].pieces);
  }
  Bytes end;
  write_metadata_frame(MetadataType::kDirectory, write_directory(directory), end);
  for (const std::size_t i : order) {
    SeekableReader& file = input(i);
    for (const Piece& piece : looked_at[i].pieces) copy(file, piece, writer);
  }
  writer.write(end);
  Summary summary = summary_of(directory.frames);
  summary.coded_bytes = directory.described_bytes + end.size();
  return summary;
}

}  // namespace nnzip
