// SPDX-License-Identifier: Apache-2.0
// What is known of files as JSON: for programs, and for the page of a report.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "look/file_costs.h"

namespace nnzip::look {

using Json = nlohmann::ordered_json;

// For nnzip explain --json.
Json json_of(const FileCosts& file);

// Room on the page for a file.
struct PageRoom {
  std::size_t cells = 0;  // of its cost maps
  std::size_t text = 0;   // bytes that are shown as text
  std::size_t rows = 0;   // of each table, and points of the curve
};

// Other ways to make the content smaller.
struct Choice {
  std::string name;
  std::uint64_t coded_bytes = 0;
  std::optional<double> seconds, unpack_seconds;  // nothing if nothing was timed
};

// For the page; choices are of all files together.
Json page_file(const FileCosts& file, std::span<const std::uint8_t> content, const PageRoom& room);
Json page_choices(const std::vector<Choice>& choices);

}  // namespace nnzip::look
