// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <memory>
#include <thread>

#include "unit/c_api_helpers.h"

namespace nnzip {
namespace {

using test::c_compressed;
using test::c_options;
using test::c_options_without_model;
using test::last_error_says;
using test::Random;
using test::TinyModel;
using test::to_bytes;

constexpr std::size_t kMib = std::size_t{1} << 20;

const TinyModel& tiny() {
  static const TinyModel model(31);
  return model;
}

struct Freed {
  void operator()(nnzip_stream* stream) const { nnzip_stream_free(stream); }
};
using Stream = std::unique_ptr<nnzip_stream, Freed>;

Stream new_stream(int direction, const nnzip_options& options) {
  nnzip_stream* stream = nullptr;
  REQUIRE(nnzip_stream_new(&stream, direction, &options) == NNZIP_OK);
  return Stream(stream);
}

struct Outcome {
  int status = NNZIP_OK;
  Bytes out;
};

// Gives pieces of in and takes pieces of out of the sizes stated, until the end or an error.
Outcome run(nnzip_stream* stream, const Bytes& in, std::size_t in_piece, std::size_t out_piece) {
  Outcome outcome;
  Bytes room(out_piece);
  std::size_t given = 0;
  nnzip_buffers buffers{};
  do {
    if (buffers.avail_in == 0) {
      buffers.next_in = in.data() + given;
      buffers.avail_in = std::min(in_piece, in.size() - given);
      given += buffers.avail_in;
    }
    buffers.next_out = room.data();
    buffers.avail_out = room.size();
    outcome.status =
        nnzip_stream_code(stream, &buffers, given == in.size() ? NNZIP_FINISH : NNZIP_RUN);
    // Whatever came back must be why it came back.
    if (outcome.status == NNZIP_OK) CHECK((buffers.avail_in == 0 || buffers.avail_out == 0));
    outcome.out.insert(outcome.out.end(), room.data(),
                       static_cast<std::uint8_t*>(buffers.next_out));
  } while (outcome.status == NNZIP_OK);
  return outcome;
}

TEST_CASE("CStream.GivesWhatBuffersGive") {
  const nnzip_options options = c_options(tiny());
  for (const std::size_t size : {0, 1, 700}) {
    const Bytes content = tiny().typical_content(size, 1), packed = c_compressed(content, options);
    for (const auto& [in_piece, out_piece] :
         {std::pair<std::size_t, std::size_t>{1, 1}, {1, 5000}, {5000, 1}, {7, 13}, {9000, 9000}}) {
      CAPTURE(size, in_piece, out_piece);
      const auto there =
          run(new_stream(NNZIP_COMPRESS, options).get(), content, in_piece, out_piece);
      CHECK(there.status == NNZIP_STREAM_END);
      CHECK(there.out == packed);
      const auto back =
          run(new_stream(NNZIP_DECOMPRESS, options).get(), packed, in_piece, out_piece);
      CHECK(back.status == NNZIP_STREAM_END);
      CHECK(back.out == content);
    }
  }
}

// What an action gives until it is done, in portions of one size.
Bytes act(nnzip_stream* stream, const Bytes& in, int action, std::size_t out_piece) {
  Bytes out, room(out_piece);
  nnzip_buffers buffers{in.data(), in.size(), nullptr, 0};
  int status = NNZIP_OK;
  do {
    buffers.next_out = room.data();
    buffers.avail_out = room.size();
    status = nnzip_stream_code(stream, &buffers, action);
    REQUIRE((status == NNZIP_OK || status == NNZIP_STREAM_END));
    out.insert(out.end(), room.data(), static_cast<std::uint8_t*>(buffers.next_out));
  } while (status == NNZIP_OK && (action != NNZIP_RUN || buffers.avail_out == 0));
  CHECK(buffers.avail_in == 0);
  return out;
}

TEST_CASE("CStream.FlushMakesReadable") {
  const nnzip_options options = c_options(tiny());
  const Bytes first = tiny().typical_content(700, 1), second = tiny().typical_content(300, 2);
  const Bytes frames[] = {c_compressed(first, options), c_compressed(second, options)};
  for (const std::size_t out_piece : {std::size_t{1}, std::size_t{5000}}) {
    const Stream stream = new_stream(NNZIP_COMPRESS, options);
    const Stream back = new_stream(NNZIP_DECOMPRESS, options);
    CHECK(act(stream.get(), {}, NNZIP_FLUSH, out_piece).empty());  // nothing to flush
    CHECK(act(stream.get(), first, NNZIP_FLUSH, out_piece) == frames[0]);
    CHECK(act(back.get(), frames[0], NNZIP_RUN, out_piece) == first);
    CHECK(act(stream.get(), {}, NNZIP_FLUSH, out_piece).empty());
    CHECK(act(stream.get(), second, NNZIP_RUN, out_piece).empty());
    CHECK(act(stream.get(), {}, NNZIP_FLUSH, out_piece) == frames[1]);
    CHECK(act(back.get(), frames[1], NNZIP_RUN, out_piece) == second);
    CHECK(act(stream.get(), {}, NNZIP_FINISH, out_piece).empty());
    CHECK(act(back.get(), {}, NNZIP_FINISH, out_piece).empty());
  }
  // Content that is empty has a frame; the end after a flush has none.
  CHECK(act(new_stream(NNZIP_COMPRESS, options).get(), {}, NNZIP_FINISH, 100) ==
        c_compressed({}, options));
}

TEST_CASE("CStream.FlushIsNotLeftInTheMiddle") {
  const nnzip_options options = c_options_without_model();
  const Stream stream = new_stream(NNZIP_COMPRESS, options);
  const Bytes content(100, 'f');
  std::uint8_t room = 0;
  nnzip_buffers buffers{content.data(), content.size(), &room, 1};
  CHECK(nnzip_stream_code(stream.get(), &buffers, NNZIP_FLUSH) == NNZIP_OK);
  for (const int action : {NNZIP_RUN, NNZIP_FINISH}) {
    CHECK(nnzip_stream_code(stream.get(), &buffers, action) == NNZIP_ERROR_INVALID_ARGUMENT);
  }
  Bytes packed{room};
  const Bytes rest = act(stream.get(), {}, NNZIP_FLUSH, 64);
  packed.insert(packed.end(), rest.begin(), rest.end());
  CHECK(packed == c_compressed(content, options));

  const Stream back = new_stream(NNZIP_DECOMPRESS, options);
  nnzip_buffers none{};
  CHECK(nnzip_stream_code(back.get(), &none, NNZIP_FLUSH) == NNZIP_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("CStream.SeveralBlocksAndFrames") {
  nnzip_options options = c_options_without_model();
  options.level = 1;  // blocks of 4 MiB
  // Blocks that are stored and, in the end, one that contexts code.
  Bytes content = Random(1).bytes(9 * kMib);
  for (std::size_t i = 35 * kMib / 4; i < content.size(); ++i) {
    content[i] = static_cast<std::uint8_t>(i >> 12);
  }
  const Bytes frame = c_compressed(content, options);
  CHECK((run(new_stream(NNZIP_COMPRESS, options).get(), content, 100003, 4096).out == frame));
  Bytes frames = frame;
  frames.insert(frames.end(), frame.begin(), frame.end());
  const Outcome back = run(new_stream(NNZIP_DECOMPRESS, options).get(), frames, 777, 65536);
  CHECK(back.status == NNZIP_STREAM_END);
  CHECK(back.out.size() == 2 * content.size());
  CHECK(std::equal(content.begin(), content.end(), back.out.begin()));
  CHECK(std::equal(content.begin(), content.end(),
                   back.out.begin() + static_cast<std::ptrdiff_t>(content.size())));
}

// How many bytes of input a stream takes while nobody takes its output.
std::size_t taken_ahead(int direction, const Bytes& in) {
  nnzip_options options = c_options_without_model();
  options.threads = 1;
  options.fast_decode = 1;  // blocks of 4 MiB
  const Stream stream = new_stream(direction, options);
  nnzip_buffers buffers{in.data(), in.size(), nullptr, 0};
  CHECK(nnzip_stream_code(stream.get(), &buffers, NNZIP_RUN) == NNZIP_OK);
  return in.size() - buffers.avail_in;
}

TEST_CASE("CStream.MemoryIsBounded") {
  CHECK(taken_ahead(NNZIP_COMPRESS, Bytes(40 * kMib)) <= 12 * kMib);
  const Bytes frame = c_compressed(Random(5).bytes(kMib), c_options_without_model());
  Bytes frames;
  for (int i = 0; i < 40; ++i) frames.insert(frames.end(), frame.begin(), frame.end());
  CHECK(taken_ahead(NNZIP_DECOMPRESS, frames) <= 12 * kMib);
}

TEST_CASE("CStream.TheEndAndErrorsStay") {
  const nnzip_options options = c_options_without_model();
  const Stream ended = new_stream(NNZIP_COMPRESS, options);
  CHECK(run(ended.get(), to_bytes("nnzip"), 5, 100).status == NNZIP_STREAM_END);
  nnzip_buffers none{};
  CHECK(nnzip_stream_code(ended.get(), &none, NNZIP_FINISH) == NNZIP_STREAM_END);
  CHECK(nnzip_stream_code(ended.get(), &none, NNZIP_FINISH) == NNZIP_STREAM_END);

  const Stream failed = new_stream(NNZIP_DECOMPRESS, options);
  CHECK(run(failed.get(), to_bytes("a text and no frame"), 3, 100).status ==
        NNZIP_ERROR_NOT_A_FRAME);
  const std::string message = nnzip_last_error();
  CHECK(!message.empty());
  nnzip_stream_code(nullptr, &none, NNZIP_RUN);
  CHECK(nnzip_last_error() != message);
  CHECK(nnzip_stream_code(failed.get(), &none, NNZIP_FINISH) == NNZIP_ERROR_NOT_A_FRAME);
  CHECK(nnzip_last_error() == message);
}

TEST_CASE("CStream.DeliversSoundBlocksBeforeAnError") {
  nnzip_options options = c_options_without_model();
  options.threads = 1;      // one block at a time
  options.fast_decode = 1;  // of 4 MiB
  const Bytes content = Random(3).bytes(5 * kMib);
  Bytes packed = c_compressed(content, options);
  packed[4 * kMib + 5000] ^= 1;  // in the second block
  const Outcome outcome = run(new_stream(NNZIP_DECOMPRESS, options).get(), packed, 50000, 70000);
  CHECK(outcome.status == NNZIP_ERROR_CORRUPT);
  CHECK(last_error_says("block 2"));
  CHECK(outcome.out.size() == 4 * kMib);
  CHECK(std::equal(outcome.out.begin(), outcome.out.end(), content.begin()));
}

TEST_CASE("CStream.TruncationIsAnErrorAtTheEnd") {
  const nnzip_options options = c_options_without_model();
  const Bytes packed = c_compressed(Random(4).bytes(100), options);
  for (const std::size_t kept :
       {std::size_t{0}, std::size_t{2}, std::size_t{5}, packed.size() - 1}) {
    CAPTURE(kept);
    const Bytes start(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(kept));
    CHECK(run(new_stream(NNZIP_DECOMPRESS, options).get(), start, 10, 1000).status / 10 == 3);
  }
}

// Feeds some bytes and gives little room, then frees.
void abandon(int direction, const Bytes& in, std::size_t room_size, const nnzip_options& options) {
  const Stream stream = new_stream(direction, options);
  Bytes room(room_size);
  nnzip_buffers buffers{in.data(), in.size(), room.data(), room.size()};
  CHECK(nnzip_stream_code(stream.get(), &buffers, NNZIP_RUN) == NNZIP_OK);
}

TEST_CASE("CStream.CanBeFreedAnywhere") {
  const nnzip_options options = c_options(tiny());
  const Bytes content = tiny().typical_content(5000, 2), packed = c_compressed(content, options);
  new_stream(NNZIP_COMPRESS, options);  // not begun
  new_stream(NNZIP_DECOMPRESS, options);
  abandon(NNZIP_COMPRESS, {}, 0, options);
  abandon(NNZIP_COMPRESS, content, 0, options);                                   // waits for input
  abandon(NNZIP_COMPRESS, Bytes(9 * kMib), 3, options);                           // waits for room
  abandon(NNZIP_DECOMPRESS, packed, 10, options);                                 // waits for room
  abandon(NNZIP_DECOMPRESS, {packed.begin(), packed.begin() + 20}, 10, options);  // for input
  nnzip_stream_free(nullptr);
}

TEST_CASE("CStream.RefusesWrongArguments") {
  nnzip_stream* made = reinterpret_cast<nnzip_stream*>(&made);
  const nnzip_options options = c_options_without_model();
  CHECK(nnzip_stream_new(nullptr, NNZIP_COMPRESS, &options) == NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(nnzip_stream_new(&made, 2, &options) == NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(made == nullptr);
  nnzip_buffers none{};
  CHECK(nnzip_stream_code(nullptr, &none, NNZIP_RUN) == NNZIP_ERROR_INVALID_ARGUMENT);

  const Stream stream = new_stream(NNZIP_COMPRESS, options);
  CHECK(nnzip_stream_code(stream.get(), nullptr, NNZIP_RUN) == NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(nnzip_stream_code(stream.get(), &none, 3) == NNZIP_ERROR_INVALID_ARGUMENT);
  nnzip_buffers no_in{nullptr, 1, nullptr, 0}, no_out{nullptr, 0, nullptr, 1};
  CHECK(nnzip_stream_code(stream.get(), &no_in, NNZIP_RUN) == NNZIP_ERROR_INVALID_ARGUMENT);
  CHECK(nnzip_stream_code(stream.get(), &no_out, NNZIP_RUN) == NNZIP_ERROR_INVALID_ARGUMENT);
  // None of it has done harm; a call with nothing to do does nothing.
  CHECK(nnzip_stream_code(stream.get(), &none, NNZIP_RUN) == NNZIP_OK);

  const Bytes content = to_bytes("nnzip");
  nnzip_buffers buffers{content.data(), 5, nullptr, 0};
  CHECK(nnzip_stream_code(stream.get(), &buffers, NNZIP_FINISH) == NNZIP_OK);
  CHECK(nnzip_stream_code(stream.get(), &buffers, NNZIP_RUN) == NNZIP_ERROR_INVALID_ARGUMENT);
  nnzip_buffers more{content.data(), 5, nullptr, 0};
  CHECK(nnzip_stream_code(stream.get(), &more, NNZIP_FINISH) == NNZIP_ERROR_INVALID_ARGUMENT);
  Bytes packed(100);
  buffers.next_out = packed.data();
  buffers.avail_out = packed.size();
  CHECK(nnzip_stream_code(stream.get(), &buffers, NNZIP_FINISH) == NNZIP_STREAM_END);
  packed.resize(packed.size() - buffers.avail_out);
  CHECK(packed == c_compressed(content, options));
}

TEST_CASE("CStream.OptionsAreCopied") {
  std::string model = tiny().name, folder = tiny().folder.path.string();
  nnzip_options options = c_options(tiny());
  options.model = model.c_str();
  options.model_path = folder.c_str();
  const Stream stream = new_stream(NNZIP_COMPRESS, options);
  model.assign(model.size(), 'x');
  folder.assign(folder.size(), 'x');
  options = {};
  const Bytes content = tiny().typical_content(500, 6);
  CHECK(run(stream.get(), content, 100, 100).out == c_compressed(content, c_options(tiny())));
}

struct Watched {
  nnzip_stream* stream = nullptr;
  std::uint64_t last = 0;
  int calls = 0;
  int cancel_at = 0;
  int status_within = 0;
  bool same_thread = true;
  std::thread::id thread = std::this_thread::get_id();
};

int watch(void* data, std::uint64_t content_bytes) {
  auto& watched = *static_cast<Watched*>(data);
  watched.last = content_bytes;
  watched.same_thread = watched.same_thread && std::this_thread::get_id() == watched.thread;
  nnzip_buffers none{};
  watched.status_within = nnzip_stream_code(watched.stream, &none, NNZIP_RUN);
  return ++watched.calls == watched.cancel_at;
}

TEST_CASE("CStream.ProgressComesFromTheCallersThreadAndMayCancel") {
  const Bytes content = tiny().typical_content(20000, 7);
  Watched watched;
  nnzip_options options = c_options(tiny());
  options.threads = 2;
  options.progress = watch;
  options.progress_data = &watched;
  const Stream whole = new_stream(NNZIP_COMPRESS, options);
  watched.stream = whole.get();
  const Bytes packed = run(whole.get(), content, 3000, 100).out;
  CHECK(packed == c_compressed(content, c_options(tiny())));
  CHECK(watched.same_thread);
  CHECK(watched.last == content.size());
  CHECK(watched.status_within == NNZIP_ERROR_INVALID_ARGUMENT);  // in use by the caller
  CHECK(watched.calls > 2);
  for (const int direction : {NNZIP_COMPRESS, NNZIP_DECOMPRESS}) {
    const Bytes& in = direction == NNZIP_COMPRESS ? content : packed;
    watched = {};
    watched.cancel_at = 2;
    const Stream cancelled = new_stream(direction, options);
    watched.stream = cancelled.get();
    CHECK(run(cancelled.get(), in, 3000, 100).status == NNZIP_ERROR_CANCELLED);
    CHECK(watched.calls == 2);
    nnzip_buffers none{};
    CHECK(nnzip_stream_code(cancelled.get(), &none, NNZIP_FINISH) == NNZIP_ERROR_CANCELLED);
  }
}

TEST_CASE("CStream.AsksEarlierFilesInTheCallersThread") {
  nnzip_options options = c_options_without_model();
  options.level = 1;
  options.directory = 1;
  const Bytes content = Random(5).bytes(6 * kMib);
  const Outcome whole = run(new_stream(NNZIP_COMPRESS, options).get(), content, 100'000, 70'000);
  REQUIRE(whole.status == NNZIP_STREAM_END);
  test::AskedFile file{whole.out};
  const nnzip_source source = file.source();
  options.reuse = &source;
  const Stream stream = new_stream(NNZIP_COMPRESS, options);
  CHECK((run(stream.get(), content, 100'000, 70'000).out == whole.out));
  CHECK(file.bytes > content.size());
  CHECK(file.threads == std::set{std::this_thread::get_id()});
  file.fails = true;
  CHECK(run(new_stream(NNZIP_COMPRESS, options).get(), content, 100'000, 70'000).status ==
        NNZIP_ERROR_READ_FAILED);
}

TEST_CASE("CStream.TakesPartInNoSignals") {
  // Blocked here, the signal could only go to a thread of the stream: it must stay pending.
  sigset_t usr1, before, pending;
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  const Stream stream = new_stream(NNZIP_COMPRESS, c_options_without_model());
  nnzip_buffers none{};
  CHECK(nnzip_stream_code(stream.get(), &none, NNZIP_RUN) == NNZIP_OK);
  pthread_sigmask(SIG_BLOCK, &usr1, &before);
  kill(getpid(), SIGUSR1);
  sigpending(&pending);
  CHECK(sigismember(&pending, SIGUSR1) == 1);
  const auto ignored = signal(SIGUSR1, SIG_IGN);  // drops what is pending
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  signal(SIGUSR1, ignored);
}

TEST_CASE("CStream.ManyAtOnceAndFromChangingThreads") {
  const nnzip_options options = c_options(tiny());
  const Bytes content = tiny().typical_content(3000, 8), packed = c_compressed(content, options);
  bool equal[4] = {};
  std::vector<std::thread> threads;
  for (bool& result : equal) {
    // Begun here, used there.
    threads.emplace_back([&, stream = new_stream(NNZIP_DECOMPRESS, options)] {
      Bytes room(content.size() + 1);
      nnzip_buffers buffers{packed.data(), packed.size(), room.data(), room.size()};
      result = nnzip_stream_code(stream.get(), &buffers, NNZIP_FINISH) == NNZIP_STREAM_END &&
               std::equal(content.begin(), content.end(), room.begin()) && buffers.avail_out == 1;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const bool result : equal) CHECK(result);
}

}  // namespace
}  // namespace nnzip
