// SPDX-License-Identifier: Apache-2.0
// Follows tags and lengths.
#include "mixer/bytes/tagged_fields.h"

#include <algorithm>

#include "mixer/bytes/byte_classes.h"

namespace nnzip::mixer {

void TaggedFields::follow(std::span<const std::uint8_t> known) {
  const std::uint8_t c = known.back();
  const std::size_t end = known.size();
  open = grow(open, c);
  ++bytes_;
  if (part_ == Part::kFixed || part_ == Part::kBytes) {
    if (--rest_ == 0) end_field(end);
  } else {
    const bool is_number = part_ == Part::kNumber;
    if (!is_number) number_ |= (c & 127u) << (7 * (bytes_ - 1));
    if (c >= 128) {
      if (bytes_ == (is_number ? 10 : 4) || !fits(end, 1)) fail(end);
    } else if (is_number) {
      end_field(end);
    } else if (part_ == Part::kLength) {
      end_length(end);
    } else {
      end_tag(known);
    }
  }
  look(known);
}

// What comes is a part of the field of that hash.
void TaggedFields::begin(Part part, std::uint32_t of, std::size_t end) {
  part_ = part;
  field = of;
  open = bytes_ = number_ = 0;
  Memory& memory = memory_of(of);
  last_ = memory.last;
  before_ = memory.before;
  memory.before = memory.last;
  memory.last = static_cast<std::uint32_t>(end);
}

// Which tag comes is told by the one before.
void TaggedFields::begin_tag(std::size_t end) {
  const Message& message = messages_[depth_];
  begin(Part::kTag, grow(message.path, message.last) + 2, end);
}

void TaggedFields::end_tag(std::span<const std::uint8_t> known) {
  const std::size_t end = known.size();
  const std::uint32_t type = number_ & 7;
  if (number_ < 8 || type == 3 || type == 4 || type > 5) return fail(end);
  const std::uint32_t bytes = type == 1 ? 8 : type == 5 ? 4 : 1;
  if (!fits(end, bytes)) return fail(end);
  const auto at_last = known.begin() + static_cast<std::ptrdiff_t>(last_);
  if (last_ == 0 || !std::equal(known.end() - bytes_, known.end(), at_last)) {
    score_ -= score_ >> 4;
  } else if (depth_ > 0) {
    score_ += (256 - score_) >> 4;
  }
  messages_[depth_].last = number_;
  path_ = grow(messages_[depth_].path, number_);
  if (type == 2) return begin(Part::kLength, path_ + 1, end);
  rest_ = bytes;
  begin(type == 0 ? Part::kNumber : Part::kFixed, path_, end);
}

// Whether what comes is a message its bytes have to tell.
void TaggedFields::end_length(std::size_t end) {
  const std::uint32_t length = number_;
  if (!fits(end, length)) return fail(end);
  if (length == 0) return end_field(end);
  std::uint8_t& opaque = memory_of(path_).opaque;
  if (opaque == 0 && depth_ < kMostOpen) {
    messages_[++depth_] = {.path = path_, .end = end + length};
    return begin_tag(end);
  }
  if (opaque != 0) --opaque;
  rest_ = length;
  begin(Part::kBytes, path_, end);
}

void TaggedFields::end_field(std::size_t end) {
  messages_[depth_].beside = open;
  while (depth_ > 0 && end == messages_[depth_].end) {
    memory_of(messages_[depth_].path).penalty /= 2;
    messages_[--depth_].beside = 0;
  }
  begin_tag(end);
}

// What was taken for a message is none. Outside of messages a tag may begin anywhere.
void TaggedFields::fail(std::size_t end) {
  const std::size_t rest = depth_ == 0 ? 0 : messages_[depth_].end - end;
  if (depth_ == 0 || (!found() && rest > kLongestDoubtful)) {
    score_ /= 2;
    depth_ = 0;
    messages_[0] = {};
    return begin_tag(end);
  }
  path_ = messages_[depth_--].path;
  Memory& memory = memory_of(path_);
  memory.opaque = memory.penalty =
      static_cast<std::uint8_t>(std::min(2 * memory.penalty + 15, 255));
  if (rest == 0) return end_field(end);
  rest_ = static_cast<std::uint32_t>(rest);
  begin(Part::kBytes, path_, end);
}

void TaggedFields::look(std::span<const std::uint8_t> known) {
  const std::size_t end = known.size();
  const auto at = [&](std::size_t begin) -> std::uint32_t {
    return begin != 0 && begin + bytes_ < end ? known[begin + bytes_] : 0;
  };
  const Message& message = messages_[depth_];
  place = std::min(bytes_, kMostBytes) * 8 + static_cast<std::uint32_t>(part_);
  to_come = part_ == Part::kFixed || part_ == Part::kBytes ? std::min(rest_, 255u) : 256;
  before = at(last_);
  before_two = at(before_);
  before_at = last_ != 0 ? last_ + bytes_ : 0;
  before_two_at = before_ != 0 ? before_ + bytes_ : 0;
  beside = message.beside;
  left =
      depth_ == 0 ? 0 : static_cast<std::uint32_t>(std::min<std::size_t>(message.end - end, 255));
}

}  // namespace nnzip::mixer
