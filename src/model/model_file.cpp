// SPDX-License-Identifier: Apache-2.0
// One visitor serves both directions, so that reading and writing cannot drift apart.
#include "model/model_file.h"

#include <zstd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <sstream>

#include "base/hash.h"
#include "model/model_limits.h"

namespace nnzip {
namespace {

constexpr std::array<std::uint8_t, 4> kMagic{0xF7, 'n', 'z', 'm'};
constexpr std::uint8_t kVersion = 0;
constexpr std::uint32_t kInputNgram = 1, kInputTap = 2;
constexpr std::uint32_t kMaxList = 64;
constexpr std::uint64_t kMaxContentBytes = std::uint64_t{1} << 30;
// Weights hardly pack at all, so more is a file made to take memory.
constexpr std::uint64_t kMaxPackRatio = 1024;
constexpr int kPackLevel = 19;
// Stands for all numbers that are too large for a Tap; check_config refuses it.
constexpr std::uint8_t kNoTap = 255;
static_assert(form_of(Tap{kNoTap}) == Form::kBytes);
// The same for a Form.
constexpr std::uint32_t kNoContent = 255;

class ContentWriter {
 public:
  explicit ContentWriter(Bytes& out) : out_(out) {}
  void number(std::uint32_t& x) { out_.varint(x); }
  void real(float& x) { out_.f32(x); }
  template <class T>
  void array(T* data, std::size_t size) {
    using Unsigned = std::make_unsigned_t<T>;
    for (std::size_t i = 0; i < size; ++i) put(static_cast<Unsigned>(data[i]));
  }
  template <class T>
  void tensor(std::vector<T>& data, std::size_t) {
    array(data.data(), data.size());
  }
  void reals(std::vector<float>& data, std::size_t) {
    for (float& x : data) real(x);
  }

 private:
  void put(std::uint8_t x) { out_.u8(x); }
  void put(std::uint16_t x) { out_.u16(x); }
  void put(std::uint32_t x) { out_.u32(x); }
  ByteWriter out_;
};

class ContentReader {
 public:
  explicit ContentReader(ByteReader& in) : in_(in) {}
  void number(std::uint32_t& x) {
    const std::uint64_t value = in_.varint();
    if (value > UINT32_MAX) in_.fail("a number is too large");
    x = static_cast<std::uint32_t>(value);
  }
  void real(float& x) { x = in_.f32(); }
  template <class T>
  void array(T* data, std::size_t size) {
    const auto raw = in_.bytes(size * sizeof(T));
    if constexpr (sizeof(T) == 1) {
      std::memcpy(data, raw.data(), size);
      return;
    }
    for (std::size_t i = 0; i < size; ++i) {
      std::uint64_t value = 0;
      for (std::size_t b = 0; b < sizeof(T); ++b)
        value |= std::uint64_t{raw[i * sizeof(T) + b]} << (8 * b);
      data[i] = static_cast<T>(value);
    }
  }
  template <class T>
  void tensor(std::vector<T>& data, std::size_t size) {
    if (size * sizeof(T) > in_.remaining()) in_.fail("a tensor is cut short");  // before allocating
    data.resize(size);
    array(data.data(), size);
  }
  void reals(std::vector<float>& data, std::size_t size) {
    if (size * sizeof(float) > in_.remaining()) in_.fail("a tensor is cut short");
    data.resize(size);
    for (float& x : data) real(x);
  }

