// SPDX-License-Identifier: Apache-2.0
// Reads content of a known format item by item while it is coded: a parser, a coroutine, asks for
// one after the other and says what it may be. MIXING_ITEMS.md, Items.
#pragma once

#include <array>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>

namespace nnzip::mixer {

// What a parser does; co_await lets another one do a part of it.
class Parsing {
 public:
  struct promise_type {
    Parsing get_return_object() { return Parsing(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept {
      struct Back {
        bool await_ready() noexcept { return false; }
        std::coroutine_handle<> await_suspend(Handle of) noexcept { return of.promise().after; }
        void await_resume() noexcept {}
      };
      return Back{};
    }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }

    std::coroutine_handle<> after = std::noop_coroutine();
  };
  using Handle = std::coroutine_handle<promise_type>;

  Parsing() = default;
  Parsing(Parsing&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Parsing& operator=(Parsing&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Parsing() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) {
    handle_.promise().after = caller;
    return handle_;
  }
  void await_resume() const {}
  void start() { handle_.resume(); }

 private:
  explicit Parsing(Handle handle) : handle_(handle) {}
  Handle handle_;
};

// Of a stream. An item is a number of one to four bytes, or a run of bytes.
class ItemReader {
 public:
  static constexpr std::size_t kGuesses = 6;

  std::uint32_t kind = 0;  // hash of what the byte that comes belongs to
  std::uint32_t open = 0;  // hash of the item's bytes before it
  // Hashes of what came before the item, as the parser says, the newest first; what else tells of
  // it.
  std::array<std::uint32_t, 3> before{};
  std::uint32_t beside = 0;

  std::uint32_t place() const { return bytes_ < 255 ? bytes_ : 255; }
  std::uint32_t left() const { return rest_ < 255 ? rest_ : 255; }
  std::uint32_t number_of_kind() const { return kind * 0x9E3779B1u >> 24; }
  // Of it and the place, 0..255.
  std::uint32_t mark() const { return (number_of_kind() + place()) & 255; }
  // 256 and the byte that a guess expects; 0: none.
  std::uint32_t expected(std::size_t guess) const;

  ItemReader(const ItemReader&) = delete;  // parsers point to it
  ItemReader& operator=(const ItemReader&) = delete;

 protected:
  ItemReader() = default;
  ~ItemReader() = default;
  void start(Parsing parsing);
  // Takes up a byte.
  void take(std::uint8_t byte);
  bool is_lost() const { return is_lost_; }

  // To be awaited: the number that `bytes` bytes make. what: a hash of what it is.
  struct Ask {
    ItemReader& reader;
    bool await_ready() const { return reader.rest_ == 0; }
    void await_suspend(std::coroutine_handle<> parser) { reader.parser_ = parser; }
    std::uint32_t await_resume() { return reader.end(); }
  };
  template <typename... Guess>
  Ask number(std::uint32_t what, std::uint32_t bytes, Guess... guesses) {
    static_assert(2 + sizeof...(guesses) <= kGuesses);
    begin(what, bytes);
    ((guesses_[guess_count_++] = static_cast<std::uint32_t>(guesses)), ...);
    return {*this};
  }
  // The same of so many bytes of no number; gives a hash of them.
  Ask run(std::uint32_t what, std::uint32_t bytes);
  // To be awaited: does not come back.
  Ask lose();
  void note(std::uint32_t hash);

  bool low_first_ = false;  // numbers begin with their lowest byte

 private:
  struct Memory {
    std::uint32_t last = 0, before = 0;  // numbers of that kind
  };
  Memory& memory() { return memory_[kind * 0x9E3779B1u >> 22]; }
  void begin(std::uint32_t what, std::uint32_t bytes);
  std::uint32_t end();

  Parsing parsing_;
  std::coroutine_handle<> parser_;
  bool is_lost_ = true;
  std::uint32_t bytes_ = 0, rest_ = 0;  // of the item, so far and to come
  std::uint32_t length_ = 0;
  std::uint32_t number_ = 0;
  bool is_run_ = false;
  std::array<std::uint32_t, kGuesses> guesses_{};
  std::size_t guess_count_ = 0;
  std::array<Memory, 1024> memory_{};
};

}  // namespace nnzip::mixer
