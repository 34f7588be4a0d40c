// SPDX-License-Identifier: Apache-2.0
// Long rows of small numbers are base64 of bytes, so that a page stays small.
#include "look/report_data.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "look/members.h"

namespace nnzip::look {
namespace {

constexpr std::size_t kProfile = 64, kExtremes = 3, kMostMaps = 40, kMostName = 100;
constexpr std::size_t kMostSide = 16'384;  // of a picture, for all browsers
constexpr double kStepsPerBit = 16;        // of a cell; 255 is all that is more

double rounded(double number, double scale) { return std::round(number * scale) / scale; }
double bytes_of(std::uint64_t cost) { return rounded(bits_of(cost) / 8, 100); }
double rate(std::uint64_t cost, std::uint64_t bytes) {
  return rounded(bits_per_byte(cost, bytes), 10000);
}

Json json_of(const Section& section) {
  Json json = {{"offset", section.offset},
               {"bytes", section.bytes},
               {"coded_bytes", bytes_of(section.cost)},
               {"bits_per_byte", rate(section.cost, section.bytes)},
               {"kind", section.kind},
               {"predictor", section.predictor}};
  json["model"] = section.model.empty() ? Json() : Json(section.model);
  return json;
}

Json json_of(const std::vector<Stretch>& stretches) {
  Json all = Json::array();
  for (const Stretch& stretch : stretches) {
    all.push_back({{"offset", stretch.offset},
                   {"bytes", stretch.bytes},
                   {"bits_per_byte", rate(stretch.cost, stretch.bytes)}});
  }
  return all;
}

Json json_of(const Copies& copies) {
  return {{"count", copies.count},
          {"bytes", copies.bytes},
          {"coded_bytes", bytes_of(copies.cost)},
          {"saved_bytes", bytes_of(copies.saved)}};
}

Json heading(const FileCosts& file) {
  return {{"name", file.name},
          {"level", file.level},
          {"content_bytes", file.frame.content_bytes},
          {"coded_bytes", file.frame.coded_bytes},
          {"frame_bytes", file.frame_bytes}};
}

std::string base64(std::span<const std::uint8_t> bytes) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t word = 0;
    for (std::size_t k = 0; k < 3; ++k) word = word << 8 | (k < count ? bytes[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= count ? kDigits[word >> (18 - 6 * k) & 63] : '=';
    }
  }
  return text;
}

std::uint8_t cell_of(std::uint64_t cost, std::uint64_t bytes) {
  return static_cast<std::uint8_t>(
      std::min(255.0, std::round(bits_per_byte(cost, bytes) * kStepsPerBit)));
}

// 256 to 1024 bytes where there are no rows, about as wide as it is high.
std::size_t row_bytes(const Section& section) {
  if (section.stride != 0) return section.stride;
  std::size_t bytes = 256;
  while (bytes < 1024 && bytes * bytes < section.bytes) bytes *= 2;
  return bytes;
}

// A picture of costs: a cell for each pixel or byte, or for squares of them if there are too many.
Json map_of(const Section& section, std::span<const std::uint32_t> costs, std::size_t most_cells) {
  const std::size_t stride = row_bytes(section);
  const std::size_t unit = section.form == "pixels" ? section.element : 1;
  const std::size_t rows = (costs.size() + stride - 1) / stride;
  const std::size_t columns = (std::min(stride, costs.size()) + unit - 1) / unit;
  std::size_t side = 1;
  const auto parts = [&](std::size_t n) { return (n + side - 1) / side; };
  while (parts(rows) * parts(columns) > std::max<std::size_t>(most_cells, 1) ||
         std::max(parts(rows), parts(columns)) > kMostSide) {
    ++side;
  }
  const std::size_t width = parts(columns);
  std::vector<std::uint64_t> sums(width * parts(rows)), bytes(sums.size());
  for (std::size_t i = 0; i < costs.size(); ++i) {
    const std::size_t cell = i / stride / side * width + i % stride / unit / side;
    sums[cell] += costs[i];
    ++bytes[cell];
  }
  std::vector<std::uint8_t> cells(sums.size());
  for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = cell_of(sums[i], bytes[i]);
  return {{"title", section.kind}, {"offset", section.offset},
          {"bytes", costs.size()}, {"coded_bytes", bytes_of(sum_of(costs))},
          {"stride", stride},      {"cell", {side * unit, side}},
          {"width", width},        {"cells", base64(cells)}};
}

// Of sections, the longest of them if there are many, and of what wrapped images open to.
Json maps_of(const FileCosts& file, std::size_t cells) {
  struct Source {
    const Section* section;
    std::span<const std::uint32_t> costs;
  };
  std::vector<Source> sources;
  const std::span<const std::uint32_t> all = file.costs;
  for (const Section& section : file.sections) {
    sources.push_back({&section, all.subspan(section.offset, section.bytes)});
  }
  for (const OpenedSection& opened : file.opened) {
    sources.push_back({&opened.section, opened.costs});
  }
  std::ranges::stable_sort(sources, std::greater<>(),
                           [](const Source& source) { return source.costs.size(); });
  sources.resize(std::min(sources.size(), kMostMaps));
  std::ranges::stable_sort(sources, {},
                           [](const Source& source) { return source.section->offset; });
  std::size_t bytes = 1;
  for (const Source& source : sources) bytes += source.costs.size();
  Json maps = Json::array();
  for (const Source& source : sources) {
    maps.push_back(map_of(*source.section, source.costs, cells * source.costs.size() / bytes));
  }
  return maps;
}

// Bytes of guesses as the page takes them apart: three of the network and their chances in 1/255,
// the contexts', the match's and how long it is; what was not expected has a bit in the last one.
void add_guess(const ByteGuess& guess, std::vector<std::uint8_t>& out) {
  std::uint8_t missing = 0;
  const auto add = [&](std::int16_t byte, int bit) {
    if (byte < 0) missing |= static_cast<std::uint8_t>(1 << bit);
    out.push_back(static_cast<std::uint8_t>(byte < 0 ? 0 : byte));
  };
  for (int i = 0; i < 3; ++i) add(guess.network[static_cast<std::size_t>(i)], i);
  for (const std::uint16_t chance : guess.network_chances) {
    out.push_back(static_cast<std::uint8_t>(chance >> 8));
  }
  add(guess.contexts, 3);
  add(guess.match, 4);
  out.push_back(static_cast<std::uint8_t>(std::min<std::uint32_t>(guess.match_bytes, 255)));
  out.push_back(missing);
}

Json text_of(const FileCosts& file, std::span<const std::uint8_t> content, std::size_t most) {
  const std::size_t count = std::min(most, file.guesses.size());
  std::vector<std::uint8_t> guesses, costs;
  for (std::size_t i = 0; i < count; ++i) {
    add_guess(file.guesses[i], guesses);
    costs.push_back(cell_of(file.costs[file.guess_begin + i], 1));
  }
  return {{"offset", file.guess_begin},
          {"bytes", base64(content.subspan(file.guess_begin, count))},
          {"costs", base64(costs)},
          {"guesses", base64(guesses)}};
}

// The end of a long path tells most.
std::string shortened(const std::string& name) {
  if (name.size() <= kMostName) return name;
  std::size_t begin = name.size() - kMostName;
  while (begin < name.size() && (static_cast<unsigned char>(name[begin]) & 0xC0) == 0x80) ++begin;
  return "..." + name.substr(begin);
}

struct Area {
  std::string name;
  std::uint64_t offset, bytes, cost;
};

// Of a section what it opens to, and the rest of it.
void add_areas(const FileCosts& file, const Section& section, std::vector<Area>& areas) {
  Area rest{section.kind, section.offset, section.bytes, section.cost};
  for (const Section& part : file.parts) {
    if (part.offset < section.offset || part.offset >= section.offset + section.bytes) continue;
    if (part.cost > rest.cost) break;
    rest.cost -= part.cost;
    areas.push_back({"opened: " + part.kind, part.offset, part.bytes, part.cost});
  }
  areas.push_back(rest);
}

// Members of an archive, else sections; small ones together.
Json areas_of(const FileCosts& file, std::span<const std::uint8_t> content, std::size_t most) {
  std::vector<Area> areas;
  const std::span<const std::uint32_t> costs = file.costs;
  std::uint64_t end = 0;
  for (const Member& member : tar_members(content)) {
    areas.push_back({member.name, member.offset, member.bytes,
                     sum_of(costs.subspan(member.offset, member.bytes))});
    end = member.offset + member.bytes;
  }
  if (areas.empty()) {
    for (const Section& section : file.sections) add_areas(file, section, areas);
  } else if (end < content.size()) {
    areas.push_back({"end", end, content.size() - end, sum_of(costs.subspan(end))});
  }
  std::ranges::stable_sort(areas, std::greater<>(), &Area::cost);
  Area others{"others", 0, 0, 0};
  while (areas.size() > most) {
    others.bytes += areas.back().bytes;
    others.cost += areas.back().cost;
    areas.pop_back();
  }
  if (others.bytes != 0) areas.push_back(others);
  Json json = Json::array();
  for (const Area& area : areas) {
    json.push_back({{"name", shortened(area.name)},
                    {"bytes", area.bytes},
                    {"coded_bytes", bytes_of(area.cost)}});
  }
  return json;
}

Json curve_of(std::span<const std::uint32_t> costs, std::size_t most) {
  Json points = Json::array();
  const std::size_t parts = std::min(most, costs.size());
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < parts; ++i) {
    const std::size_t begin = i * costs.size() / parts, end = (i + 1) * costs.size() / parts;
    sum += sum_of(costs.subspan(begin, end - begin));
    points.push_back({end, std::round(bits_of(sum) / 8)});
  }
  return points;
}

