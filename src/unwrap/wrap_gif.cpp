// SPDX-License-Identifier: Apache-2.0
// A candidate is a signature and a screen; the blocks behind lead from image to image.
#include "unwrap/wrap_gif.h"

#include <algorithm>
#include <string_view>

#include "unwrap/gif_codes.h"

namespace nnzip {
namespace {

constexpr std::uint8_t kNumber = 5;
constexpr std::size_t kMinData = 64;
// In the midst of other content, which a group cuts into blocks that have to learn anew.
constexpr std::size_t kMinDataWithin = 4096;
constexpr std::size_t kScreenBytes = 13, kDescriptorBytes = 10;
constexpr std::uint8_t kExtension = 0x21, kImage = 0x2C;

using std::string_view_literals::operator""sv;

// Where an image's data are. header: of its descriptor.
struct Image {
  std::size_t header = 0, offset = 0, bytes = 0;
  std::uint32_t width = 0, height = 0;
  int bits = 0;
  bool whole = true;
};

class Parser {
 public:
  explicit Parser(std::span<const std::uint8_t> content)
      : content_(content), patience_(content.size()) {}

  // Behind the screen that begins at `at`, if one does.
  std::optional<std::size_t> screen(std::size_t at) const {
    if (!has(at, kScreenBytes)) return {};
    const std::string_view name(reinterpret_cast<const char*>(&content_[at]), 6);
    if (name != "GIF87a"sv && name != "GIF89a"sv) return {};
    return at + kScreenBytes + palette_bytes(content_[at + 10]);
  }

  // The image that comes next, from a block's beginning on.
  std::optional<Image> next(std::size_t at) {
    while (has(at, 2) && content_[at] == kExtension) {
      std::size_t end = at + 2;
      if (!skip_blocks(end)) return {};
      at = end;
    }
    return image(at);
  }

  std::optional<Image> image(std::size_t at) {
    if (!has(at, kDescriptorBytes) || content_[at] != kImage) return {};
    Image image{.header = at, .width = little(at + 5), .height = little(at + 7)};
    const std::size_t data = at + kDescriptorBytes + palette_bytes(content_[at + 9]);
    if (!has(data, 1) || image.width == 0 || image.height == 0) return {};
    image.bits = content_[data];
    if (image.bits < 2 || image.bits > 8) return {};
    image.offset = data + 1;
    std::size_t end = image.offset;
    image.whole = skip_blocks(end);
    image.bytes = std::min(end, content_.size()) - image.offset;
    if (!image.whole && (patience_ == 0 || content_.size() - at < kUnfinished)) return {};
    return image;
  }

 private:
  bool has(std::size_t at, std::size_t bytes) const {
    return at <= content_.size() && content_.size() - at >= bytes;
  }
  std::uint32_t little(std::size_t at) const { return content_[at] | content_[at + 1] << 8U; }
  static std::size_t palette_bytes(std::uint8_t flags) {
    return (flags & 0x80) != 0 ? std::size_t{3} << ((flags & 7) + 1) : 0;
  }
  // To behind the empty sub-block. False if the content ends before.
  bool skip_blocks(std::size_t& at) {
    for (; at < content_.size() && patience_ != 0; at += content_[at] + std::size_t{1}, --patience_)
      if (content_[at] == 0) {
        ++at;
        return true;
      }
    return false;
  }

