// SPDX-License-Identifier: Apache-2.0
// Streams of nnzip.h. The codec pulls input and pushes output by calls; here a caller pushes and
// pulls. A coroutine turns one into the other: the codec pauses when a buffer is used up.
#include <algorithm>
#include <exception>
#include <functional>
#include <span>
#include <utility>

#include "api/c_options.h"
#include "api/c_status.h"
#include "api/coroutine.h"
#include "api/source_reader.h"
#include "nnzip/nnzip.h"
#include "nnzip/nnzip.hpp"

namespace nnzip {
namespace {

[[noreturn]] void wrong(const char* message) { throw Error(ErrorCode::kInvalidArgument, message); }

// What the codec has done in the caller's thread, since functions of the program belong there.
using Elsewhere = std::function<void(const std::function<void()>& task)>;

// A source that is asked there.
class AskedReader : public SourceReader {
 public:
  AskedReader(const nnzip_source& source, const Elsewhere& elsewhere)
      : SourceReader(source), elsewhere_(elsewhere) {}

  std::size_t read(std::span<std::uint8_t> buffer) override {
    std::size_t size = 0;
    elsewhere_([&] { size = SourceReader::read(buffer); });
    return size;
  }

 private:
  const Elsewhere& elsewhere_;
};

class CodecStream : private Reader, private Writer {
 public:
  CodecStream(nnzip_direction direction, const nnzip_options& options)
      : direction_(direction),
        options_(cpp_options(options)),
        earlier_(options, options_, elsewhere_),
        progress_(options.progress),
        progress_data_(options.progress_data),
        codec_([this] { run_codec(); }) {
    if (progress_ != nullptr) {
      options_.progress = [this](std::uint64_t done) { report(done); };
    }
  }

  int code(nnzip_buffers& buffers, int action) {
    if (running_) wrong("the stream is in use by the call that this one is made from.");
    check(buffers, action);
    if (codec_.ended()) return tell_result();
    running_ = true;
    finishing_ = action == NNZIP_FINISH;
    flushing_ = action == NNZIP_FLUSH;
    input_ = {static_cast<const std::uint8_t*>(buffers.next_in), buffers.avail_in};
    output_ = {static_cast<std::uint8_t*>(buffers.next_out), buffers.avail_out};
    const int status = status_of([this] { return run_until_used_up(); });
    buffers.next_in = input_.data();
    buffers.avail_in = left_in_ = input_.size();
    buffers.next_out = output_.data();
    buffers.avail_out = output_.size();
    running_ = false;
    return status;
  }

 private:
  void check(const nnzip_buffers& buffers, int action) const {
    if (action != NNZIP_RUN && action != NNZIP_FINISH && action != NNZIP_FLUSH) {
      wrong("the action is none of enum nnzip_action.");
    }
    if (action == NNZIP_FLUSH && direction_ == NNZIP_DECOMPRESS) {
      wrong("NNZIP_FLUSH is for a stream that compresses.");
    }
    if (buffers.next_in == nullptr && buffers.avail_in > 0) {
      wrong("next_in is NULL, but avail_in is not 0.");
    }
    if (buffers.next_out == nullptr && buffers.avail_out > 0) {
      wrong("next_out is NULL, but avail_out is not 0.");
    }
    if (!finishing_ && !flushing_) return;
    if (action != (finishing_ ? NNZIP_FINISH : NNZIP_FLUSH)) {
      wrong("another action cannot follow NNZIP_FINISH, nor NNZIP_FLUSH before it has ended.");
    }
    if (buffers.avail_in > left_in_) {
      wrong("more input cannot follow NNZIP_FINISH, nor NNZIP_FLUSH before it has ended.");
    }
  }

  int run_until_used_up() {
    while (codec_.resume()) {
      if (flushed_) {
        flushed_ = flushing_ = false;
        return NNZIP_STREAM_END;
      }
      if (!task_) return NNZIP_OK;
      std::exchange(task_, {})();
    }
    return tell_result();
  }

