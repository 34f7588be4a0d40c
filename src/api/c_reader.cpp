// SPDX-License-Identifier: Apache-2.0
// Readers of nnzip.h.
#include <optional>
#include <string>
#include <vector>

#include "api/c_options.h"
#include "api/c_status.h"
#include "api/c_struct.h"
#include "api/content_reader.h"
#include "api/source_reader.h"
#include "nnzip/nnzip.h"

namespace nnzip {
namespace {

// Never change: the structs of the first version.
constexpr std::size_t kFirstFrameInfo = 96, kFirstBlockInfo = 80;
static_assert(sizeof(void*) != 8 || offsetof(nnzip_frame_info, group_blocks) == kFirstFrameInfo);
static_assert(sizeof(void*) != 8 || offsetof(nnzip_block_info, opened_bytes) == kFirstBlockInfo);

std::string name_of(const ModelName& model) { return model.name.empty() ? model.id : model.name; }

std::string names_of(const std::vector<BlockInfo::Wrapper>& wrappers) {
  std::string names;
  for (const auto& wrapper : wrappers) names += (names.empty() ? "" : ",") + wrapper.name;
  return names;
}

struct ListedFrameInfo : FrameInfo {
  std::string model_names;
  std::vector<BlockInfo> blocks_of;
  std::vector<std::string> block_models, block_wrappers;
};

std::vector<ListedFrameInfo> listing(SeekableReader& file, const Options& options) {
  std::vector<std::vector<BlockInfo>> blocks;
  file.seek(0);
  const auto frames = list_frames(file, options, [&](std::size_t frame, const BlockInfo& block) {
    blocks.resize(frame + 1);
    blocks[frame].push_back(block);
  });
  blocks.resize(frames.size());
  std::vector<ListedFrameInfo> listed;
  std::uint64_t content_at = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    ListedFrameInfo& frame = listed.emplace_back(ListedFrameInfo{frames[i], {}, {}, {}, {}});
    for (const ModelName& model : frame.models) {
      frame.model_names += (frame.model_names.empty() ? "" : ",") + name_of(model);
    }
    frame.blocks_of = std::move(blocks[i]);
    for (BlockInfo& block : frame.blocks_of) {
      block.content_offset += content_at;
      frame.block_models.push_back(name_of(block.model));
      frame.block_wrappers.push_back(names_of(block.wrappers));
    }
    content_at += frame.content_bytes;
  }
  return listed;
}

nnzip_frame_info c_info(const ListedFrameInfo& frame) {
  nnzip_frame_info info{};
  info.content_bytes = frame.content_bytes;
  info.coded_bytes = frame.coded_bytes;
  info.blocks = frame.blocks;
  info.mixed_blocks = frame.mixed_blocks;
  info.network_blocks = frame.network_blocks;
  info.context_blocks = frame.context_blocks;
  info.zstd_blocks = frame.zstd_blocks;
  info.stored_blocks = frame.stored_blocks;
  info.checksum = frame.checksum.value_or(0);
  info.has_checksum = frame.checksum ? 1 : 0;
  info.version = frame.version;
  info.models = frame.model_names.c_str();
  info.group_blocks = frame.group_blocks;
  info.copy_blocks = frame.copy_blocks;
  info.bwt_blocks = frame.bwt_blocks;
  info.lean_blocks = frame.lean_blocks;
  return info;
}

nnzip_block_info c_info(const ListedFrameInfo& frame, std::size_t index) {
  const BlockInfo& block = frame.blocks_of[index];
  nnzip_block_info info{};
  info.content_offset = block.content_offset;
  info.content_bytes = block.content_bytes;
  info.coded_bytes = block.coded_bytes;
  info.coding = block.coding.c_str();
  info.model = frame.block_models[index].c_str();
  info.form = block.form.c_str();
  info.filter = block.filter.c_str();
  info.stride = block.stride;
  info.element = block.element;
  info.channels = block.channels;
  info.opened_bytes = block.opened_bytes;
  info.wrappers = frame.block_wrappers[index].c_str();
  return info;
}

[[noreturn]] void wrong(const std::string& message) {
  throw Error(ErrorCode::kInvalidArgument, message);
}

}  // namespace
}  // namespace nnzip

struct nnzip_reader {
  nnzip_reader(const nnzip_source& source, const nnzip::Options& given)
      : file(source), options(given), content(file, given) {}

  const nnzip::ListedFrameInfo& frame(std::size_t index) {
    if (index < all_frames().size()) return (*frames)[index];
    nnzip::wrong("there is no frame " + std::to_string(index) + ".");
  }

  const std::vector<nnzip::ListedFrameInfo>& all_frames() {
    if (!frames) frames = nnzip::listing(file, options);
    return *frames;
  }

  nnzip::SourceReader file;
  nnzip::Options options;
  nnzip::ContentReader content;
  std::optional<std::vector<nnzip::ListedFrameInfo>> frames;
};

int nnzip_reader_new(nnzip_reader** reader, const nnzip_source* source,
                     const nnzip_options* options) {
  using namespace nnzip;
  return status_of([&] {
    if (reader == nullptr) wrong("reader is NULL.");
    *reader = nullptr;
    if (source == nullptr) wrong("source is NULL.");
    *reader = new nnzip_reader(*source, cpp_options(known_options(options)));
    return NNZIP_OK;
  });
}

uint64_t nnzip_reader_content_size(const nnzip_reader* reader) {
  return reader == nullptr ? 0 : reader->content.size();
}

int nnzip_reader_read(nnzip_reader* reader, uint64_t offset, void* content, size_t content_capacity,
                      size_t* content_size) {
  using namespace nnzip;
  return status_of([&] {
    if (content_size == nullptr) wrong("content_size is NULL.");
    *content_size = 0;
    if (reader == nullptr) wrong("reader is NULL.");
    if (content == nullptr && content_capacity > 0) {
      wrong("content is NULL, but its capacity is not 0.");
    }
    *content_size =
        reader->content.read(offset, {static_cast<std::uint8_t*>(content), content_capacity});
    return NNZIP_OK;
  });
}

int nnzip_reader_frames(nnzip_reader* reader, size_t* frames) {
  using namespace nnzip;
  return status_of([&] {
    if (frames == nullptr) wrong("frames is NULL.");
    *frames = 0;
    if (reader == nullptr) wrong("reader is NULL.");
    *frames = reader->all_frames().size();
    return NNZIP_OK;
  });
}

int nnzip_reader_frame(nnzip_reader* reader, size_t frame, nnzip_frame_info* info) {
  using namespace nnzip;
  return status_of([&] {
    if (reader == nullptr) wrong("reader is NULL.");
    fill_struct(info, c_info(reader->frame(frame)), kFirstFrameInfo);
    return NNZIP_OK;
  });
}

int nnzip_reader_block(nnzip_reader* reader, size_t frame, size_t block, nnzip_block_info* info) {
  using namespace nnzip;
  return status_of([&] {
    if (reader == nullptr) wrong("reader is NULL.");
    const ListedFrameInfo& of = reader->frame(frame);
    if (block >= of.blocks_of.size()) wrong("there is no block " + std::to_string(block) + ".");
    fill_struct(info, c_info(of, block), kFirstBlockInfo);
    return NNZIP_OK;
  });
}

void nnzip_reader_free(nnzip_reader* reader) { delete reader; }
