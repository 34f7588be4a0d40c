// SPDX-License-Identifier: Apache-2.0
// nnzip sample: the compressor as a generator.
#include <algorithm>

#include "commands.h"
#include "content_file.h"
#include "file_io.h"
#include "transfer.h"

namespace nnzip {
namespace {

class Collector : public Writer {
 public:
  void write(std::span<const std::uint8_t> data) override { text.append(data.begin(), data.end()); }
  std::string text;
};

// Line by line, without what a terminal would obey.
std::string masked(const std::string& text) {
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    shown += message::printable(std::string_view(text).substr(at, end - at)) + "\n";
    at = end + 1;
  }
  return shown;
}

}  // namespace

void run_sample(const Arguments& arguments) {
  std::vector<std::uint8_t> prompt;
  if (!arguments.prompt.empty()) {
    prompt = read_content(arguments.prompt, {}, kMostSample, "a prompt has no more.");
  }
  const std::string target = arguments.output.empty() ? kStandardStream : arguments.output;
  OutputFile output(target, arguments.force, false);
  if (output.is_terminal() && !arguments.force) {
    Collector made;
    sample(prompt, made, arguments.options, arguments.sample);
    return message::output(masked(made.text));
  }
  sample(prompt, output, arguments.options, arguments.sample);
  output.commit(nullptr);
}

}  // namespace nnzip
