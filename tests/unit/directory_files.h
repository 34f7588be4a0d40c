// SPDX-License-Identifier: Apache-2.0
// Files of stored frames, directories and other metadata, for tests.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "container/container_writer.h"
#include "container/metadata_frame.h"
#include "unit/memory_stream.h"

namespace nnzip::test {

inline Bytes joined_bytes(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

inline Bytes metadata_frame(MetadataType type, std::span<const std::uint8_t> payload) {
  Bytes frame;
  write_metadata_frame(type, payload, frame);
  return frame;
}

inline Bytes directory_frame(const Directory& directory) {
  return metadata_frame(MetadataType::kDirectory, write_directory(directory));
}

// A frame of one stored block for each content, with a directory behind it if that is wanted.
inline Bytes stored_frame(const std::vector<Bytes>& contents, bool directory = false) {
  MemoryWriter out;
  ContainerWriter writer(out, directory);
  FrameHeader frame;
  frame.several_blocks = contents.size() > 1;
  writer.begin(frame);
  BlockHeader header;
  header.kind = BlockKind::kStored;
  for (const Bytes& content : contents) writer.block(header, content, content);
  writer.end();
  return out.out;
}

inline Bytes stored_frame(std::initializer_list<std::string_view> contents,
                          bool directory = false) {
  std::vector<Bytes> all;
  for (const auto content : contents) all.push_back(to_bytes(content));
  return stored_frame(all, directory);
}

// What the inputs joined give.
inline Bytes joined_files(const std::vector<Bytes>& inputs) {
  std::vector<MemoryFile> files(inputs.begin(), inputs.end());
  MemoryWriter out;
  join(
      inputs.size(),
      [&](std::size_t i) -> SeekableReader& { return files[i] = MemoryFile(inputs[i]); }, out);
  return out.out;
}

// The message of the Error that the task throws; empty if it throws none.
template <typename Task>
std::string error_text(Task&& task) {
  try {
    task();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

// Counts the places that are read at: a read that does not begin where the one before ended.
class CountingFile : public SeekableReader {
 public:
  explicit CountingFile(std::span<const std::uint8_t> data) : data_(data) {}
  std::uint64_t size() override { return data_.size(); }
  void seek(std::uint64_t offset) override { position_ = offset; }
  bool skip(std::uint64_t n) override {
    const bool enough = n <= data_.size() - position_;
    position_ = enough ? position_ + n : data_.size();
    return enough;
  }
  std::size_t read(std::span<std::uint8_t> buffer) override {
    if (position_ != read_end_) ++places;
    const std::size_t size = std::min<std::size_t>(buffer.size(), data_.size() - position_);
    std::copy_n(data_.begin() + static_cast<std::ptrdiff_t>(position_), size, buffer.begin());
    read_end_ = position_ += size;
    bytes_read += size;
    return size;
  }
  int places = 0;
  std::uint64_t bytes_read = 0;

 private:
  std::span<const std::uint8_t> data_;
  std::uint64_t position_ = 0;
  std::uint64_t read_end_ = UINT64_MAX;
};

}  // namespace nnzip::test
