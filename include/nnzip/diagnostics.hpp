// SPDX-License-Identifier: Apache-2.0
// What nnzip bench measures and checks, and how wide a device is: for those who build, port and
// tune nnzip. It may change with every release; compressing needs nothing of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nnzip/nnzip.hpp"

namespace nnzip {

// One number over all distributions and output bytes of a generated corpus, for every model found.
// Equal on every machine, device and build of one format version.
NNZIP_API std::uint64_t signature(const Options& options = {});

// Content coded by the network alone, by contexts alone and by both, whatever the smallest would
// be; without a network (level or Options::model name none) by contexts alone.
struct StageInfo {
  std::string name;                 // network, contexts, mixed
  std::uint64_t content_bytes = 0;  // of the blocks for which there is this way
  std::uint64_t coded_bytes = 0;    // of these
  double encoding_seconds = 0, decoding_seconds = 0;
};
NNZIP_API std::vector<StageInfo> measure_stages(std::span<const std::uint8_t> content,
                                                const Options& options = {});

// How long coding takes with the model, in memory and without loading it. Parts are medians of one
// core's time; whole runs code each block that the network is for by contexts and by network and
// contexts (samples: by the network alone), as compress() does when it has found out how to look at
// it, and decode the latter. synthetic: empty, or "4M" for a generated model of so many
// multiply-accumulates a byte instead of Options::model; "4M-pixels" and "4M-samples" have the taps
// of images and of sound besides.
struct SpeedInfo {
  struct Shape {
    int streams = 0, positions = 0;  // computed together
  };
  struct Part {
    std::string name;
    std::uint64_t macs = 0;       // multiply-accumulates a byte, 0 if it is no matrix product
    std::vector<double> seconds;  // a byte, for each shape
  };
  struct Time {
    double seconds = 0, processor_seconds = 0;  // the latter added up over threads
  };
  std::string model, device;
  std::uint64_t macs_per_byte = 0;
  double peak = 0;  // multiply-accumulates a second of one core without memory, 0 if not known
  std::vector<Shape> shapes;
  std::vector<Part> parts;  // of the network
  // A byte of the first of the blocks; 0 if nothing is mixed.
  double mixing_seconds = 0;  // coding included
  double coding_seconds = 0;  // of the network's distribution alone
  std::string kind;           // of the blocks: mixed, or network
  // Of whole blocks, headers not counted; 0 if the network is for none of them.
  std::uint64_t content_bytes = 0, coded_bytes = 0;
  Time encoding, decoding;
};
NNZIP_API SpeedInfo measure_speed(std::span<const std::uint8_t> content, const Options& options,
                                  const std::string& synthetic = {});

// Feeds sample (or, if empty, a generated one) through both backends and every model, by steps and
// by windows, and demands equal distributions. Returns the number of distributions compared; throws
// Error(kBackendMismatch) that names model, lane and position of the first difference.
NNZIP_API std::uint64_t check_backends(const std::string& first, const std::string& second,
                                       std::span<const std::uint8_t> sample,
                                       const Options& options = {});

// How many small contents, each in a call of its own on a thread of its own, the device of the
// options takes at once: calls with the same device and model share it. 1 where one after the other
// is as good. May load a model onto the device.
NNZIP_API std::size_t contents_at_once(const Options& options = {});

}  // namespace nnzip
