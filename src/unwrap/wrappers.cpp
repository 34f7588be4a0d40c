// SPDX-License-Identifier: Apache-2.0
// The list of the rows: what knows more of its content comes first.
#include "unwrap/wrappers.h"

#include <algorithm>
#include <array>

#include "unwrap/wrap_base64.h"
#include "unwrap/wrap_deflate.h"
#include "unwrap/wrap_gif.h"
#include "unwrap/wrap_jpeg.h"
#include "unwrap/wrap_page.h"
#include "unwrap/wrap_png.h"
#include "unwrap/wrap_program.h"
#include "unwrap/wrap_type1.h"
#include "unwrap/wrap_utf16.h"

namespace nnzip {
namespace {

constexpr std::array kWrappers = {&kProgramWrapper, &kPngWrapper,   &kDeflateWrapper,
                                  &kGifWrapper,     &kType1Wrapper, &kBase64Wrapper,
                                  &kPageWrapper,    &kUtf16Wrapper, &kJpegWrapper};

bool begins_before(const FoundStretch& a, const FoundStretch& b) { return a.offset < b.offset; }

// stretches: in order, none overlapping another.
bool overlaps_one(const std::vector<FoundStretch>& stretches, const FoundWrapped& found) {
  const auto after = std::ranges::partition_point(stretches, [&](const FoundStretch& stretch) {
    return stretch.offset + stretch.bytes <= found.offset;
  });
  return after != stretches.end() && after->offset < found.offset + found.bytes;
}

// Whatever it looks like.
bool begins_within_one(const std::vector<FoundWrapped>& files, const FoundWrapped& found) {
  const auto after = std::ranges::partition_point(
      files, [&](const FoundWrapped& file) { return file.offset + file.bytes <= found.offset; });
  return after != files.end() && after->offset < found.offset;
}

}  // namespace

const Wrapper* find_wrapper(std::uint8_t number) {
  const auto found = std::ranges::find(kWrappers, number, &Wrapper::number);
  return found == kWrappers.end() ? nullptr : *found;
}

std::vector<FoundStretch> find_wrapped(std::span<const std::uint8_t> content,
                                       std::size_t max_opened) {
  const std::vector<FoundWrapped> files = kJpegWrapper.find(content, max_opened);
  std::vector<FoundStretch> all;
  for (const Wrapper* wrapper : kWrappers) {
    std::vector<FoundStretch> fitting;
    for (const FoundWrapped& found :
         wrapper == &kJpegWrapper ? files : wrapper->find(content, max_opened)) {
      if (!overlaps_one(all, found) && !begins_within_one(files, found))
        fitting.push_back({found, wrapper});
    }
    all.insert(all.end(), fitting.begin(), fitting.end());
    std::ranges::sort(all, begins_before);
  }
  const auto unfinished = std::ranges::find(all, false, &FoundStretch::whole);
  if (unfinished != all.end()) all.erase(unfinished + 1, all.end());
  return all;
}

}  // namespace nnzip
