// SPDX-License-Identifier: Apache-2.0
// nnzip bench: evidence that this build computes what every other build computes, and how fast.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <chrono>

#include "commands.h"
#include "file_io.h"

namespace nnzip {
namespace {

// More would only take time, the more so since --check feeds byte by byte through every model.
constexpr std::size_t kMaxSampleBytes = std::size_t{1} << 20;

constexpr std::size_t kMaxStagesBytes = std::size_t{64} << 20;

std::vector<std::uint8_t> read_sample(const Arguments& arguments) {
  if (arguments.files.empty()) return {};
  InputFile file(arguments.files.front());
  std::vector<std::uint8_t> sample(arguments.stages ? kMaxStagesBytes : kMaxSampleBytes);
  std::size_t filled = 0;
  while (filled < sample.size()) {
    const std::size_t taken = file.read(std::span(sample).subspan(filled));
    if (taken == 0) break;
    filled += taken;
  }
  sample.resize(filled);
  if (filled == 0) {
    throw Error(ErrorCode::kInvalidArgument,
                file.label() + " is empty: there is nothing to check.");
  }
  return sample;
}

void check(const Arguments& arguments) {
  const std::size_t comma = arguments.check.find(',');
  if (comma == 0 || comma == std::string::npos || comma + 1 == arguments.check.size()) {
    throw Error(ErrorCode::kInvalidArgument, "--check takes two backends: --check cpu,reference.");
  }
  const std::string first = arguments.check.substr(0, comma);
  const std::string second = arguments.check.substr(comma + 1);
  const std::uint64_t compared =
      check_backends(first, second, read_sample(arguments), arguments.options);
  message::output(fmt::format("{} and {}: {} equal distributions\n", first, second, compared));
}

class MemoryWriter : public Writer {
 public:
  void write(std::span<const std::uint8_t> data) override {
    bytes.insert(bytes.end(), data.begin(), data.end());
  }
  std::vector<std::uint8_t> bytes;
};

class MemoryReader : public Reader {
 public:
  explicit MemoryReader(std::span<const std::uint8_t> data) : data_(data) {}
  std::size_t read(std::span<std::uint8_t> buffer) override {
    const std::size_t size = std::min(buffer.size(), data_.size());
    std::copy_n(data_.begin(), size, buffer.begin());
    data_ = data_.subspan(size);
    return size;
  }

 private:
  std::span<const std::uint8_t> data_;
};

template <typename Task>
double seconds_of(Task&& task) {
  const auto start = std::chrono::steady_clock::now();
  task();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The whole way of a file but for reading and writing it, loading the model included.
void measure_speed(const Arguments& arguments) {
  const std::vector<std::uint8_t> sample = read_sample(arguments);
  MemoryReader content(sample);
  MemoryWriter packed;
  MemoryWriter unpacked;
  Summary summary;
  const double forth = seconds_of([&] { summary = compress(content, packed, arguments.options); });
  MemoryReader frames(packed.bytes);
  const double back = seconds_of([&] { decompress(frames, unpacked, arguments.options); });
  if (unpacked.bytes != sample) {
    throw Error(ErrorCode::kInternal, "The content did not come back as it was.");
  }
  const double kilobytes = static_cast<double>(sample.size()) / 1e3;
  message::output(
      fmt::format("{} -> {} bytes, {}\ncompress   {:8.2f} s {:10.1f} kB/s\ndecompress {:8.2f} s "
                  "{:10.1f} kB/s\n",
                  sample.size(), packed.bytes.size(),
                  summary.model.empty() ? "no model" : summary.model + ", " + summary.device, forth,
                  kilobytes / forth, back, kilobytes / back));
}

void show_stages(const Arguments& arguments) {
  const std::vector<std::uint8_t> sample = read_sample(arguments);
  const auto per_byte = [&](double seconds) {
    return 1e9 * seconds / static_cast<double>(sample.size());
  };
  std::string table = fmt::format("{:<10} {:>11} {:>10} {:>13} {:>13}\n", "stage", "bytes",
                                  "bits/byte", "encode ns/B", "decode ns/B");
  for (const StageInfo& stage : measure_stages(sample, arguments.options)) {
    const double bits =
        8.0 * static_cast<double>(stage.coded_bytes) / static_cast<double>(sample.size());
    table +=
        fmt::format("{:<10} {:>11} {:>10.4f} {:>13.0f} {:>13.0f}\n", stage.name, stage.coded_bytes,
                    bits, per_byte(stage.encoding_seconds), per_byte(stage.decoding_seconds));
  }
  message::output(table);
}

}  // namespace

void run_bench(const Arguments& arguments) {
  if (arguments.signature) {
    message::output(fmt::format("{:016x}\n", signature(arguments.options)));
  } else if (arguments.speed) {
    measure_speed(arguments);
  } else if (arguments.stages) {
    show_stages(arguments);
  } else {
    check(arguments);
  }
}

}  // namespace nnzip
