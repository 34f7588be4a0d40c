// SPDX-License-Identifier: Apache-2.0
// PPM, PGM and WAV, as little of them as it takes; all else is bytes.
#include "codec/prompts.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "filter/filter.h"

namespace nnzip {
namespace {

using Part = std::span<const std::uint8_t>;

constexpr std::uint64_t kUsualBytes = 2000;

[[noreturn]] void refuse(const char* problem) {
  throw Error(ErrorCode::kInvalidArgument, std::string("the prompt is ") + problem);
}

bool begins_with(Part content, std::string_view magic) {
  return content.size() >= magic.size() && std::equal(magic.begin(), magic.end(), content.begin());
}

std::uint32_t little(Part content, std::size_t at, std::size_t bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value |= std::uint32_t{content[at + i]} << (8 * i);
  return value;
}

// Numbers of a PNM header, with comments between them.
class PnmHeader {
 public:
  explicit PnmHeader(Part content) : content_(content) {}

  std::uint32_t number() {
    skip_space();
    std::uint64_t value = 0;
    const std::size_t begin = at_;
    while (at_ < content_.size() && content_[at_] >= '0' && content_[at_] <= '9') {
      value = std::min<std::uint64_t>(value * 10 + (content_[at_++] - '0'), UINT32_MAX);
    }
    if (at_ == begin) refuse("no good image: its header is damaged.");
    return static_cast<std::uint32_t>(value);
  }
  std::size_t end() const { return std::min(at_ + 1, content_.size()); }

 private:
  void skip_space() {
    bool comment = false;
    for (; at_ < content_.size(); ++at_) {
      const std::uint8_t byte = content_[at_];
      if (byte == '#') comment = true;
      if (byte == '\n') comment = false;
      if (!comment && byte > ' ') return;
    }
  }

  Part content_;
  std::size_t at_ = 2;  // behind the magic
};

Prompt image_prompt(Part content) {
  PnmHeader header(content);
  const std::uint32_t width = header.number(), height = header.number(), most = header.number();
  const std::uint32_t channels = content[1] == '6' ? 3 : 1;
  Prompt prompt;
  prompt.layout = {
      .form = Form::kPixels, .stride = width * channels, .element = channels, .channels = channels};
  if (most != 255 || width >= 1 << 20 || height >= 1 << 20 || !prompt.layout.is_valid()) {
    refuse("an image of a kind that cannot be gone on with: 8 bits, and up to a million rows.");
  }
  const Part pixels = content.subspan(header.end());
  const std::size_t rows = std::min<std::size_t>(pixels.size() / prompt.layout.stride, height);
  const Part kept = pixels.first((rows == height ? rows / 2 : rows) * prompt.layout.stride);
  prompt.head.assign(content.begin(), content.end() - static_cast<std::ptrdiff_t>(pixels.size()));
  prompt.known.assign(kept.begin(), kept.end());
  prompt.bytes = std::size_t{height} * prompt.layout.stride;
  return prompt;
}

struct Wave {
  std::uint32_t channels = 0, rate = 0, bits = 0;
  Part samples;
};

std::optional<Wave> read_wave(Part content) {
  Wave wave;
  for (std::size_t at = 12; at + 8 <= content.size();) {
    const Part chunk = content.subspan(at);
    const std::size_t size = little(chunk, 4, 4);
    if (begins_with(chunk, "fmt ") && chunk.size() >= 24) {
      if (little(chunk, 8, 2) != 1) return {};
      wave.channels = little(chunk, 10, 2);
      wave.rate = little(chunk, 12, 4);
      wave.bits = little(chunk, 22, 2);
    }
    if (begins_with(chunk, "data")) {
      wave.samples = chunk.subspan(8, std::min(size, chunk.size() - 8));
      return wave;
    }
    at += 8 + size + size % 2;
  }
  return {};
}

// The header of a file of one chunk of samples.
Bytes wave_head(const Wave& wave, std::size_t bytes) {
  Bytes head;
  ByteWriter out(head);
  const auto text = [&](std::string_view name) {
    for (const char c : name) out.u8(static_cast<std::uint8_t>(c));
  };
  const std::uint32_t frame = wave.channels * wave.bits / 8;
  text("RIFF");
  out.u32(static_cast<std::uint32_t>(36 + bytes));
  text("WAVEfmt ");
  out.u32(16);
  out.u16(1);
  out.u16(static_cast<std::uint16_t>(wave.channels));
  out.u32(wave.rate);
  out.u32(wave.rate * frame);
  out.u16(static_cast<std::uint16_t>(frame));
  out.u16(static_cast<std::uint16_t>(wave.bits));
  text("data");
  out.u32(static_cast<std::uint32_t>(bytes));
  return head;
}

Prompt sound_prompt(Part content, std::uint64_t bytes) {
  const auto wave = read_wave(content);
  if (!wave || (wave->bits != 8 && wave->bits != 16) || wave->channels < 1 || wave->channels > 8) {
    refuse("sound of a kind that cannot be gone on with: 8 or 16 bits, 1 to 8 channels.");
  }
  const std::uint32_t frame = wave->channels * wave->bits / 8;
  Prompt prompt;
  prompt.layout = {.form = Form::kSamples, .element = frame, .channels = wave->channels};
  prompt.layout.low_first = wave->bits == 16;
  const std::size_t known = wave->samples.size() / frame * frame;
  const std::uint64_t more = bytes == 0 ? known : bytes;
  prompt.bytes = static_cast<std::size_t>(known + more / frame * frame);
  prompt.head = wave_head(*wave, prompt.bytes);
  prompt.known.assign(wave->samples.begin(),
                      wave->samples.begin() + static_cast<std::ptrdiff_t>(known));
  FilterChain chain = {{Filter::kSamples}};
  if (prompt.layout.low_first) {
    prompt.known = apply_filters(chain, prompt.layout, std::move(prompt.known));
  }
  return prompt;
}

bool is_pnm(Part content) {
  return (begins_with(content, "P6") || begins_with(content, "P5")) && content.size() > 2 &&
         (content[2] == '#' || std::string_view(" \t\r\n").find(static_cast<char>(content[2])) !=
                                   std::string_view::npos);
}

bool is_wave(Part content) {
  return begins_with(content, "RIFF") && content.size() >= 12 &&
         begins_with(content.subspan(8), "WAVE");
}

}  // namespace

Prompt read_prompt(Part content, std::uint64_t bytes) {
  if (is_pnm(content)) return image_prompt(content);
  if (is_wave(content)) return sound_prompt(content, bytes);
  Prompt prompt;
  prompt.known.assign(content.begin(), content.end());
  prompt.bytes = content.size() + static_cast<std::size_t>(bytes == 0 ? kUsualBytes : bytes);
  return prompt;
}

Bytes written(const Prompt& prompt, Bytes content) {
  if (prompt.layout.form == Form::kSamples && prompt.layout.low_first) {
    const std::size_t bytes = content.size();
    content = revert_filters({{Filter::kSamples}}, prompt.layout, std::move(content), bytes);
  }
  Bytes all = prompt.head;
  all.insert(all.end(), content.begin(), content.end());
  return all;
}

}  // namespace nnzip
