// SPDX-License-Identifier: Apache-2.0
// How far a file has got, on a terminal only.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace nnzip {

class Progress {
 public:
  // total: content bytes in all, 0 if not known.
  Progress(std::string name, std::uint64_t total) : name_(std::move(name)), total_(total) {}
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(std::uint64_t done);
  double seconds() const;  // since the start

 private:
  std::string name_;
  std::uint64_t total_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double shown_at_ = 0.0;
};

// The line for a file: its name, a bar, percent, rate and time left, as much of it as columns hold.
std::string progress_line(const std::string& name, std::uint64_t done, std::uint64_t total,
                          double seconds, std::size_t columns);

}  // namespace nnzip
