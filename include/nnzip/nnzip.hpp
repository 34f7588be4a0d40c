// SPDX-License-Identifier: Apache-2.0
// The C++ interface of nnzip, simplest call first. The nnzip command uses nothing else.
//
//   auto packed = nnzip::compress(bytes);            // one-shot, whole buffers
//   auto bytes  = nnzip::decompress(packed);
//   nnzip::compress(reader, writer, options);        // streams, memory bounded by a few blocks
//
// Output depends on the content, the level and the model alone: never on threads, device or whether
// the input was a file or a pipe. All functions throw nnzip::Error (see error.hpp) and may be
// called from several threads at once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "nnzip/error.hpp"

namespace nnzip {

// "0.1.0"
std::string version();

// Where data comes from. read() fills up to buffer.size() bytes and returns how many; 0 is the end.
// It may return fewer than asked for. It throws Error(kReadFailed) on failure.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual std::size_t read(std::span<std::uint8_t> buffer) = 0;
};

// Where data goes. write() takes all of data or throws Error(kWriteFailed).
class Writer {
 public:
  virtual ~Writer() = default;
  virtual void write(std::span<const std::uint8_t> data) = 0;
};

struct Options {
  int level = 5;  // 1..9, compression only
  std::string model =
      "auto";  // auto, none, or a model's name, file name or hash prefix; compression only
  std::string device = "auto";  // auto, or a backend's name: see backends()
  int threads = 0;              // 0: one for each core
  // Folders searched for models before the built-in ones.
  std::vector<std::filesystem::path> model_folders;
  // Called now and then from the calling thread with the content bytes done so far.
  std::function<void(std::uint64_t)> progress;
};

// What a call did or found.
struct Summary {
  std::uint64_t content_bytes = 0;
  std::uint64_t coded_bytes = 0;  // whole frames, headers included
  std::uint64_t frames = 0;
  std::uint64_t blocks = 0, model_blocks = 0, zstd_blocks = 0, stored_blocks = 0;
  std::string model;   // name of the model, empty if none was needed
  std::string device;  // what computed, e.g. "cpu (avx512vnni)"; empty if no model was needed
};

// Compresses all that reader gives into one frame.
Summary compress(Reader& reader, Writer& writer, const Options& options = {});

// Decompresses all frames that reader gives, one after the other. What has been written before an
// error is thrown is correct as far as it goes, but must not be taken for the whole.
Summary decompress(Reader& reader, Writer& writer, const Options& options = {});

std::vector<std::uint8_t> compress(std::span<const std::uint8_t> content,
                                   const Options& options = {});
std::vector<std::uint8_t> decompress(std::span<const std::uint8_t> frames,
                                     const Options& options = {});

struct ModelInfo {
  std::string name;  // file name without .nnzm: text-d128l4-0123456789ab
  std::filesystem::path file;
  std::string sha256;  // of the canonical unpacked content, 64 hex digits
  std::uint64_t file_bytes = 0;
  std::uint64_t macs_per_byte = 0;
  std::string architecture;  // for people: "width 128, 4 layers, ..."
};

// All models found in the folders searched, each name once.
std::vector<ModelInfo> models(const Options& options = {});

// Unpacks the model and compares its SHA-256 with its header and its name. Throws
// Error(kModelCorrupt) if they differ.
void verify_model(const ModelInfo& model);

struct BackendInfo {
  std::string name;
  std::string unavailable;  // empty if usable, else why not
};
std::vector<BackendInfo> backends();

// One number over all distributions and output bytes of a generated corpus, for every model found.
// Equal on every machine, device and build of one format version.
std::uint64_t signature(const Options& options = {});

// Feeds sample (or, if empty, a generated one) through both backends and every model, by steps and
// by windows, and demands equal distributions. Returns the number of distributions compared; throws
// Error(kBackendMismatch) that names model, lane and position of the first difference.
std::uint64_t check_backends(const std::string& first, const std::string& second,
                             std::span<const std::uint8_t> sample, const Options& options = {});

}  // namespace nnzip
