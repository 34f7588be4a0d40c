// SPDX-License-Identifier: Apache-2.0
// nnzip.hpp on top of the codec: finds the models, adapts buffers to streams, turns the library's
// foreign exceptions into Error.
#include <fstream>
#include <iterator>

#include "api/guarded.h"
#include "api/model_folders.h"
#include "backend/registry.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "codec/compressor.h"
#include "codec/decompressor.h"
#include "codec/estimate.h"
#include "codec/frame_list.h"
#include "codec/join.h"
#include "codec/parts.h"
#include "container/span_reader.h"
#include "model/embedded_models.h"
#include "model/model_file.h"
#include "model/model_store.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {
namespace {

namespace fs = std::filesystem;

class VectorWriter : public Writer {
 public:
  void write(std::span<const std::uint8_t> data) override {
    out.insert(out.end(), data.begin(), data.end());
  }
  Bytes out;
};

Bytes read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  Bytes data{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in.is_open() || in.bad()) {
    throw Error(ErrorCode::kReadFailed, file.string() + ": the file cannot be read.");
  }
  return data;
}

}  // namespace

std::string version() { return NNZIP_VERSION; }

std::shared_ptr<const ModelStore> find_models(const Options& options) {
  return guarded([&] { return model_store(options); });
}

Summary compress(Reader& reader, Writer& writer, const Options& options) {
  return guarded([&] { return compress_frame(reader, writer, *model_store(options), options); });
}

Summary decompress(Reader& reader, Writer& writer, const Options& options) {
  return guarded([&] { return decompress_frames(reader, writer, *model_store(options), options); });
}

Summary decompress_range(Reader& reader, Writer& writer, std::uint64_t offset, std::uint64_t length,
                         const Options& options) {
  return guarded([&] {
    return decompress_frames_range(reader, writer, offset, length, *model_store(options), options);
  });
}

Estimate estimate(SeekableReader& content, const Options& options) {
  return guarded([&] { return estimate_content(content, *model_store(options), options); });
}

std::vector<FrameInfo> list_frames(Reader& reader, const Options& options,
                                   const BlockVisitor& each_block,
                                   const MetadataVisitor& each_metadata) {
  return guarded(
      [&] { return frame_list(reader, *model_store(options), each_block, each_metadata); });
}

Summary join(std::size_t inputs, const InputSource& input, Writer& writer) {
  return guarded([&] { return join_frames(inputs, input, writer); });
}

ContentPart find_part(SeekableReader& content, std::uint64_t number, std::uint64_t count, Cut cut) {
  return guarded([&] { return find_content_part(content, number, count, cut); });
}

ContentPart find_compressed_part(SeekableReader& file, std::uint64_t number, std::uint64_t count) {
  return guarded([&] { return find_frames_part(file, number, count); });
}

Summary compress_part(SeekableReader& content, const ContentPart& part, Writer& writer,
                      const Options& options) {
  return guarded(
      [&] { return compress_content_part(content, part, writer, *model_store(options), options); });
}

std::vector<std::uint8_t> compress(std::span<const std::uint8_t> content, const Options& options) {
  SpanReader reader(content);
  VectorWriter writer;
  compress(reader, writer, options);
  return std::move(writer.out);
}

std::vector<std::uint8_t> decompress(std::span<const std::uint8_t> frames, const Options& options) {
  SpanReader reader(frames);
  VectorWriter writer;
  decompress(reader, writer, options);
  return std::move(writer.out);
}

std::vector<ModelInfo> models(const Options& options) {
  return guarded([&] {
    const auto store = model_store(options);
    std::vector<ModelInfo> infos;
    for (const ModelEntry& entry : store->entries()) {
      ModelInfo info{entry.name, entry.file, to_hex(entry.hash), entry.file_bytes, 0, {}};
      try {
        const auto model = store->load(entry);
        info.macs_per_byte = model->config.macs_per_byte();
        info.architecture = describe(model->config);
      } catch (const Error& error) {
        info.architecture = error.what();  // one bad file must not hide the others
      }
      infos.push_back(std::move(info));
    }
    return infos;
  });
}

void verify_model(const ModelInfo& model) {
  guarded([&] {
    const bool embedded = model.file.empty();
    const std::string what = embedded ? model.name : model.file.string();
    const Bytes read = embedded ? Bytes() : read_file(model.file);
    const std::span<const std::uint8_t> file = embedded ? embedded_model(model.name) : read;
    const std::string hash = to_hex(read_model_header(file, what).hash);
    verify_model_file(file, what);
    if (hash != model.sha256 || !model.name.ends_with(hash.substr(0, 12))) {
      throw Error(ErrorCode::kModelCorrupt, what + ": the content has the hash " + hash +
                                                ", which is not the one of the file's name.");
    }
  });
}

std::vector<BackendInfo> backends() {
  std::vector<BackendInfo> infos;
  for (const Backend* backend : backend_list()) {
    infos.push_back({backend->name(), backend->unavailable()});
  }
  return infos;
}

}  // namespace nnzip
