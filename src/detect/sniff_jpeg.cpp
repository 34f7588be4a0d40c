// SPDX-License-Identifier: Apache-2.0
// From SOI to EOI.
#include "detect/sniff.h"
#include "unwrap/jpeg_extent.h"

namespace nnzip {

std::optional<Found> sniff_jpeg_file(const HeaderView& header) {
  const auto extent = jpeg_extent(header.bytes());
  if (!extent) return {};
  Found found;
  found.bytes = extent->bytes;
  found.unfinished = !extent->whole;
  // Cut behind the header of a scan: what there is of it may do.
  if (extent->whole || extent->scans) found.layout = jpeg_layout(extent->blocks);
  return found;
}

}  // namespace nnzip
