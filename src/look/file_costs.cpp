// SPDX-License-Identifier: Apache-2.0
// Adds up what the library tells of blocks.
#include "look/file_costs.h"

#include <algorithm>
#include <numeric>

namespace nnzip::look {
namespace {

// Whether people would read it: few bytes that are neither printable nor of UTF-8.
bool is_text(std::span<const std::uint8_t> content) {
  const auto sample = content.first(std::min<std::size_t>(content.size(), 65536));
  const auto strange = std::ranges::count_if(sample, [](std::uint8_t byte) {
    return byte < 32 && byte != '\n' && byte != '\r' && byte != '\t';
  });
  return strange * 50 < static_cast<std::ptrdiff_t>(sample.size());
}

std::string wrappers_of(const BlockInfo& block) {
  std::string names;
  for (const BlockInfo::Wrapper& wrapper : block.wrappers) {
    names += (names.empty() ? "" : ", ") + wrapper.name;
  }
  return names;
}

std::string rows_of(const BlockInfo& block) {
  return block.stride == 0 ? "" : ", rows of " + std::to_string(block.stride) + " bytes";
}

std::string channels_of(const BlockInfo& block) {
  return block.channels < 2 ? "" : ", " + std::to_string(block.channels) + " channels";
}

std::string kind_of(const BlockInfo& block, std::span<const std::uint8_t> content) {
  if (block.coding == "group") return "wrapped: " + wrappers_of(block);
  if (block.form == "pixels") return "image" + rows_of(block) + channels_of(block);
  if (block.form == "samples") return "sound" + channels_of(block);
  if (block.form == "companded") return "telephone sound" + channels_of(block);
  if (block.form == "code") return "machine code";
  if (block.form == "jpeg") return "JPEG";
  if (block.stride != 0) return "table" + rows_of(block);
  return is_text(content) ? "text" : "bytes";
}

std::string predictor_of(const BlockInfo& block) {
  if (block.coding == "mixed") return "network and contexts";
  if (block.coding == "stored") return "nothing, stored";
  if (block.coding != "group") return block.coding;
  std::string all;
  for (const BlockInfo& inner : block.inner) {
    const std::string one = predictor_of(inner);
    if (all.find(one) == std::string::npos) all += (all.empty() ? "" : "; ") + one;
  }
  return "opened: " + all;
}

// Of a block with copies that of its literals.
const BlockInfo& coded_block(const BlockInfo& block) {
  return block.coding == "copies" && !block.inner.empty() ? block.inner.front() : block;
}

Section section_of(const BlockInfo& info, std::span<const std::uint8_t> content) {
  const BlockInfo& block = coded_block(info);
  Section section;
  section.kind = block.coding == "copies" ? "copies" : kind_of(block, content);
  section.predictor = predictor_of(block);
  section.model = block.model.name;
  section.form = block.form;
  section.stride = block.coding == "group" ? 0 : block.stride;
  section.element = block.element;
  return section;
}

class Collector {
 public:
  Collector(FileCosts& file, const GuessRange& wanted) : file_(file), wanted_(wanted) {}

  void add(const CostedBlock& block) {
    Section section = section_of(block.info, block.content);
    section.offset = block.info.content_offset;
    section.bytes = block.content.size();
    section.cost = sum_of(block.costs);
    for (const auto& [offset, length] : block.copied) {
      ++file_.copies.count;
      file_.copies.bytes += length;
      file_.copies.cost += sum_of(block.costs.subspan(offset, length));
    }
    add_section(section, file_.sections);
    for (const OpenedBlock& opened : block.opened) add_opened(opened, block.info.content_offset);
    if (!block.guesses.empty()) add_guesses(block);
    file_.costs.insert(file_.costs.end(), block.costs.begin(), block.costs.end());
  }

 private:
  // Rows go on from one block to the next only if blocks are of whole rows.
  static bool goes_on(const Section& before, const Section& section) {
    Section same = section;
    same.offset = before.offset;
    same.bytes = before.bytes;
    same.cost = before.cost;
    return same == before && (section.stride == 0 || before.bytes % section.stride == 0);
  }

