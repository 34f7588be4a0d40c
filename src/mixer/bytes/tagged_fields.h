// SPDX-License-Identifier: Apache-2.0
// Fields that begin with a tag of their number and type, in messages of a stated length that are
// nested, as protocol buffers have them. MIXING_FIELDS.md, Tagged fields.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace nnzip::mixer {

// Of a stream. Bytes that are not there are 0.
class TaggedFields {
 public:
  // Takes up the stream's newest byte, which is the last one of `known`: the bytes of the stream so
  // far.
  void follow(std::span<const std::uint8_t> known);

  // Whether most tags within messages lately were what had followed before.
  bool found() const { return score_ >= kEnough; }
  // Numbers of the field, and of it and the place, 0..255.
  std::uint32_t number_of_field() const { return field * 0x9E3779B1u >> 24; }
  std::uint32_t mark() const { return (number_of_field() + place) & 255; }

  std::uint32_t field = 0;       // hash of the tags that lead to the value, or tag, that comes
  std::uint32_t place = 0;       // of the byte that comes in it, and what it is a part of
  std::uint32_t open = 0;        // hash of the bytes before it there
  std::uint32_t to_come = 0;     // bytes of it that are still to come, at most 255; 256: unknown
  std::uint32_t before = 0;      // the byte at that place when that field came before
  std::uint32_t before_two = 0;  // the same, of the time before that
  std::size_t before_at = 0, before_two_at = 0;  // where both stand; 0: nowhere
  std::uint32_t beside = 0;  // hash of the value of the field before it in its message
  std::uint32_t left = 0;    // bytes of its message that are still to come, at most 255

 private:
  enum class Part : std::uint8_t { kTag, kNumber, kFixed, kLength, kBytes };
  static constexpr std::size_t kMostOpen = 15;
  static constexpr std::uint32_t kMostBytes = 31;  // of a place
  static constexpr std::size_t kLongest = std::size_t{1} << 20;
  static constexpr std::size_t kLongestDoubtful = 4096;
  static constexpr std::uint32_t kEnough = 128;
  struct Message {
    std::uint32_t path = 0;  // hash of the tags that lead to it
    std::uint32_t last = 0;  // its last tag
    std::uint32_t beside = 0;
    std::size_t end = 0;
  };
  // Of a field.
  struct Memory {
    std::uint32_t last = 0, before = 0;    // where it came
    std::uint8_t opaque = 0, penalty = 0;  // so many times more it is taken for no message
  };

  void begin(Part part, std::uint32_t of, std::size_t end);
  void begin_tag(std::size_t end);
  void end_tag(std::span<const std::uint8_t> known);
  void end_length(std::size_t end);
  void end_field(std::size_t end);
  void fail(std::size_t end);
  void look(std::span<const std::uint8_t> known);
  Memory& memory_of(std::uint32_t hash) { return memory_[hash * 0x9E3779B1u >> 22]; }
  bool fits(std::size_t end, std::size_t bytes) const {
    return depth_ == 0 ? bytes <= kLongest : end + bytes <= messages_[depth_].end;
  }

  std::array<Memory, 1024> memory_{};
  std::array<Message, kMostOpen + 1> messages_{};  // the first one has no end
  std::size_t depth_ = 0;
  Part part_ = Part::kTag;
  std::uint32_t bytes_ = 0;   // of the part so far
  std::uint32_t number_ = 0;  // that they make, of a tag or length
  std::uint32_t rest_ = 0;    // bytes to come, of kFixed and kBytes
  std::uint32_t path_ = 0;    // hash of the tags up to the newest one
  std::size_t last_ = 0, before_ = 0;
  std::uint32_t score_ = 0;
};
static_assert(sizeof(TaggedFields) <= 1 << 14);

}  // namespace nnzip::mixer
