// SPDX-License-Identifier: Apache-2.0
// nnzip list: what compressed files say of themselves, as a table or as JSON.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <exception>

#include "commands.h"
#include "file_walk.h"
#include "json.h"
#include "transfer.h"
#include "utf8.h"

namespace nnzip {
namespace {

struct Listing {
  std::string path;
  std::vector<FrameInfo> frames;
  std::vector<std::vector<BlockInfo>> blocks;  // of each frame; only if they are asked for
  std::vector<MetadataInfo> metadata;
  FrameInfo sum;  // of the numbers; what else there is if all frames agree in it
};

void add(FrameInfo& sum, const FrameInfo& part) {
  sum.content_bytes += part.content_bytes;
  sum.coded_bytes += part.coded_bytes;
  sum.blocks += part.blocks;
  sum.mixed_blocks += part.mixed_blocks;
  sum.network_blocks += part.network_blocks;
  sum.context_blocks += part.context_blocks;
  sum.bwt_blocks += part.bwt_blocks;
  sum.lean_blocks += part.lean_blocks;
  sum.zstd_blocks += part.zstd_blocks;
  sum.stored_blocks += part.stored_blocks;
  sum.group_blocks += part.group_blocks;
  sum.copy_blocks += part.copy_blocks;
}

Listing read_listing(const std::string& path, const Arguments& arguments) {
  InputFile input(path);
  if (input.is_terminal() && !arguments.force) {
    throw Error(ErrorCode::kInvalidArgument,
                "Compressed data is not read from a terminal; -f does it, -h tells the options.");
  }
  Listing listing{path, {}, {}, {}, {}};
  const auto keep = [&](std::size_t frame, const BlockInfo& block) {
    listing.blocks.resize(frame + 1);
    listing.blocks[frame].push_back(block);
  };
  const bool verbose = arguments.verbosity == message::Verbosity::kVerbose;
  listing.frames =
      list_frames(input.reader(), arguments.options, verbose ? BlockVisitor(keep) : BlockVisitor(),
                  [&](const MetadataInfo& metadata) { listing.metadata.push_back(metadata); });
  if (verbose) listing.blocks.resize(listing.frames.size());
  if (!listing.frames.empty()) {
    const FrameInfo& first = listing.frames.front();
    listing.sum.models = first.models;
    if (listing.frames.size() == 1) listing.sum.checksum = first.checksum;
  }
  for (const FrameInfo& frame : listing.frames) {
    add(listing.sum, frame);
    for (const ModelName& model : frame.models) {
      auto& all = listing.sum.models;
      if (std::ranges::find(all, model) == all.end()) all.push_back(model);
    }
  }
  for (const MetadataInfo& metadata : listing.metadata) listing.sum.coded_bytes += metadata.bytes;
  return listing;
}

// Smaller is better, as everywhere in nnzip: coded size over content size.
double ratio(const FrameInfo& info) {
  if (info.content_bytes == 0) return 1.0;
  return static_cast<double>(info.coded_bytes) / static_cast<double>(info.content_bytes);
}

std::string label_of(const ModelName& model) {
  return model.name.empty() ? model.id + " (not here)" : model.name;
}

std::string models_of(const FrameInfo& info) {
  if (info.models.empty()) return "-";
  std::string text;
  for (const ModelName& model : info.models) text += (text.empty() ? "" : ", ") + label_of(model);
  return text;
}

std::string checksum_of(const FrameInfo& info) {
  return info.checksum ? fmt::format("{:016x}", *info.checksum) : "-";
}

// In a column of one model's width.
std::string short_models_of(const FrameInfo& info) {
  return info.models.size() > 1 ? std::to_string(info.models.size()) + " models" : models_of(info);
}

std::string row(const FrameInfo& info, const std::string& name) {
  return fmt::format("{:>13} {:>13} {:>8.2f} % {:>7}  {:<28}  {:<16}  {}\n", info.content_bytes,
                     info.coded_bytes, 100.0 * ratio(info), info.blocks, short_models_of(info),
                     checksum_of(info), message::printable(name));
}

// What is known of content beyond its bytes: "pixels of 3 bytes, 3 channels, rows of 1536".
std::string looked_at_as(const BlockInfo& block) {
  std::string text = block.form;
  if (block.element > 1) text += fmt::format(" of {} bytes", block.element);
  if (block.channels > 1) text += fmt::format(", {} channels", block.channels);
  if (block.stride > 0) text += fmt::format(", rows of {}", block.stride);
  if (block.filter != "none") text += ", filter " + block.filter;
  return text;
}

// "group of deflate 3, PNG 1, which open to 5000 bytes"
std::string coded_as(const BlockInfo& block) {
  if (block.coding == "copies") return "copies of earlier content and a block of literals";
  if (block.inner.empty()) {
    return block.coding + (block.model.id.empty() ? "" : " with " + label_of(block.model)) + ", " +
           looked_at_as(block);
  }
  std::string wrappers;
  for (const BlockInfo::Wrapper& wrapper : block.wrappers) {
    wrappers +=
        fmt::format("{}{} {}", wrappers.empty() ? "" : ", ", wrapper.name, wrapper.stretches);
  }
  return fmt::format("{} of {}, opened to {} bytes", block.coding, wrappers, block.opened_bytes);
}

// number: of the block that these are within, "2."; they stand further in.
std::string block_lines(const std::vector<BlockInfo>& blocks, const std::string& indent,
                        const std::string& number) {
  std::string lines;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const BlockInfo& block = blocks[i];
    const std::string own = number + std::to_string(i + 1);
    lines +=
        fmt::format("{}block {}: at {}, {} -> {} bytes, {}\n", indent, own, block.content_offset,
                    block.content_bytes, block.coded_bytes, coded_as(block));
    lines += block_lines(block.inner, indent + "  ", own + ".");
  }
  return lines;
}

std::string frame_lines(const Listing& listing) {
  std::string lines;
  for (std::size_t i = 0; i < listing.frames.size(); ++i) {
    const FrameInfo& frame = listing.frames[i];
    lines += fmt::format(
        "    frame {}: version {}, {} -> {} bytes, {}, "
        "{} {}, checksum {}\n",
        i + 1, frame.version, frame.content_bytes, frame.coded_bytes, describe(frame),
        frame.models.size() > 1 ? "models" : "model", models_of(frame), checksum_of(frame));
    lines += block_lines(listing.blocks[i], "      ", "");
  }
  for (const MetadataInfo& metadata : listing.metadata) {
    lines += fmt::format("    metadata: {} (type {}), {} bytes at {}\n", metadata.name,
                         metadata.type, metadata.bytes, metadata.offset);
  }
  return lines;
}

std::string table(const std::vector<Listing>& listings, bool verbose) {
  std::string text = fmt::format("{:>13} {:>13} {:>10} {:>7}  {:<28}  {:<16}  {}\n", "content",
                                 "file", "ratio", "blocks", "model", "checksum", "name");
  FrameInfo total;
  for (const Listing& listing : listings) {
    text += row(listing.sum, input_label(listing.path));
    if (verbose) text += frame_lines(listing);
    add(total, listing.sum);
  }
  if (listings.size() > 1) text += row(total, fmt::format("{} files", listings.size()));
  return text;
}

// Names that programs rely on: the manual page lists them, and none is ever renamed.
Json json_numbers(const FrameInfo& info) {
  return {{"content_bytes", info.content_bytes},   {"coded_bytes", info.coded_bytes},
          {"ratio", rounded(ratio(info), 1e6)},    {"blocks", info.blocks},
          {"mixed_blocks", info.mixed_blocks},     {"network_blocks", info.network_blocks},
          {"context_blocks", info.context_blocks}, {"zstd_blocks", info.zstd_blocks},
          {"stored_blocks", info.stored_blocks},   {"group_blocks", info.group_blocks},
          {"copy_blocks", info.copy_blocks},       {"bwt_blocks", info.bwt_blocks},
          {"lean_blocks", info.lean_blocks}};
}

// An array of what make(element) makes.
template <typename T, typename Make>
Json json_array(const std::vector<T>& all, Make make) {
  Json array = Json::array();
  for (const T& element : all) array.push_back(make(element));
  return array;
}

Json json_model(const ModelName& model) {
  return {{"id", model.id}, {"name", model.name.empty() ? Json() : Json(model.name)}};
}

Json json_wrapper(const BlockInfo::Wrapper& wrapper) {
  return {{"name", wrapper.name}, {"stretches", wrapper.stretches}};
}

Json json_block(const BlockInfo& block) {
  Json json = {{"content_offset", block.content_offset},
               {"content_bytes", block.content_bytes},
               {"coded_bytes", block.coded_bytes},
               {"coding", block.coding},
               {"model", block.model.id.empty() ? Json() : json_model(block.model)},
               {"form", block.form},
               {"stride", block.stride},
               {"element", block.element},
               {"channels", block.channels},
               {"filter", block.filter}};
  if (!block.inner.empty()) {
    json["opened_bytes"] = block.opened_bytes;
    json["wrappers"] = json_array(block.wrappers, json_wrapper);
    json["inner"] = json_array(block.inner, json_block);
  }
  return json;
}

Json json_frame(const FrameInfo& frame) {
  Json json = {{"version", frame.version}};
  json.update(json_numbers(frame));
  json["models"] = json_array(frame.models, json_model);
  json["checksum"] = frame.checksum ? Json(checksum_of(frame)) : Json();
  return json;
}

Json json_metadata(const MetadataInfo& metadata) {
  return {{"type", metadata.type},
          {"kind", metadata.name},
          {"offset", metadata.offset},
          {"coded_bytes", metadata.bytes}};
}

Json json_file(const Listing& listing) {
  Json json = {{"name", listing.path}};
  if (!is_utf8(listing.path)) {
    // JSON has no bytes, so what the name cannot say is given apart.
    std::string hex;
    for (const char byte : listing.path) hex += fmt::format("{:02x}", byte & 0xFF);
    json["name_hex"] = hex;
  }
  json.update(json_numbers(listing.sum));
  json["frames"] = json_array(listing.frames, json_frame);
  for (std::size_t i = 0; i < listing.blocks.size(); ++i) {
    json["frames"][i]["block_list"] = json_array(listing.blocks[i], json_block);
  }
  json["metadata"] = json_array(listing.metadata, json_metadata);
  return json;
}

}  // namespace

void run_list(const Arguments& arguments) {
  std::vector<Listing> listings;
  walk_files(arguments.files, arguments.recursive, [&](const std::string& path, bool found) {
    try {
      if (!found || has_suffix(path, arguments.suffix)) {
        listings.push_back(read_listing(path, arguments));
      }
    } catch (const Error& error) {
      return tell_error(error, path);
    }
    return true;
  });
  if (arguments.json) {
    message::output(json_text(json_array(listings, json_file)));
  } else if (!listings.empty()) {
    message::output(table(listings, arguments.verbosity == message::Verbosity::kVerbose));
  }
}

}  // namespace nnzip
