// SPDX-License-Identifier: Apache-2.0
// More than 4 GiB in both directions: stored blocks of generated noise through a pipe, and zeros
// through the compressor. All content is compared, and memory stays that of a few blocks.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "container/container_writer.h"
#include "unit/memory_stream.h"

namespace {

using namespace nnzip;

constexpr std::uint64_t kBlockBytes = std::uint64_t{4} << 20;
constexpr std::uint64_t kBlocks = 1030;  // 4.02 GiB
constexpr std::uint64_t kContentBytes = kBlocks * kBlockBytes;
static_assert(kContentBytes > std::uint64_t{1} << 32);

void demand(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::exit(1);
}

// The content: a word's value is its position, stirred (SplitMix64).
void generate(std::uint64_t first_word, std::span<std::uint8_t> out) {
  for (std::size_t i = 0; i < out.size(); i += 8) {
    std::uint64_t x = (first_word + i / 8) * 0x9E3779B97F4A7C15U;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
    x ^= x >> 31;
    std::memcpy(&out[i], &x, 8);
  }
}

class PipeReader : public Reader {
 public:
  explicit PipeReader(int descriptor) : descriptor_(descriptor) {}
  std::size_t read(std::span<std::uint8_t> buffer) override {
    const ssize_t count = ::read(descriptor_, buffer.data(), buffer.size());
    if (count < 0) throw Error(ErrorCode::kReadFailed, "the pipe cannot be read.");
    return static_cast<std::size_t>(count);
  }

 private:
  int descriptor_;
};

class PipeWriter : public Writer {
 public:
  explicit PipeWriter(int descriptor) : descriptor_(descriptor) {}
  void write(std::span<const std::uint8_t> data) override {
    while (!data.empty()) {
      const ssize_t count = ::write(descriptor_, data.data(), data.size());
      if (count <= 0) throw Error(ErrorCode::kWriteFailed, "the pipe takes nothing.");
      data = data.subspan(static_cast<std::size_t>(count));
    }
  }

 private:
  int descriptor_;
};

// Takes the content and compares it with what it must be. Blocks come whole.
class Comparer : public Writer {
 public:
  explicit Comparer(bool zeros) : expected_(kBlockBytes), zeros_(zeros) {}
  void write(std::span<const std::uint8_t> data) override {
    demand(data.size() == kBlockBytes, "a block comes whole");
    if (!zeros_) generate(bytes / 8, expected_);
    demand(std::ranges::equal(data, expected_), "the content comes back");
    bytes += data.size();
  }
  std::uint64_t bytes = 0;

 private:
  Bytes expected_;
  bool zeros_;
};

class Zeros : public Reader {
 public:
  std::size_t read(std::span<std::uint8_t> buffer) override {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left_));
    std::fill_n(buffer.begin(), count, std::uint8_t{0});
    left_ -= count;
    return count;
  }

 private:
  std::uint64_t left_ = kContentBytes;
};

Options options() {
  Options options;
  options.model = "none";
  options.threads = 2;
  options.log2_block = 22;
  return options;
}

void write_stored(int descriptor) {
  PipeWriter out(descriptor);
  ContainerWriter writer(out);
  writer.begin({true, {}});
  BlockHeader header;
  header.kind = BlockKind::kStored;
  Bytes content(kBlockBytes);
  for (std::uint64_t i = 0; i < kBlocks; ++i) {
    generate(i * kBlockBytes / 8, content);
    writer.block(header, content, content);
  }
  writer.end();
  close(descriptor);
}

void stored_through_a_pipe() {
  int ends[2];
  demand(pipe(ends) == 0, "there is a pipe");
  std::thread source(write_stored, ends[1]);
  PipeReader in(ends[0]);
  Comparer out(false);
  const Summary summary = decompress(in, out, options());
  source.join();
  close(ends[0]);
  demand(out.bytes == kContentBytes, "all content comes back");
  demand(summary.content_bytes == kContentBytes && summary.stored_blocks == kBlocks,
         "the summary counts it");
  demand(summary.coded_bytes > kContentBytes, "and the coded data");
}

void zeros_through_the_compressor() {
  Zeros in;
  test::MemoryWriter packed;
  const Summary there = compress(in, packed, options());
  demand(there.content_bytes == kContentBytes && there.blocks == kBlocks, "all is compressed");
  demand(packed.out.size() < kContentBytes / 1000, "zeros are packed");
  test::MemoryReader frame(packed.out);
  Comparer out(true);
  const Summary back = decompress(frame, out, options());
  demand(out.bytes == kContentBytes && back.content_bytes == kContentBytes, "all comes back");

  test::MemoryFile file(packed.out);
  const auto frames = list_frames(file);
  demand(frames.size() == 1 && frames[0].content_bytes == kContentBytes, "the list tells the size");
  test::MemoryFile again(packed.out);
  test::MemoryWriter part;
  decompress_range(again, part, kContentBytes - 10, 100, options());
  demand(part.out == Bytes(10), "the end is found by the index");
}

}  // namespace

int main() {
  stored_through_a_pipe();
  zeros_through_the_compressor();
  struct rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%llu bytes each way, %ld MiB of memory at most\n",
              static_cast<unsigned long long>(kContentBytes), usage.ru_maxrss / 1024);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  demand(usage.ru_maxrss < 400 * 1024, "memory is that of a few blocks");
#endif
}
