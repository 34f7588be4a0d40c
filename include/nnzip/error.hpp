// SPDX-License-Identifier: Apache-2.0
// The one exception of nnzip and its codes.
#pragma once

#include <stdexcept>
#include <string>

#include "nnzip/visibility.h"

namespace nnzip {

// Values are pinned: they may be added to, never renumbered. Families: 10 arguments, 20 files,
// 30 frames, 40 models, 50 backends, 60 resources, 90 defects of nnzip itself.
enum class ErrorCode : int {
  kInvalidArgument = 10,
  kReadFailed = 20,
  kWriteFailed = 21,
  kNotAFrame = 30,           // the data does not begin with nnzip's magic
  kTruncated = 31,           // the data ends inside a frame
  kCorrupt = 32,             // a field contradicts the format, or a checksum fails
  kUnsupportedVersion = 33,  // a newer format
  kLimitExceeded = 34,       // a size is over what this build agrees to handle
  kModelMissing = 40,        // the frame's model is in none of the folders searched
  kModelCorrupt = 41,
  kModelUnsupported = 42,
  kBackendUnavailable = 50,
  kBackendMismatch = 51,  // two backends gave different integers
  kDeviceFailed = 52,     // the device could not go on computing
  kOutOfMemory = 60,
  kMemoryLimit = 61,     // the call would need more than Options::memory_limit
  kOutputTooSmall = 62,  // the buffer given does not hold the output
  kCancelled = 63,       // by the caller's progress function
  kInternal = 90,
};

// what() is a whole sentence: what happened, where, and the remedy if there is one.
class NNZIP_API Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace nnzip