Json sections_of(const FileCosts& file, std::size_t most) {
  Json sections = Json::array();
  for (const Section& section : file.sections) {
    if (sections.size() == most) break;
    sections.push_back(json_of(section));
  }
  return sections;
}

}  // namespace

Json json_of(const FileCosts& file) {
  Json json = heading(file);
  json["sections"] = sections_of(file, file.sections.size());
  json["copies"] = json_of(file.copies);
  Json bars = Json::array();
  for (const double bits : profile(file.costs, kProfile)) bars.push_back(rounded(bits, 1000));
  json["profile"] = bars;
  const Extremes found = extremes(file.costs, kExtremes);
  json["costly"] = json_of(found.costly);
  json["cheap"] = json_of(found.cheap);
  return json;
}

Json page_file(const FileCosts& file, std::span<const std::uint8_t> content, const PageRoom& room) {
  Json json = heading(file);
  json["sections"] = sections_of(file, room.rows);
  json["section_count"] = file.sections.size();
  json["costs_bytes"] = bytes_of(sum_of(file.costs));
  json["copies"] = json_of(file.copies);
  json["maps"] = maps_of(file, room.cells);
  json["text"] = text_of(file, content, room.text);
  json["areas"] = areas_of(file, content, room.rows);
  json["curve"] = curve_of(file.costs, room.rows);
  return json;
}

Json page_choices(const std::vector<Choice>& choices) {
  Json all = Json::array();
  for (const Choice& choice : choices) {
    Json json = {{"name", choice.name}, {"coded_bytes", choice.coded_bytes}};
    if (choice.seconds) json["seconds"] = rounded(*choice.seconds, 1000);
    if (choice.unpack_seconds) json["unpack_seconds"] = rounded(*choice.unpack_seconds, 1000);
    all.push_back(json);
  }
  return all;
}

}  // namespace nnzip::look
