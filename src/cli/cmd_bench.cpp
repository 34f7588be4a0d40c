// SPDX-License-Identifier: Apache-2.0
// nnzip bench: evidence that this build computes what every other build computes, and how fast.
#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "commands.h"
#include "file_io.h"
#include "nnzip/diagnostics.hpp"
#include "platform/process.h"

namespace nnzip {
namespace {

// More would only take time, the more so since --check feeds byte by byte through every model.
constexpr std::size_t kMaxSampleBytes = std::size_t{1} << 20;

constexpr std::size_t kMaxTimedBytes = std::size_t{64} << 20;

std::vector<std::uint8_t> read_sample(const Arguments& arguments) {
  if (arguments.files.empty()) return {};
  InputFile file(arguments.files.front());
  std::vector<std::uint8_t> sample(arguments.check.empty() ? kMaxTimedBytes : kMaxSampleBytes);
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

std::string shape_title(const SpeedInfo::Shape& shape) {
  std::string title = std::to_string(shape.streams) + (shape.streams == 1 ? " stream" : " streams");
  return shape.positions == 1 ? title : fmt::format("{} x {}", title, shape.positions);
}

// Nanoseconds a byte and, of products, the part of the peak that they reach.
std::string speed_line(const SpeedInfo& info, const SpeedInfo::Part& part) {
  std::string line = fmt::format("{:<14} {:>9}", part.name, part.macs);
  for (const double seconds : part.seconds) {
    line += fmt::format(" {:>10.0f}", 1e9 * seconds);
    const double reached = static_cast<double>(part.macs) / seconds;
    line += part.macs > 0 && info.peak > 0 ? fmt::format(" {:>3.0f} %", 100 * reached / info.peak)
                                           : std::string(6, ' ');
  }
  return line + "\n";
}

std::string parts_table(const SpeedInfo& info) {
  if (info.parts.empty()) return {};
  std::string table = fmt::format("{:<14} {:>9}", "ns a byte", "MAC");
  for (const auto& shape : info.shapes) table += fmt::format(" {:>16}", shape_title(shape));
  table += "\n";
  SpeedInfo::Part products{"all products", 0, {}}, all{"network", 0, {}};
  products.seconds.resize(info.shapes.size());
  all.seconds.resize(info.shapes.size());
  for (const SpeedInfo::Part& part : info.parts) {
    table += speed_line(info, part);
    products.macs += part.macs;
    for (std::size_t i = 0; i < info.shapes.size(); ++i) {
      all.seconds[i] += part.seconds[i];
      if (part.macs > 0) products.seconds[i] += part.seconds[i];
    }
  }
  return table + speed_line(info, products) + speed_line(info, all);
}

std::string run_line(const char* title, const SpeedInfo& info, const SpeedInfo::Time& time) {
  const double kilobytes = static_cast<double>(info.content_bytes) / 1e3;
  return fmt::format("{:<10} {:8.2f} s {:8.1f} kB/s {:8.2f} s of processor time {:8.1f} kB/s\n",
                     title, time.seconds, kilobytes / time.seconds, time.processor_seconds,
                     kilobytes / time.processor_seconds);
}

void show_speed(const Arguments& arguments) {
  const SpeedInfo info =
      measure_speed(read_sample(arguments), arguments.options, arguments.synthetic);
  std::string text =
      fmt::format("{}, {} MAC a byte, {}\n", info.model, info.macs_per_byte, info.device);
  if (info.peak > 0) text += fmt::format("peak: {:.0f} GOPS in registers\n", 2e-9 * info.peak);
  text += parts_table(info);
  if (info.mixing_seconds > 0) {
    text += fmt::format("mixing and coding {:.0f} ns a byte, coding without mixing {:.0f}\n",
                        1e9 * info.mixing_seconds, 1e9 * info.coding_seconds);
  }
  if (info.content_bytes > 0) {
    text += fmt::format("{} -> {} bytes, {}\n", info.content_bytes, info.coded_bytes, info.kind);
    text += run_line("compress", info, info.encoding) + run_line("decompress", info, info.decoding);
  } else {
    text += "whole blocks are not measured: the network is for other content\n";
  }
  message::output(text +
                  fmt::format("memory {} MB\n", (platform::peak_memory() + 999'999) / 1'000'000));
}

void show_stages(const Arguments& arguments) {
  const std::vector<std::uint8_t> sample = read_sample(arguments);
  std::string table = fmt::format("{:<10} {:>11} {:>11} {:>10} {:>13} {:>13}\n", "stage", "content",
                                  "bytes", "bits/byte", "encode ns/B", "decode ns/B");
  for (const StageInfo& stage : measure_stages(sample, arguments.options)) {
    const auto per_byte = [&](double number) {
      return number / static_cast<double>(std::max<std::uint64_t>(stage.content_bytes, 1));
    };
    table += fmt::format(
        "{:<10} {:>11} {:>11} {:>10.4f} {:>13.0f} {:>13.0f}\n", stage.name, stage.content_bytes,
        stage.coded_bytes, per_byte(8.0 * static_cast<double>(stage.coded_bytes)),
        per_byte(1e9 * stage.encoding_seconds), per_byte(1e9 * stage.decoding_seconds));
  }
  message::output(table);
}

}  // namespace

void run_bench(const Arguments& arguments) {
  if (arguments.signature) {
    message::output(fmt::format("{:016x}\n", signature(arguments.options)));
  } else if (arguments.speed) {
    show_speed(arguments);
  } else if (arguments.stages) {
    show_stages(arguments);
  } else {
    check(arguments);
  }
}

}  // namespace nnzip
