// SPDX-License-Identifier: Apache-2.0
// nnzip_options as Options.
#pragma once

#include <optional>

#include "nnzip/nnzip.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {

// The options of this library's version, from those of any: what an older program does not know is
// at its default. NULL are the defaults. Throws Error(kInvalidArgument).
nnzip_options known_options(const nnzip_options* options);

// Its progress calls that of options and throws Error(kCancelled) when told to. Sources are those
// of EarlierFiles.
Options cpp_options(const nnzip_options& options);

// The sources of options, for Options that must not outlive it. Reader: SourceReader or made of
// one; more: what its constructor takes besides. Throws Error(kInvalidArgument).
template <class Reader>
class EarlierFiles {
 public:
  template <class... More>
  explicit EarlierFiles(const nnzip_options& options, Options& to, More&... more) {
    open(options.reuse, reuse_, to.reuse, more...);
    open(options.resume, resume_, to.resume, more...);
  }
  EarlierFiles(const EarlierFiles&) = delete;
  EarlierFiles& operator=(const EarlierFiles&) = delete;

 private:
  template <class... More>
  static void open(const nnzip_source* source, std::optional<Reader>& reader, SeekableReader*& to,
                   More&... more) {
    if (source != nullptr) to = &reader.emplace(*source, more...);
  }

  std::optional<Reader> reuse_, resume_;
};

// What a callback asked for.
[[noreturn]] void throw_cancelled();

}  // namespace nnzip
