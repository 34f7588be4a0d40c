// SPDX-License-Identifier: Apache-2.0
// The page of nnzip report: one file of HTML that needs no other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "look/report_data.h"

namespace nnzip::look {

inline constexpr std::size_t kMostFiles = 32;
inline constexpr std::size_t kMostPage = 1'500'000;  // bytes

class Report {
 public:
  // files: how many there will be, 1 to kMostFiles, which share the room. times: whether the page
  // tells how long levels take; else it is always the same.
  Report(std::size_t files, bool times);

  // text: what is shown as text, as much as there is room for if its length is 0. Content of
  // kMostContent at most. Throws Error.
  void add(const std::string& name, std::span<const std::uint8_t> content, const Options& options,
           GuessRange text);

  // After all files.
  std::string page() const;

 private:
  void add_choices(std::span<const std::uint8_t> content, const FileCosts& file,
                   const Options& options);
  void add_choice(const std::string& name, std::uint64_t coded_bytes, double seconds,
                  double unpack_seconds);

  PageRoom room_;
  std::size_t timed_bytes_;  // of each file, by which unpacking is timed; 0: nothing is
  Json files_ = Json::array();
  std::vector<Choice> choices_;  // sums over files
};

}  // namespace nnzip::look
