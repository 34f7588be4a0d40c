// SPDX-License-Identifier: Apache-2.0
// Takes the hexadecimal examples out of specifications.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace nnzip::test {

// All blocks that are fenced as "hex <kind>", each as its lines' bytes. A line's bytes end at two
// blanks, where its comment begins.
inline std::vector<std::vector<Bytes>> format_examples(
    const std::string& kind, const std::string& document = "src/container/FORMAT.md") {
  std::ifstream file(std::filesystem::path(NNZIP_SOURCE_DIR) / document);
  std::vector<std::vector<Bytes>> examples;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```")) {
      inside = line == "```hex " + kind;
      if (inside) examples.emplace_back();
    } else if (inside) {
      std::istringstream digits(line.substr(0, line.find("  ")));
      Bytes& bytes = examples.back().emplace_back();
      for (unsigned byte = 0; digits >> std::hex >> byte;) {
        bytes.push_back(static_cast<std::uint8_t>(byte));
      }
    }
  }
  return examples;
}

inline Bytes joined(const std::vector<Bytes>& lines) {
  Bytes all;
  for (const Bytes& line : lines) all.insert(all.end(), line.begin(), line.end());
  return all;
}

}  // namespace nnzip::test