  static void add_section(const Section& section, std::vector<Section>& sections) {
    if (sections.empty() || !goes_on(sections.back(), section)) {
      sections.push_back(section);
      return;
    }
    sections.back().bytes += section.bytes;
    sections.back().cost += section.cost;
  }

  void add_opened(const OpenedBlock& block, std::uint64_t offset) {
    Section section = section_of(block.info, block.content);
    section.offset = offset;
    section.bytes = block.costs.size();
    section.cost = sum_of(block.costs);
    if (section.stride != 0) file_.opened.push_back({section, block.costs});
    file_.parts.push_back(std::move(section));
  }

  // Of neighbours, or of those that have more.
  void add_guesses(const CostedBlock& block) {
    const std::uint64_t begin = block.info.content_offset + block.guess_begin;
    std::vector<ByteGuess>& guesses = file_.guesses;
    const bool goes_on = begin == file_.guess_begin + guesses.size();
    // What begins where it was asked for is what was asked for.
    const bool asked_for = wanted_.begin != 0 && file_.guess_begin == wanted_.begin;
    if (!goes_on && (asked_for || guesses.size() >= block.guesses.size())) return;
    if (!goes_on) guesses.clear();
    if (guesses.empty()) file_.guess_begin = begin;
    guesses.insert(guesses.end(), block.guesses.begin(), block.guesses.end());
    guesses.resize(std::min<std::size_t>(guesses.size(), wanted_.length));
  }

  FileCosts& file_;
  GuessRange wanted_;
};

}  // namespace

std::uint64_t sum_of(std::span<const std::uint32_t> costs) {
  return std::accumulate(costs.begin(), costs.end(), std::uint64_t{0});
}

double bits_per_byte(std::uint64_t cost, std::uint64_t bytes) {
  return bytes == 0 ? 0 : bits_of(cost) / static_cast<double>(bytes);
}

FileCosts measure_file(const std::string& name, std::span<const std::uint8_t> content,
                       const Options& options, const GuessRange& guesses) {
  FileCosts file;
  file.name = name;
  file.level = options.level;
  file.costs.reserve(content.size());
  Collector collector(file, guesses);
  const CostSummary summary = measure_costs(
      content, options, [&](const CostedBlock& block) { collector.add(block); }, guesses);
  file.frame = summary.frame;
  file.frame_bytes = summary.frame_bytes;
  const std::uint64_t rest = content.size() - file.copies.bytes;
  if (rest != 0) {
    const double each =
        static_cast<double>(sum_of(file.costs) - file.copies.cost) / static_cast<double>(rest);
    const double like_rest = each * static_cast<double>(file.copies.bytes);
    const auto cost = static_cast<double>(file.copies.cost);
    file.copies.saved = like_rest > cost ? static_cast<std::uint64_t>(like_rest - cost) : 0;
  }
  return file;
}

std::vector<double> profile(std::span<const std::uint32_t> costs, std::size_t parts) {
  std::vector<double> bits(std::min(parts, costs.size()));
  for (std::size_t i = 0; i < bits.size(); ++i) {
    const std::size_t begin = i * costs.size() / bits.size();
    const std::size_t end = (i + 1) * costs.size() / bits.size();
    bits[i] = bits_per_byte(sum_of(costs.subspan(begin, end - begin)), end - begin);
  }
  return bits;
}

Extremes extremes(std::span<const std::uint32_t> costs, std::size_t count) {
  const std::size_t bytes = std::max<std::size_t>(64, costs.size() / 1000);
  std::vector<Stretch> all;
  for (std::size_t at = 0; at + bytes <= costs.size(); at += bytes) {
    all.push_back({at, bytes, sum_of(costs.subspan(at, bytes))});
  }
  std::ranges::stable_sort(all, std::greater<>(), &Stretch::cost);
  Extremes found;
  const auto take = [&](const auto& from, std::vector<Stretch>& to) {
    for (const Stretch& stretch : from) {
      const bool touches = std::ranges::any_of(to, [&](const Stretch& other) {
        return stretch.offset <= other.offset + bytes && other.offset <= stretch.offset + bytes;
      });
      if (to.size() < count && !touches) to.push_back(stretch);
    }
  };
  take(all, found.costly);
  std::ranges::reverse(all);
  take(all, found.cheap);
  return found;
}

}  // namespace nnzip::look
