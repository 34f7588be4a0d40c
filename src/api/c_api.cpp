// SPDX-License-Identifier: Apache-2.0
// nnzip.h on top of nnzip.hpp: whole buffers and the version.
#include <limits>
#include <string_view>

#include "api/c_options.h"
#include "api/c_status.h"
#include "api/fixed_writer.h"
#include "api/source_reader.h"
#include "codec/frame_list.h"
#include "container/span_reader.h"
#include "model/model_store.h"
#include "nnzip/nnzip.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {
namespace {

#define TEXT_OF(VALUE) #VALUE
#define DOTTED(MAJOR, MINOR, PATCH) TEXT_OF(MAJOR) "." TEXT_OF(MINOR) "." TEXT_OF(PATCH)
static_assert(std::string_view(NNZIP_VERSION) ==
                  DOTTED(NNZIP_VERSION_MAJOR, NNZIP_VERSION_MINOR, NNZIP_VERSION_PATCH),
              "nnzip.h and CMakeLists.txt give different versions");
#undef DOTTED
#undef TEXT_OF

// A stored block of 4 MiB costs 9 bytes and at most 4 in the index, a frame less than 64.
constexpr std::size_t kBoundPerFrame = 64;
constexpr std::size_t kBoundPerBlock = 16;
constexpr std::size_t kBlockBytes = std::size_t{1} << 22;

void check_buffer(const void* buffer, std::size_t size, const char* name) {
  if (buffer != nullptr || size == 0) return;
  throw Error(ErrorCode::kInvalidArgument, std::string(name) + " is NULL, but its size is not 0.");
}

template <typename Size>
void check_result(Size* result, const char* name) {
  if (result == nullptr) throw Error(ErrorCode::kInvalidArgument, std::string(name) + " is NULL.");
  *result = 0;
}

SpanReader reader_of(const void* data, std::size_t size) {
  return SpanReader({static_cast<const std::uint8_t*>(data), size});
}

}  // namespace
}  // namespace nnzip

const char* nnzip_version(void) { return NNZIP_VERSION; }

size_t nnzip_compress_bound(size_t content_size) {
  using namespace nnzip;
  const std::size_t more = kBoundPerFrame + content_size / kBlockBytes * kBoundPerBlock;
  return content_size <= std::numeric_limits<std::size_t>::max() - more ? content_size + more : 0;
}

int nnzip_compress(void* packed, size_t packed_capacity, size_t* packed_size, const void* content,
                   size_t content_size, const nnzip_options* options) {
  using namespace nnzip;
  return status_of([&] {
    check_result(packed_size, "packed_size");
    check_buffer(packed, packed_capacity, "packed");
    check_buffer(content, content_size, "content");
    SpanReader reader = reader_of(content, content_size);
    FixedWriter writer(packed, packed_capacity);
    const nnzip_options known = known_options(options);
    Options given = cpp_options(known);
    const EarlierFiles<SourceReader> earlier(known, given);
    compress(reader, writer, given);
    *packed_size = writer.size();
    return NNZIP_OK;
  });
}

int nnzip_content_size(const void* packed, size_t packed_size, uint64_t* content_size) {
  using namespace nnzip;
  return status_of([&] {
    check_result(content_size, "content_size");
    check_buffer(packed, packed_size, "packed");
    SpanReader reader = reader_of(packed, packed_size);
    std::uint64_t sum = 0;
    for (const FrameInfo& frame : frame_list(reader, ModelStore({}))) {
      if (frame.content_bytes > std::numeric_limits<std::uint64_t>::max() - sum) {
        throw Error(ErrorCode::kLimitExceeded, "the frames state more content than 2^64 bytes.");
      }
      sum += frame.content_bytes;
    }
    *content_size = sum;
    return NNZIP_OK;
  });
}

int nnzip_decompress(void* content, size_t content_capacity, size_t* content_size,
                     const void* packed, size_t packed_size, const nnzip_options* options) {
  using namespace nnzip;
  return status_of([&] {
    check_result(content_size, "content_size");
    check_buffer(content, content_capacity, "content");
    check_buffer(packed, packed_size, "packed");
    SpanReader reader = reader_of(packed, packed_size);
    FixedWriter writer(content, content_capacity);
    decompress(reader, writer, cpp_options(known_options(options)));
    *content_size = writer.size();
    return NNZIP_OK;
  });
}
