// SPDX-License-Identifier: Apache-2.0
// nnzip report: where the bytes of compressed files go, as a page for a browser.
#include <algorithm>

#include "commands.h"
#include "content_file.h"
#include "file_io.h"
#include "look/report.h"
#include "option_table.h"
#include "transfer.h"

namespace nnzip {
namespace {

std::string page_of(const std::vector<std::string>& files, const Arguments& arguments) {
  look::Report report(files.size(), arguments.times);
  for (const std::string& path : files) {
    try {
      const auto content =
          read_content(path, arguments.range, look::kMostContent, "--range picks a part of it.");
      report.add(path == kStandardStream ? input_label(path) : path, content, arguments.options,
                 {arguments.shown.offset, arguments.shown.length});
    } catch (const Error& error) {
      const std::string what = error.what(), label = input_label(path);
      throw Error(error.code(), what.find(label) == std::string::npos ? label + ": " + what : what);
    }
  }
  return report.page();
}

}  // namespace

void run_report(const Arguments& arguments) {
  std::vector<std::string> files = arguments.files;
  if (files.empty()) files.emplace_back(kStandardStream);
  if (files.size() > look::kMostFiles) {
    fail("A report is of " + std::to_string(look::kMostFiles) + " files at most.");
  }
  const std::string target = arguments.output.empty() ? kStandardStream : arguments.output;
  OutputFile output(target, arguments.force, false);
  for (const std::string& path : files) {
    const auto status = path == kStandardStream ? std::nullopt : platform::file_status(path);
    if (status && status->is_regular()) refuse_same_file(InputFile(path), output);
  }
  const std::string page = page_of(files, arguments);
  output.write(
      {reinterpret_cast<const std::uint8_t*>(page.data()), page.size()});  // NOLINT: characters
  output.commit(nullptr);
}

}  // namespace nnzip
