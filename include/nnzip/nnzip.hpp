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

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nnzip/error.hpp"
#include "nnzip/visibility.h"

namespace nnzip {

// "0.1.0"
NNZIP_API std::string version();

// Where data comes from. read() fills up to buffer.size() bytes and returns how many; 0 is the end.
// It may return fewer than asked for. It throws Error(kReadFailed) on failure.
class NNZIP_API Reader {
 public:
  virtual ~Reader() = default;
  virtual std::size_t read(std::span<std::uint8_t> buffer) = 0;

  // Passes over n bytes; false if the data end before. Unless overridden, by reading them.
  virtual bool skip(std::uint64_t n) {
    std::array<std::uint8_t, 4096> passed;
    while (n > 0) {
      const auto wanted = static_cast<std::size_t>(n < passed.size() ? n : passed.size());
      const std::size_t size = read({passed.data(), wanted});
      if (size == 0) return false;
      n -= size;
    }
    return true;
  }
};

// Data that can be read from anywhere: a range is then found by directories, or in a large frame by
// its index.
class NNZIP_API SeekableReader : public Reader {
 public:
  virtual std::uint64_t size() = 0;             // all bytes, read or not
  virtual void seek(std::uint64_t offset) = 0;  // counted from the first byte, at most size()
  // How many of the bytes that would be read next are zeros that take no room where the data are
  // kept; 0 if that is not known.
  virtual std::uint64_t hole() { return 0; }
};

// Where data goes. write() takes all of data or throws Error(kWriteFailed).
class NNZIP_API Writer {
 public:
  virtual ~Writer() = default;
  virtual void write(std::span<const std::uint8_t> data) = 0;