 private:
  ByteReader& in_;
};

template <class Io>
void visit_linear(Io& io, Linear& linear, std::size_t outputs, std::size_t inputs) {
  io.tensor(linear.weights, outputs * inputs);
  io.reals(linear.multiplier, outputs);
}

template <class Io>
void visit_layer(Io& io, const Config& c, LayerWeights& layer, std::size_t window) {
  io.real(layer.attention_norm);
  visit_linear(io, layer.qkv, c.qkv_size(), c.width);
  io.reals(layer.score_multiplier, c.heads);
  io.tensor(layer.distance_bias, c.heads * window);
  io.real(layer.attention_multiplier);
  visit_linear(io, layer.out, c.width, c.query_size());
  io.real(layer.hidden_norm);
  visit_linear(io, layer.up, c.hidden, c.width);
  visit_linear(io, layer.down, c.width, c.hidden);
}

template <class Io>
void visit_table(Io& io, TableWeights& table, std::size_t size) {
  auto multiplier = static_cast<std::uint32_t>(table.multiplier);
  io.number(multiplier);
  table.multiplier = static_cast<std::int32_t>(std::min(multiplier, std::uint32_t{1} << 16));
  io.tensor(table.entries, size);
}

template <class Io>
void visit_weights(Io& io, const Config& c, Weights& w) {
  io.array(w.attention_exp.data(), w.attention_exp.size());
  io.array(w.output_exp.data(), w.output_exp.size());
  io.tensor(w.embedding, std::size_t{kSymbols} * c.width);
  for (std::size_t i = 0; i < w.ngrams.size(); ++i) {
    visit_table(io, w.ngrams[i], std::size_t{c.ngrams[i].rows} * c.width);
  }
  for (TableWeights& tap : w.taps) visit_table(io, tap, std::size_t{kSymbols} * c.width);
  for (std::size_t i = 0; i < w.layers.size(); ++i) visit_layer(io, c, w.layers[i], c.windows[i]);
  io.real(w.head_norm);
  visit_linear(io, w.head, kSymbols, c.width);
  io.reals(w.head_bias, kSymbols);
}

// Refused before anything is resized.
template <class Io>
void visit_length(Io& io, std::uint32_t& length, const std::string& what) {
  io.number(length);
  if (length <= kMaxList) return;
  throw Error(ErrorCode::kModelUnsupported, what + ": a list of the model is too long.");
}

// When read, the lists grow by what comes.
template <class Io>
void visit_inputs(Io& io, Config& c, const std::string& what) {
  auto length = static_cast<std::uint32_t>(c.ngrams.size() + c.taps.size());
  visit_length(io, length, what);
  for (std::size_t i = 0; i < length; ++i) {
    std::uint32_t kind = i < c.ngrams.size() ? kInputNgram : kInputTap;
    io.number(kind);
    if (kind == kInputNgram) {
      if (i > c.ngrams.size())
        throw Error(ErrorCode::kModelCorrupt, what + ": an n-gram table stands behind a tap.");
      if (i == c.ngrams.size()) c.ngrams.emplace_back();
      io.number(c.ngrams[i].order);
      io.number(c.ngrams[i].rows);
    } else if (kind == kInputTap) {
      const std::size_t tap = i - c.ngrams.size();
      if (tap == c.taps.size()) c.taps.emplace_back();
      auto number = static_cast<std::uint32_t>(c.taps[tap]);
      io.number(number);
      c.taps[tap] = static_cast<Tap>(std::min(number, std::uint32_t{kNoTap}));
    } else {
      throw Error(ErrorCode::kModelUnsupported,
                  what + ": the model has inputs of kind " + std::to_string(kind) +
                      ", which this version does not know; a newer nnzip may.");
    }
  }
}

template <class Io>
void visit_config(Io& io, Config& c, const std::string& what) {
  auto content = static_cast<std::uint32_t>(c.content);
  io.number(content);
  c.content = static_cast<Form>(std::min(content, kNoContent));
  io.number(c.width);
  io.number(c.heads);
  io.number(c.kv_heads);
  io.number(c.head_size);
  io.number(c.hidden);
  auto layers = c.layers();
  visit_length(io, layers, what);
  c.windows.resize(layers);
  for (std::uint32_t& window : c.windows) io.number(window);
  visit_inputs(io, c, what);
}

}  // namespace

Bytes model_content(const Model& model) {
  Bytes content;
  ContentWriter writer(content);
  Model copy = model;  // the visitor takes references that it may write to
  visit_config(writer, copy.config, "model");
  visit_weights(writer, copy.config, copy.weights);
  return content;
}

Bytes pack_model(const Model& model) {
  check_config(model.config, "model");
  check_weights(model, "model");
  const Bytes content = model_content(model);
  Bytes packed(ZSTD_compressBound(content.size()));
  const std::size_t size =
      ZSTD_compress(packed.data(), packed.size(), content.data(), content.size(), kPackLevel);
  if (ZSTD_isError(size)) throw Error(ErrorCode::kInternal, "zstd could not pack a model.");
  packed.resize(size);
  if (content.size() / kMaxPackRatio > packed.size()) {
    throw Error(ErrorCode::kModelUnsupported, "model: its weights are all but constant.");
  }

  Bytes file;
  ByteWriter out(file);
  out.bytes(kMagic);
  out.u8(kVersion);
  for (int i = 0; i < 3; ++i) out.u8(0);  // reserved
  out.bytes(sha256(content));
  out.u64(content.size());
  out.u64(packed.size());
  out.u64(xxh64(content));
  out.bytes(packed);
  return file;
}

ModelFileHeader read_model_header(std::span<const std::uint8_t> file, const std::string& what) {
  ByteReader in(file, ErrorCode::kModelCorrupt, what);
  const auto magic = in.bytes(kMagic.size());
  if (!std::equal(kMagic.begin(), kMagic.end(), magic.begin())) in.fail("it is no nnzip model");
  if (const int version = in.u8(); version != kVersion) {
    throw Error(ErrorCode::kModelUnsupported, what + ": model format " + std::to_string(version) +
                                                  " is newer than this nnzip; update it.");
  }
  for (int i = 0; i < 3; ++i) {
    if (in.u8() != 0)
      throw Error(ErrorCode::kModelUnsupported, what + ": a reserved byte is not zero.");
  }
  ModelFileHeader header;
  const auto hash = in.bytes(header.hash.size());
  std::copy(hash.begin(), hash.end(), header.hash.begin());
  header.content_bytes = in.u64();
  header.packed_bytes = in.u64();
  header.content_checksum = in.u64();
  if (header.content_bytes > kMaxContentBytes || header.packed_bytes > kMaxContentBytes) {
    in.fail("its size is over the limit of 1 GiB");
  }
  if (header.content_bytes / kMaxPackRatio > header.packed_bytes) {
    in.fail("its content would be more than 1024 times as large as the file");
  }
  return header;
}

namespace {

Bytes unpack_content(std::span<const std::uint8_t> file, const std::string& what) {
  const ModelFileHeader header = read_model_header(file, what);
  ByteReader in(file, ErrorCode::kModelCorrupt, what);
  in.bytes(ModelFileHeader::kSize);
  if (in.remaining() != header.packed_bytes)
    in.fail("its length is not the one that its header states");
  const auto packed = in.bytes(header.packed_bytes);
  if (ZSTD_getFrameContentSize(packed.data(), packed.size()) != header.content_bytes) {
    in.fail("its packed content does not have the stated size");
  }
  Bytes content(header.content_bytes);
  const std::size_t size =
      ZSTD_decompress(content.data(), content.size(), packed.data(), packed.size());
  if (ZSTD_isError(size) || size != content.size()) in.fail("its packed content is damaged");
  if (xxh64(content) != header.content_checksum)
    in.fail("its checksum does not fit; install it again");
  return content;
}

Model parse_content(const Bytes& content, const std::string& what) {
  ByteReader in(content, ErrorCode::kModelCorrupt, what);
  ContentReader reader(in);
  Model model;
  visit_config(reader, model.config, what);
  check_config(model.config, what);
  model.weights.ngrams.resize(model.config.ngrams.size());
  model.weights.taps.resize(model.config.taps.size());
  model.weights.layers.resize(model.config.layers());
  visit_weights(reader, model.config, model.weights);
  if (in.remaining() != 0) in.fail("it has bytes after its last tensor");
  check_weights(model, what);
  return model;
}

}  // namespace

Model unpack_model(std::span<const std::uint8_t> file, const std::string& what) {
  return parse_content(unpack_content(file, what), what);
}

Model verify_model_file(std::span<const std::uint8_t> file, const std::string& what) {
  const Bytes content = unpack_content(file, what);
  if (sha256(content) != read_model_header(file, what).hash) {
    throw Error(
        ErrorCode::kModelCorrupt,
        what + ": the SHA-256 of its content is not the one in its header; install it again.");
  }
  return parse_content(content, what);
}

std::string model_name(const std::string& prefix, const Config& config, const ModelHash& hash) {
  return prefix + "-d" + std::to_string(config.width) + "l" + std::to_string(config.layers()) +
         "-" + to_hex(hash).substr(0, 12);
}

std::string describe(const Config& c) {
  std::ostringstream text;
  text << "for " << name_of(c.content) << ", width " << c.width << ", " << c.layers() << " layers, "
       << c.heads << " heads of " << c.head_size << " (" << c.kv_heads << " key/value), hidden "
       << c.hidden << ", windows";
  for (std::size_t i = 0; i < c.windows.size(); ++i) text << (i == 0 ? " " : "/") << c.windows[i];
  for (const NgramTable& table : c.ngrams)
    text << ", " << table.order << "-grams " << table.rows << " rows";
  if (!c.taps.empty()) text << ", " << c.taps.size() << " taps";
  return text.str();
}

}  // namespace nnzip