  int tell_result() const {
    return result_.code == NNZIP_STREAM_END ? NNZIP_STREAM_END : tell(result_);
  }

  // What follows runs in the coroutine.

  void run_codec() {
    try {
      if (direction_ == NNZIP_COMPRESS) {
        compress_frames();
      } else {
        decompress(*this, *this, options_);
      }
      result_.code = NNZIP_STREAM_END;
    } catch (const std::exception&) {
      result_ = current_failure();
    }
  }

  // A flush is the end of a frame; one without input makes none.
  void compress_frames() {
    wait_for_input();
    do {
      content_before_ += compress(*this, *this, options_).content_bytes;
      wait_for_input();
    } while (!input_.empty());
  }

  void wait_for_input() {
    while (input_.empty() && !finishing_) {
      flushed_ = flushing_;
      codec_.pause();
    }
  }

  std::size_t read(std::span<std::uint8_t> buffer) override {
    while (input_.empty() && !finishing_ && !flushing_) codec_.pause();
    const std::size_t size = std::min(buffer.size(), input_.size());
    std::copy_n(input_.begin(), size, buffer.begin());
    input_ = input_.subspan(size);
    return size;
  }

  void write(std::span<const std::uint8_t> data) override {
    while (!data.empty()) {
      while (output_.empty()) codec_.pause();
      const std::size_t size = std::min(data.size(), output_.size());
      std::copy_n(data.begin(), size, output_.begin());
      output_ = output_.subspan(size);
      data = data.subspan(size);
    }
  }

  void report(std::uint64_t done) {
    int cancelled = 0;
    elsewhere_([&] { cancelled = progress_(progress_data_, content_before_ + done); });
    if (cancelled != 0) throw_cancelled();
  }

  void do_elsewhere(const std::function<void()>& task) {
    std::exception_ptr error;
    task_ = [&] {
      try {
        task();
      } catch (...) {
        error = std::current_exception();
      }
    };
    codec_.pause();
    if (error) std::rethrow_exception(error);
  }

  nnzip_direction direction_;
  Options options_;
  const Elsewhere elsewhere_ = [this](const std::function<void()>& task) { do_elsewhere(task); };
  EarlierFiles<AskedReader> earlier_;
  int (*progress_)(void*, uint64_t);
  void* progress_data_;
  std::span<const std::uint8_t> input_;
  std::span<std::uint8_t> output_;
  std::size_t left_in_ = 0;
  bool running_ = false;
  bool finishing_ = false;
  bool flushing_ = false;             // and not yet done with it
  bool flushed_ = false;              // and the caller has not been told
  std::uint64_t content_before_ = 0;  // of the frame being made
  std::function<void()> task_;        // for the caller's thread
  Failure result_;
  Coroutine codec_;  // last: it ends before what it uses
};

}  // namespace
}  // namespace nnzip

struct nnzip_stream {
  nnzip::CodecStream codec;
};

int nnzip_stream_new(nnzip_stream** stream, int direction, const nnzip_options* options) {
  using namespace nnzip;
  return status_of([&] {
    if (stream == nullptr) wrong("stream is NULL.");
    *stream = nullptr;
    if (direction != NNZIP_COMPRESS && direction != NNZIP_DECOMPRESS) {
      wrong("the direction is neither NNZIP_COMPRESS nor NNZIP_DECOMPRESS.");
    }
    *stream = new nnzip_stream{{static_cast<nnzip_direction>(direction), known_options(options)}};
    return NNZIP_OK;
  });
}

int nnzip_stream_code(nnzip_stream* stream, nnzip_buffers* buffers, int action) {
  using namespace nnzip;
  return status_of([&] {
    if (stream == nullptr) wrong("stream is NULL.");
    if (buffers == nullptr) wrong("buffers is NULL.");
    return stream->codec.code(*buffers, action);
  });
}

void nnzip_stream_free(nnzip_stream* stream) { delete stream; }
