// SPDX-License-Identifier: Apache-2.0
// The rules of each payload once, for writing and reading.
#include "container/metadata_payloads.h"

namespace nnzip {
namespace {

constexpr std::size_t kMaxNameBytes = 65535;
constexpr std::uint64_t kMaxEnd = std::uint64_t{1} << 63;

bool is_valid(const Names::Entry& entry) {
  return !entry.name.empty() && entry.name.size() <= kMaxNameBytes && entry.offset < kMaxEnd &&
         entry.length < kMaxEnd - entry.offset;
}

bool is_valid(const Part& part) { return part.number >= 1 && part.number <= part.count; }

bool is_valid(const ApplicationData& data) { return data.bytes.size() <= kMaxApplicationBytes; }

template <typename Payload>
void demand_valid(const Payload& payload, const char* rule) {
  if (!is_valid(payload)) throw Error(ErrorCode::kInvalidArgument, rule);
}

constexpr const char* kNameRule =
    "a name has 1 to 65535 bytes, and what it names ends before byte 2^63 of the content.";
constexpr const char* kPartRule = "parts are numbered from 1 to their count.";
constexpr const char* kApplicationRule = "data of an application are at most 64 KiB.";

void demand_end(const ByteReader& reader) {
  if (reader.remaining() > 0) reader.fail("something follows the last field");
}

}  // namespace

Bytes write_names(const Names& names) {
  Bytes out;
  ByteWriter writer(out);
  writer.varint(names.entries.size());
  for (const Names::Entry& entry : names.entries) {
    demand_valid(entry, kNameRule);
    writer.varint(entry.name.size());
    writer.bytes(Bytes(entry.name.begin(), entry.name.end()));
    writer.varint(entry.offset);
    writer.varint(entry.length);
  }
  return out;
}

Names read_names(std::span<const std::uint8_t> payload) {
  ByteReader reader(payload, ErrorCode::kCorrupt, "the names");
  Names names;
  const std::uint64_t count = reader.varint();
  for (std::uint64_t i = 0; i < count; ++i) {
    Names::Entry& entry = names.entries.emplace_back();
    const auto name = reader.bytes(reader.varint());
    entry.name.assign(name.begin(), name.end());
    entry.offset = reader.varint();
    entry.length = reader.varint();
    if (!is_valid(entry)) reader.fail(kNameRule);
  }
  demand_end(reader);
  return names;
}

Bytes write_part(const Part& part) {
  demand_valid(part, kPartRule);
  Bytes out;
  ByteWriter writer(out);
  writer.varint(part.number);
  writer.varint(part.count);
  writer.u64(part.offset);
  writer.u64(part.whole);
  return out;
}

Part read_part(std::span<const std::uint8_t> payload) {
  ByteReader reader(payload, ErrorCode::kCorrupt, "the part");
  Part part;
  part.number = reader.varint();
  part.count = reader.varint();
  part.offset = reader.u64();
  part.whole = reader.u64();
  if (!is_valid(part)) reader.fail(kPartRule);
  demand_end(reader);
  return part;
}

Bytes write_application_data(const ApplicationData& data) {
  demand_valid(data, kApplicationRule);
  return data.bytes;
}

ApplicationData read_application_data(std::span<const std::uint8_t> payload) {
  ApplicationData data{Bytes(payload.begin(), payload.end())};
  if (!is_valid(data)) throw Error(ErrorCode::kCorrupt, kApplicationRule);
  return data;
}

}  // namespace nnzip
