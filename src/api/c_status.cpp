// SPDX-License-Identifier: Apache-2.0
// The codes of nnzip.h: equal to those of error.hpp, with their names.
#include "api/c_status.h"

#include <algorithm>
#include <exception>
#include <new>

#include "nnzip/nnzip.h"

namespace nnzip {
namespace {

thread_local Failure last_failure;

struct NamedCode {
  int code;
  const char* name;
};

// The code of error.hpp and the enumerator of nnzip.h in one row, which compiles if they are equal.
template <ErrorCode cpp, int c>
constexpr NamedCode row(const char* name) {
  static_assert(static_cast<int>(cpp) == c);
  return {c, name};
}
#define ROW(CPP, C) row<ErrorCode::CPP, C>(#C)

constexpr NamedCode kNamedCodes[] = {
    {NNZIP_OK, "NNZIP_OK"},
    {NNZIP_STREAM_END, "NNZIP_STREAM_END"},
    ROW(kInvalidArgument, NNZIP_ERROR_INVALID_ARGUMENT),
    ROW(kReadFailed, NNZIP_ERROR_READ_FAILED),
    ROW(kWriteFailed, NNZIP_ERROR_WRITE_FAILED),
    ROW(kNotAFrame, NNZIP_ERROR_NOT_A_FRAME),
    ROW(kTruncated, NNZIP_ERROR_TRUNCATED),
    ROW(kCorrupt, NNZIP_ERROR_CORRUPT),
    ROW(kUnsupportedVersion, NNZIP_ERROR_UNSUPPORTED_VERSION),
    ROW(kLimitExceeded, NNZIP_ERROR_LIMIT_EXCEEDED),
    ROW(kModelMissing, NNZIP_ERROR_MODEL_MISSING),
    ROW(kModelCorrupt, NNZIP_ERROR_MODEL_CORRUPT),
    ROW(kModelUnsupported, NNZIP_ERROR_MODEL_UNSUPPORTED),
    ROW(kBackendUnavailable, NNZIP_ERROR_BACKEND_UNAVAILABLE),
    ROW(kBackendMismatch, NNZIP_ERROR_BACKEND_MISMATCH),
    ROW(kDeviceFailed, NNZIP_ERROR_DEVICE_FAILED),
    ROW(kOutOfMemory, NNZIP_ERROR_OUT_OF_MEMORY),
    ROW(kMemoryLimit, NNZIP_ERROR_MEMORY_LIMIT),
    ROW(kOutputTooSmall, NNZIP_ERROR_OUTPUT_TOO_SMALL),
    ROW(kCancelled, NNZIP_ERROR_CANCELLED),
    ROW(kInternal, NNZIP_ERROR_INTERNAL),
};
#undef ROW

}  // namespace

Failure make_failure(ErrorCode code, std::string_view message) noexcept {
  Failure failure;
  failure.code = static_cast<int>(code);
  std::copy_n(message.begin(), std::min(message.size(), sizeof failure.message - 1),
              failure.message);
  return failure;
}

Failure current_failure() noexcept {
  try {
    throw;
  } catch (const Error& error) {
    return make_failure(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    return make_failure(ErrorCode::kOutOfMemory, "there is not enough memory.");
  } catch (const std::exception& error) {
    return make_failure(ErrorCode::kInternal, error.what());
  } catch (...) {
    return make_failure(ErrorCode::kInternal, "something was thrown that is no error.");
  }
}

int tell(const Failure& failure) noexcept {
  last_failure = failure;
  return failure.code;
}

}  // namespace nnzip

const char* nnzip_error_name(int code) {
  for (const nnzip::NamedCode& named : nnzip::kNamedCodes) {
    if (named.code == code) return named.name;
  }
  return "unknown";
}

const char* nnzip_last_error(void) { return nnzip::last_failure.message; }
