// SPDX-License-Identifier: Apache-2.0
// Parts of content of nnzip.h, and joining.
#include <optional>
#include <string>

#include "api/c_options.h"
#include "api/c_status.h"
#include "api/source_reader.h"
#include "nnzip/nnzip.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {
namespace {

[[noreturn]] void wrong(const std::string& message) {
  throw Error(ErrorCode::kInvalidArgument, message);
}

class CallingWriter : public Writer {
 public:
  CallingWriter(int (*call)(void*, const void*, size_t), void* data) : call_(call), data_(data) {}

  void write(std::span<const std::uint8_t> data) override {
    if (data.empty() || call_(data_, data.data(), data.size()) == 0) return;
    throw Error(ErrorCode::kWriteFailed, "the program's write function failed.");
  }

 private:
  int (*call_)(void*, const void*, size_t);
  void* data_;
};

Cut cpp_cut(int cut) {
  switch (cut) {
    case NNZIP_CUT_BLOCKS:
      return Cut::kBlocks;
    case NNZIP_CUT_LINES:
      return Cut::kLines;
    case NNZIP_CUT_TAR:
      return Cut::kTar;
    default:
      wrong("cut, " + std::to_string(cut) + ", is none of enum nnzip_cut.");
  }
}

}  // namespace
}  // namespace nnzip

int nnzip_compress_part(const nnzip_source* content, uint64_t number, uint64_t count, int cut,
                        int (*write)(void* write_data, const void* bytes, size_t size),
                        void* write_data, const nnzip_options* options) {
  using namespace nnzip;
  return status_of([&] {
    if (content == nullptr) wrong("content is NULL.");
    if (write == nullptr) wrong("write is NULL.");
    SourceReader reader(*content);
    CallingWriter writer(write, write_data);
    const ContentPart part = find_part(reader, number, count, cpp_cut(cut));
    const nnzip_options known = known_options(options);
    Options given = cpp_options(known);
    const EarlierFiles<SourceReader> earlier(known, given);
    compress_part(reader, part, writer, given);
    return NNZIP_OK;
  });
}

int nnzip_join(const nnzip_source* inputs, size_t count,
               int (*write)(void* write_data, const void* bytes, size_t size), void* write_data) {
  using namespace nnzip;
  return status_of([&] {
    if (inputs == nullptr && count > 0) wrong("inputs is NULL, but count is not 0.");
    if (write == nullptr) wrong("write is NULL.");
    std::optional<SourceReader> reader;
    CallingWriter writer(write, write_data);
    const auto input = [&](std::size_t index) -> SeekableReader& {
      return reader.emplace(inputs[index]);
    };
    join(count, input, writer);
    return NNZIP_OK;
  });
}