  // Writes n zeros. Where they can be left out, that is overridden.
  virtual void write_zeros(std::uint64_t n) {
    constexpr std::array<std::uint8_t, 4096> zeros{};
    while (n > 0) {
      const auto size = static_cast<std::size_t>(n < zeros.size() ? n : zeros.size());
      write({zeros.data(), size});
      n -= size;
    }
  }
};

class ModelStore;  // models that were found: see find_models()

struct Options {
  int level = 5;                // 1..9, compression only; 1..4 use no network
  std::string model = "auto";   // auto (by level), none, or models' names, file names or hash
                                // prefixes, separated by commas, each for other content: bytes,
                                // pixels, samples; compression only
  std::string device = "auto";  // auto, or a backend's name: see backends()
  int threads = 0;              // 0: one for each core
  // Bytes of memory that a call may take, by an estimate made before they are taken; 0: no limit.
  // Fewer blocks are kept in flight to obey it; if one is too many, Error(kMemoryLimit).
  std::uint64_t memory_limit = 0;
  // Bytes that blocks beside the first one may make it take, which changes no byte of the output;
  // 0: the limit, without one 6 GiB. The command has half of the memory that there is, unless it is
  // given a limit.
  std::uint64_t memory_at_once = 0;
  // Folders searched for models before the built-in ones.
  std::vector<std::filesystem::path> model_folders;
  // Instead of looking into folders anew: of find_models().
  std::shared_ptr<const ModelStore> found_models;
  // Called now and then from the calling thread with the content bytes done so far.
  std::function<void(std::uint64_t)> progress;
  // Compression only: a directory behind the frame, which tells where each block is and the
  // XXH3-128 of its content.
  bool directory = false;
  // Compression only: whether what is wrapped (deflate in gzip, zip, PDF and others; PNG) is
  // opened, coded as what it holds, and closed again by decompress(). It takes memory: where
  // memory_limit does not allow that, wrapped content is coded as it is.
  bool unwrap = true;
  // Compression only: what all of the content is, where bytes do not say it: "table:80:f32le" (rows
  // of 80 numbers), "pixels:640x3:u8" (width, channels), "samples:2:s16le" (channels). Samples
  // judge it, so a wrong one costs size alone. Nothing is unwrapped then. Empty: not known.
  std::string layout;
  // Compression only: long repeats are found within 2^log2_window bytes of what is no repeat, 16 to
  // 31; 0: as the level has it, but at most an eighth of memory_limit. Compressing and
  // decompressing take so much memory at most, if there is as much content.
  int log2_window = 0;
  // Compression only: blocks have at most 2^log2_block bytes of content, 16 to 28; 0: as the level
  // has it, but fewer where memory_limit wants that. Long blocks learn more from themselves; parts
  // of the content are read sooner from short ones.
  int log2_block = 0;
  // Compression only: for decompressing fast, on a GPU above all. Bytes and code are not mixed, but
  // coded by zstd or by the network alone, in more streams; it costs size.
  bool fast_decode = false;
  // Compression only: an earlier file with a directory with hashes. Blocks of content that is in it
  // are copied from it, unseen, if their model is among those of these options.
  SeekableReader* reuse = nullptr;
  // Compression only: what a compress() or compress_part() of the same content that did not come to
  // its end has written. Its blocks are copied, unseen, as long as content goes on
  // as it did, by length and checksum: whether it is the same is for the caller to know. It may be
  // the file that is being written, from its beginning.
  SeekableReader* resume = nullptr;
};

// Blocks in all, and by how they are coded.
struct BlockCounts {
  std::uint64_t blocks = 0;
  std::uint64_t mixed_blocks = 0;    // network and contexts
  std::uint64_t network_blocks = 0;  // network alone
  std::uint64_t context_blocks = 0;  // contexts alone
  std::uint64_t bwt_blocks = 0;      // sorted content
  std::uint64_t lean_blocks = 0;     // few contexts
  std::uint64_t zstd_blocks = 0;
  std::uint64_t stored_blocks = 0;  // as they are
  std::uint64_t group_blocks = 0;   // opened; blocks within them are not counted
  std::uint64_t copy_blocks = 0;    // with copies of earlier ones; their other part is not counted
};

// Looks for models, as each call does that is not given the result in Options::found_models. It may
// be shared by threads.
NNZIP_API std::shared_ptr<const ModelStore> find_models(const Options& options = {});

// What a call did or found.
struct Summary : BlockCounts {
  std::uint64_t content_bytes = 0;
  std::uint64_t coded_bytes = 0;  // whole frames, headers and metadata included
  std::uint64_t frames = 0;
  std::uint64_t reused_blocks = 0;  // of Options::reuse and resume
  std::string model;                // names of the models that blocks needed, separated by ", "
  std::string device;   // what computed, e.g. "cpu (avx512vnni)"; empty if no model was needed
  std::string warning;  // of a device that failed or was full, so that another one stood in for it;
                        // the result is the same. Empty if there is nothing to say
  std::string reason;   // why these models; empty if none was needed
  std::uint64_t memory_bytes = 0;  // what the call needed at most, by the estimate of memory_limit
};

// Compresses all that reader gives into one frame.
NNZIP_API Summary compress(Reader& reader, Writer& writer, const Options& options = {});

// Decompresses all frames that reader gives, one after the other. What has been written before an
// error is thrown is correct as far as it goes, but must not be taken for the whole.
NNZIP_API Summary decompress(Reader& reader, Writer& writer, const Options& options = {});

// Decompresses the content bytes from offset to offset + length alone, fewer where the content
// ends. Only blocks that hold some of them, and those that these copy from, are decoded and
// checked; a SeekableReader is read at these blocks only if directories tell where they are, or the
// index of one frame of several blocks does.
NNZIP_API Summary decompress_range(Reader& reader, Writer& writer, std::uint64_t offset,
                                   std::uint64_t length, const Options& options = {});

// What compress() would make of some content at a level, and take for it.
struct LevelEstimate {
  std::uint64_t coded_bytes = 0;
  double seconds = 0;  // on this machine, as loaded as it is now; decompressing takes about as long
  std::uint64_t memory_bytes = 0;  // as in Summary
};
struct Estimate {
  std::uint64_t content_bytes = 0;
  std::array<LevelEstimate, 9> levels;  // from level 1 on
};

// Tells it from samples of about a hundredth of the content, 256 KiB to 1 MiB, and a look at 64 MiB
// of it at most: within a tenth as a rule where content is longer than 1 MB, but for wrapped
// content that is longer than that look. It takes seconds. Options::level does not count.
NNZIP_API Estimate estimate(SeekableReader& content, const Options& options = {});

// A model that a frame names.
struct ModelName {
  std::string id;    // 16 hex digits
  std::string name;  // empty if it is not among models()
  bool operator==(const ModelName&) const = default;
};

// What a frame says of itself; nothing is decoded, so damaged content is not noticed.
struct FrameInfo : BlockCounts {
  std::uint64_t content_bytes = 0;
  std::uint64_t coded_bytes = 0;  // of the whole frame
  std::vector<ModelName> models;  // that its blocks may need
  int version = 0;
  std::optional<std::uint64_t> checksum;  // XXH64 of the content, stated with several blocks
};

// What a block's header says of it.
struct BlockInfo {
  std::uint64_t content_offset = 0;  // in the content of its frame
  std::uint64_t content_bytes = 0;
  std::uint64_t coded_bytes = 0;  // without the header
  std::string coding;             // mixed, network, contexts, zstd, stored, group
  ModelName model;                // that it needs; empty if it needs none
  // How the content was looked at: bytes, pixels, samples, code; and the bytes of a row of a table
  // or image (0: none), of an element of a table, a pixel, a frame of samples, and its channels.
  std::string form;
  std::uint32_t stride = 0, element = 1, channels = 1;
  std::string filter;  // none, calls, branches, columns
  // Of a group: what it was opened by, and the blocks within, whose content_offset is in the
  // content that it opens to; opened_bytes are those of all blocks within at all depths.
  struct Wrapper {
    std::string name;  // deflate, PNG
    std::uint64_t stretches = 0;
  };
  std::vector<Wrapper> wrappers;
  std::uint64_t opened_bytes = 0;
  std::vector<BlockInfo> inner;
};

// A metadata frame, which holds no content.
struct MetadataInfo {
  int type = 0;
  std::string name;  // directory, names, part, application, unknown
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;  // of the whole metadata frame
};

// each_block, if given, is called with every block; the frame's index among those returned.
// each_metadata likewise, with every metadata frame. A SeekableReader whose frames are all told by
// directories is not read otherwise unless each_block is given.
using BlockVisitor = std::function<void(std::size_t frame, const BlockInfo&)>;
using MetadataVisitor = std::function<void(const MetadataInfo&)>;
NNZIP_API std::vector<FrameInfo> list_frames(Reader& reader, const Options& options = {},
                                             const BlockVisitor& each_block = {},
                                             const MetadataVisitor& each_metadata = {});

// Gives input `index`, valid until the next call; it begins anew with each call.
using InputSource = std::function<SeekableReader&(std::size_t index)>;

// Writes the frames of some inputs one after the other, as they are, and one directory for all of
// them in place of those that the inputs have. It states hashes of content if those of all inputs
// do. First all inputs are looked at, then all are copied: an error in what one of them says of
// itself comes before anything is written. Coded data are copied unseen. Summary::content_bytes and
// the counts are of all frames.
// Inputs that are parts, as compress_part() writes them, are written in the order of their numbers.
// Then all inputs must be parts, all there are of one whole and each once, without a gap between
// their contents; else Error(kInvalidArgument).
NNZIP_API Summary join(std::size_t inputs, const InputSource& input, Writer& writer);

// Content in parts, so that many machines can take one each.
enum class Cut {
  kBlocks,  // at multiples of a block's bytes
  kLines,   // behind ends of lines
  kTar,     // between members of a tar archive; Error(kInvalidArgument) if it is none
};
struct ContentPart {
  std::uint64_t number = 1, count = 1;   // number: 1 to count
  std::uint64_t offset = 0, length = 0;  // of its content in that of the whole; it may be empty
  std::uint64_t whole_bytes = 0;         // content of all parts
  std::uint64_t whole = 0;               // equal in all parts of the same whole
};

// Where that part is. Parts are about as long as each other and follow each other without gaps;
// whoever asks with the same content finds the same. Reads some pieces, for kTar all headers.
NNZIP_API ContentPart find_part(SeekableReader& content, std::uint64_t number, std::uint64_t count,
                                Cut cut = Cut::kBlocks);

// The same of the content of a compressed file, cut between its blocks, for decompress_range().
NNZIP_API ContentPart find_compressed_part(SeekableReader& file, std::uint64_t number,
                                           std::uint64_t count);

// Compresses that part of the content to one frame, and says in metadata before it which part it
// is: join() puts parts in order, whatever order they are given in.
NNZIP_API Summary compress_part(SeekableReader& content, const ContentPart& part, Writer& writer,
                                const Options& options = {});

NNZIP_API std::vector<std::uint8_t> compress(std::span<const std::uint8_t> content,
                                             const Options& options = {});
NNZIP_API std::vector<std::uint8_t> decompress(std::span<const std::uint8_t> frames,
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
NNZIP_API std::vector<ModelInfo> models(const Options& options = {});

// Unpacks the model and compares its SHA-256 with its header and its name. Throws
// Error(kModelCorrupt) if they differ.
NNZIP_API void verify_model(const ModelInfo& model);

struct BackendInfo {
  std::string name;
  std::string unavailable;  // empty if usable, else why not
};
// Loads the plugin libnnzip_torch.so to find out, if it is there.
NNZIP_API std::vector<BackendInfo> backends();

}  // namespace nnzip
