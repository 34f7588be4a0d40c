// SPDX-License-Identifier: Apache-2.0
// The walk through folders.
#include "file_walk.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "file_io.h"
#include "message.h"
#include "platform/files.h"

namespace nnzip {
namespace {

namespace fs = std::filesystem;

bool visit_folder(const fs::path& folder, const FileVisitor& visit);

// Never follows a link, so that the walk ends and stays below the folder that was named.
bool visit_entry(const fs::path& entry, const FileVisitor& visit) {
  std::error_code error;
  switch (fs::symlink_status(entry, error).type()) {
    case fs::file_type::directory:
      return visit_folder(entry, visit);
    case fs::file_type::symlink:
      message::warning(entry.string() + " is a symbolic link and is passed over.");
      return true;
    case fs::file_type::regular:
    case fs::file_type::none:       // opening it
    case fs::file_type::not_found:  // will say why
      return visit(entry.string(), true);
    default:
      message::warning(entry.string() + " is no regular file and is passed over.");
      return true;
  }
}

bool visit_folder(const fs::path& folder, const FileVisitor& visit) {
  // All names first: the outputs come into the same folder.
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    entries.push_back(at->path());
  }
  if (error) {
    message::error("Cannot read the folder " + folder.string() + ": " + error.message() + ".");
  }
  std::sort(entries.begin(), entries.end());
  return std::all_of(entries.begin(), entries.end(),
                     [&](const fs::path& entry) { return visit_entry(entry, visit); });
}

}  // namespace

void walk_files(const std::vector<std::string>& paths, bool recursive, const FileVisitor& visit) {
  if (paths.empty()) {
    visit(kStandardStream, false);
    return;
  }
  for (const std::string& path : paths) {
    std::error_code ignored;  // opening it will say what is wrong
    const fs::path folder = platform::path_of(path);
    bool more = true;
    if (path == kStandardStream || !fs::is_directory(folder, ignored)) {
      more = visit(path, false);
    } else if (recursive) {
      more = visit_folder(folder, visit);
    } else {
      message::warning(path + " is a folder and is passed over; -r goes into it.");
    }
    if (!more) return;
  }
}

}  // namespace nnzip
