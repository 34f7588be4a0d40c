// SPDX-License-Identifier: Apache-2.0
// A correction is two varints: right predictions before it; twice the difference, or one more.
#include "unwrap/corrections.h"

#include <algorithm>

namespace nnzip {

std::optional<std::uint64_t> take_varint(std::span<const std::uint8_t> data, std::size_t& at) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 63 && at < data.size(); shift += 7) {
    const std::uint8_t byte = data[at++];
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
  return {};
}

// Above the prediction: 0, 2, 4, ...; below: 1, 3, 5, ...
void CorrectionWriter::correct(Written& written, std::uint32_t predicted, std::uint32_t truth) {
  ByteWriter out(written.bytes);
  out.varint(written.gap);
  out.varint(truth > predicted ? 2 * (std::uint64_t{truth} - predicted - 1)
                               : 2 * (std::uint64_t{predicted} - truth - 1) + 1);
  written.gap = 0;
  ++corrections_;
}

void CorrectionWriter::finish(Bytes& side) const {
  ByteWriter out(side);
  for (std::size_t i = 0; i + 1 < kChannels; ++i) out.varint(channels_[i].bytes.size());
  for (const Written& written : channels_) out.bytes(written.bytes);
}

CorrectionReader::CorrectionReader(std::span<const std::uint8_t> data) {
  std::array<std::uint64_t, kChannels> sizes{};
  std::size_t at = 0;
  for (std::size_t i = 0; i + 1 < kChannels; ++i) {
    const auto size = take_varint(data, at);
    failed_ = failed_ || !size;
    sizes[i] = size.value_or(0);
  }
  for (std::size_t i = 0; i < kChannels; ++i) {
    const std::size_t rest = data.size() - at;
    if (i + 1 == kChannels) sizes[i] = rest;
    failed_ = failed_ || sizes[i] > rest;
    channels_[i].bytes =
        data.subspan(at, static_cast<std::size_t>(std::min<std::uint64_t>(sizes[i], rest)));
    at += channels_[i].bytes.size();
    next(channels_[i]);
  }
}

void CorrectionReader::next(Read& read) {
  read.gap = kNoMore;
  if (read.at == read.bytes.size()) return;
  const auto gap = take_varint(read.bytes, read.at);
  if (gap)
    read.gap = *gap;
  else
    failed_ = true;
}

std::uint32_t CorrectionReader::correct(Read& read, std::uint32_t predicted) {
  const auto code = take_varint(read.bytes, read.at);
  next(read);
  const std::uint64_t distance = code ? *code / 2 + 1 : 0;
  const bool up = code && *code % 2 == 0;
  const std::uint64_t room = up ? 0xFFFFFFFFU - predicted : predicted;
  if (!code || distance > room) {
    failed_ = true;
    return predicted;
  }
  return static_cast<std::uint32_t>(up ? predicted + distance : predicted - distance);
}

bool CorrectionReader::done() const {
  return !failed_ && std::all_of(channels_.begin(), channels_.end(), [](const Read& read) {
    return read.at == read.bytes.size() && read.gap > kNoMore / 2;
  });
}

}  // namespace nnzip