  std::span<const std::uint8_t> content_;
  std::size_t patience_;  // sub-blocks that may still be passed over: it bounds the time
};

// What sub-blocks hold, if all but the last are as long as the first and the empty one is their
// end.
std::optional<Bytes> join_blocks(std::span<const std::uint8_t> stretch) {
  Bytes data;
  const std::size_t full = stretch[0];
  for (std::size_t size = full; !stretch.empty(); stretch = stretch.subspan(1 + size)) {
    const std::size_t before = size;
    size = stretch[0];
    if (size == 0) return stretch.size() == 1 && !data.empty() ? std::optional(data) : std::nullopt;
    if (before != full || size > full || size >= stretch.size()) return {};
    const auto block = stretch.subspan(1, size);
    data.insert(data.end(), block.begin(), block.end());
  }
  return {};
}

// Appends sub-blocks; false if they take more than max_bytes.
bool put_blocks(std::span<const std::uint8_t> data, std::size_t full, std::size_t max_bytes,
                Bytes& out) {
  const std::size_t blocks = (data.size() + full - 1) / full;
  if (data.empty() || data.size() + blocks + 1 > max_bytes) return false;
  while (!data.empty()) {
    const auto block = data.first(std::min(full, data.size()));
    out.push_back(static_cast<std::uint8_t>(block.size()));
    out.insert(out.end(), block.begin(), block.end());
    data = data.subspan(block.size());
  }
  out.push_back(0);
  return true;
}

std::vector<FoundWrapped> find(std::span<const std::uint8_t> content, std::size_t max_opened) {
  constexpr std::string_view kBegin = "GIF8"sv;
  Parser parser(content);
  std::vector<FoundWrapped> found;
  std::size_t at = 0;
  // The images from there on, one behind the other. False if the last one goes on.
  const auto take_images = [&](std::size_t first, std::size_t least) {
    for (auto image = parser.next(first); image; image = parser.next(at)) {
      const std::size_t pixels = std::size_t{image->width} * image->height;
      at = image->offset + image->bytes;
      if (pixels > max_opened || image->bytes < least) continue;
      found.push_back({image->offset, image->bytes, pixels, image->header, image->whole});
      if (!image->whole) return false;
    }
    return true;
  };
  // The content may begin behind an image that was told before.
  if (!take_images(0, kMinDataWithin)) return found;
  while (true) {
    const auto begin = std::search(content.begin() + static_cast<std::ptrdiff_t>(at), content.end(),
                                   kBegin.begin(), kBegin.end());
    if (begin == content.end()) return found;
    at = static_cast<std::size_t>(begin - content.begin());
    const auto images = parser.screen(at);
    const std::size_t least = at == 0 ? kMinData : kMinDataWithin;
    at += kBegin.size();
    if (images && !take_images(*images, least)) return found;
  }
}

std::optional<Layout> layout_of(const Image& image) {
  Layout layout;
  layout.form = Form::kPixels;
  layout.stride = image.width;
  layout.element = layout.channels = 1;
  if (!layout.is_valid()) return {};
  return layout;
}

bool close(std::span<const std::uint8_t> side, std::span<const std::span<const std::uint8_t>> parts,
           std::size_t max_bytes, Bytes& out) {
  if (parts.size() != 1 || side.size() < 2 || side[0] < 2 || side[0] > 8 || side[1] == 0)
    return false;
  const auto data = write_gif_codes(parts[0], side[0], side.subspan(2), max_bytes);
  return data && put_blocks(*data, side[1], max_bytes, out);
}

std::optional<Opened> open(std::span<const std::uint8_t> content, const FoundWrapped& found,
                           std::size_t max_opened) {
  const auto image = Parser(content).image(found.header);
  if (!image || !image->whole || image->offset != found.offset) return {};
  const auto stretch = content.subspan(image->offset, image->bytes);
  const auto data = join_blocks(stretch);
  if (!data) return {};
  auto codes = read_gif_codes(*data, image->bits, std::min(max_opened, found.opened_bytes));
  if (!codes) return {};
  Opened opened{image->bytes, {}, {static_cast<std::uint8_t>(image->bits), stretch[0]}};
  if (!write_gif_side(*codes, image->bits, data->size() / kMostSide, opened.side)) return {};
  const std::span<const std::uint8_t> part = codes->pixels;
  Bytes closed;
  if (!close(opened.side, {&part, 1}, stretch.size(), closed)) return {};
  if (!std::ranges::equal(closed, stretch)) return {};
  const bool all = codes->pixels.size() == std::size_t{image->width} * image->height;
  opened.parts.push_back({std::move(codes->pixels), all ? layout_of(*image) : std::nullopt});
  return opened;
}

}  // namespace

const Wrapper kGifWrapper{kNumber, "GIF", find, open, close};

}  // namespace nnzip
