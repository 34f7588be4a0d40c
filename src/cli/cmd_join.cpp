// SPDX-License-Identifier: Apache-2.0
// nnzip join: compressed files to one with a directory.
#include <spdlog/fmt/fmt.h>

#include <memory>

#include "commands.h"
#include "transfer.h"

namespace nnzip {
namespace {

// The files to join, one open at a time, so that there may be thousands.
class Inputs {
 public:
  explicit Inputs(const std::vector<std::string>& paths) : paths_(paths), statuses_(paths.size()) {}

  SeekableReader& open(std::size_t index, const OutputFile& output) {
    index_ = index;
    file_ = std::make_unique<InputFile>(paths_[index]);
    refuse_same_file(*file_, output);
    if (file_->is_standard() || file_->seekable() == nullptr) {
      throw Error(ErrorCode::kInvalidArgument,
                  file_->label() +
                      " cannot be joined: join takes regular files by name, which it reads twice.");
    }
    warn_of_change();
    return *file_->seekable();
  }

  const std::string& path() const { return paths_[index_]; }  // of the file opened last

 private:
  // Between the first opening and the second.
  void warn_of_change() {
    auto& before = statuses_[index_];
    const platform::FileStatus& now = file_->status();
    if (before && !now.has_same_content(*before)) {
      message::warning(file_->label() + " has changed while it was read.");
    }
    before = now;
  }

  const std::vector<std::string>& paths_;
  std::vector<std::optional<platform::FileStatus>> statuses_;
  std::unique_ptr<InputFile> file_;
  std::size_t index_ = 0;
};

}  // namespace

void run_join(const Arguments& arguments) {
  Inputs inputs(arguments.files);
  try {
    const std::string target = arguments.output.empty() ? kStandardStream : arguments.output;
    OutputFile output(target, arguments.force, true);
    if (!arguments.force) refuse_terminal(output);
    const Summary summary = join(
        arguments.files.size(),
        [&](std::size_t index) -> SeekableReader& { return inputs.open(index, output); }, output);
    output.commit(nullptr);
    message::note(fmt::format("{} files, {} frames, {} bytes of content -> {} bytes, {}",
                              arguments.files.size(), summary.frames, summary.content_bytes,
                              summary.coded_bytes, describe(summary)));
  } catch (const Error& error) {
    tell_error(error, inputs.path());
  }
}

}  // namespace nnzip
