/* SPDX-License-Identifier: Apache-2.0 */
/* What functions of nnzip.h return, which includes this file. C++ has error.hpp. */
#ifndef NNZIP_ERROR_H
#define NNZIP_ERROR_H

#include "nnzip/visibility.h"

#ifdef __cplusplus
extern "C" {
#endif

enum nnzip_status {
  NNZIP_OK = 0,
  NNZIP_STREAM_END = 1 /* nnzip_stream_code(): what the action asked for is done */
};

/* Families: 10 arguments, 20 files, 30 frames, 40 models, 50 devices, 60 resources, 90 nnzip
 * itself. Others may be added to a family, so unknown values are to be taken for errors too. */
enum nnzip_error {
  /* The call is wrong: the message says what is. The data are not to blame. */
  NNZIP_ERROR_INVALID_ARGUMENT = 10,

  /* A model's file cannot be read, or nnzip_source.read failed. */
  NNZIP_ERROR_READ_FAILED = 20,
  /* The function given to nnzip_compress_part() or nnzip_join() to write with failed. */
  NNZIP_ERROR_WRITE_FAILED = 21,

  /* The data do not begin with nnzip's magic bytes. */
  NNZIP_ERROR_NOT_A_FRAME = 30,
  /* The data end inside a frame: they are the beginning of something longer, or damaged. */
  NNZIP_ERROR_TRUNCATED = 31,
  /* The data are damaged: a field contradicts the format, a checksum fails, or something else
   * follows a frame. */
  NNZIP_ERROR_CORRUPT = 32,
  /* The data were made by a newer nnzip. */
  NNZIP_ERROR_UNSUPPORTED_VERSION = 33,
  /* The data state a size over what this library agrees to handle. */
  NNZIP_ERROR_LIMIT_EXCEEDED = 34,

  /* The model that the frame or the options name is in none of the folders searched. */
  NNZIP_ERROR_MODEL_MISSING = 40,
  /* A model's file is damaged. */
  NNZIP_ERROR_MODEL_CORRUPT = 41,
  /* A model's file is for a newer nnzip. */
  NNZIP_ERROR_MODEL_UNSUPPORTED = 42,

  /* What nnzip_options.device names is not there. */
  NNZIP_ERROR_BACKEND_UNAVAILABLE = 50,
  /* Two devices disagree; only the checks that nnzip.hpp offers report it. */
  NNZIP_ERROR_BACKEND_MISMATCH = 51,
  /* The device could not go on computing; the call may be repeated, or made with another device. */
  NNZIP_ERROR_DEVICE_FAILED = 52,

  /* There is not enough memory, or a thread cannot be started. */
  NNZIP_ERROR_OUT_OF_MEMORY = 60,
  /* The call needs more memory than nnzip_options.memory_limit; the message has both figures. */
  NNZIP_ERROR_MEMORY_LIMIT = 61,
  /* The output buffer is too small: see nnzip_compress_bound() and nnzip_content_size(). */
  NNZIP_ERROR_OUTPUT_TOO_SMALL = 62,
  /* nnzip_options.progress returned nonzero. */
  NNZIP_ERROR_CANCELLED = 63,

  /* A defect of nnzip; please report it. */
  NNZIP_ERROR_INTERNAL = 90
};

/* The enumerator's name, such as "NNZIP_ERROR_TRUNCATED", or "unknown"; never NULL. */
NNZIP_API const char* nnzip_error_name(int code);

/* What happened in the last call of this thread that returned an error: one sentence in English, at
 * most 1023 bytes; "" if there was none. Valid until the thread's next call of a function that
 * returns int.
 *
 * Untrusted data: the text may quote names of files, which may hold any bytes but NUL. */
NNZIP_API const char* nnzip_last_error(void);

#ifdef __cplusplus
}
#endif

#endif
