// SPDX-License-Identifier: Apache-2.0
// A thread a file: they wait for the device.
#include "files_in_flight.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <future>
#include <system_error>
#include <utility>

#include "message.h"
#include "platform/files.h"
#include "platform/temporary.h"

namespace nnzip {
namespace {

// Content that takes little memory and does not fill a device by itself.
constexpr std::uint64_t kSmallBytes = std::uint64_t{1} << 20;

// What is not there is soon done with.
bool is_small(const std::string& path) {
  const auto status = platform::file_status(path);
  return !status || (status->is_regular() && status->bytes <= kSmallBytes);
}

struct Visited {
  std::vector<message::Line> lines;
  bool more = true;  // whether to go on
};

class InFlight {
 public:
  InFlight(std::size_t at_once, const FileVisitor& visit) : at_once_(at_once), visit_(visit) {}

  // Returns whether to go on.
  bool add(const std::string& path, bool found) {
    while (visits_.size() >= at_once_) end_first();
    if (!more_) return false;
    try {
      visits_.push_back(std::async(std::launch::async, [this, path, found] {
        Visited visited;
        visited.lines = message::kept_from([&] { visited.more = visit_(path, found); });
        return visited;
      }));
    } catch (const std::system_error&) {
      return add_alone(path, found);  // there are no more threads
    }
    return true;
  }

  // Once the others have ended.
  bool add_alone(const std::string& path, bool found) {
    return end_all() && (more_ = visit_(path, found));
  }

  bool end_all() {
    while (!visits_.empty()) end_first();
    return more_;
  }

 private:
  void end_first() {
    const Visited visited = visits_.front().get();
    visits_.pop_front();
    message::say(visited.lines);
    more_ = more_ && visited.more;
  }

  const std::size_t at_once_;
  const FileVisitor& visit_;
  std::deque<std::future<Visited>> visits_;
  bool more_ = true;
};

}  // namespace

void visit_in_flight(const std::vector<std::string>& paths, bool recursive, std::size_t at_once,
                     const FileVisitor& visit) {
  // A walk beside the visits would find their temporary files.
  std::vector<std::pair<std::string, bool>> files;
  walk_files(paths, recursive, [&](const std::string& path, bool found) {
    files.emplace_back(path, found);
    return true;
  });
  InFlight in_flight(std::min<std::size_t>(at_once, platform::kMostTemporaries), visit);
  for (const auto& [path, found] : files) {
    if (!(is_small(path) ? in_flight.add(path, found) : in_flight.add_alone(path, found))) break;
  }
  in_flight.end_all();
}

}  // namespace nnzip
