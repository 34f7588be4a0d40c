// SPDX-License-Identifier: Apache-2.0
// Side information: how a block's content is laid out, as its encoder found and states it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nnzip {

enum class Form : std::uint8_t {
  kBytes = 0,      // anything: text, machine code, tables
  kPixels = 1,     // rows of pixels of an image, from the start of a row
  kSamples = 2,    // interleaved samples of sound (PCM), from the start of a frame
  kCode = 3,       // machine code and what surrounds it in a program
  kJpeg = 5,       // JPEG files, each from SOI to EOI
  kCompanded = 6,  // interleaved samples of sound as logarithms of one byte (G.711)
};

// Blocks of 64 coefficients that JPEG files may have together.
constexpr std::uint32_t kMaxJpegBlocks = std::uint32_t{1} << 21;

// As people see it.
constexpr const char* name_of(Form form) {
  constexpr const char* kNames[] = {"bytes", "pixels", "samples", "code", "", "jpeg", "companded"};
  return kNames[static_cast<std::size_t>(form)];
}

// Numbers of kPixels and kSamples have 1 to 4 bytes: element / channels. Those of pixels are
// unsigned. Those of kCompanded have one.
struct Layout {
  Form form = Form::kBytes;
  std::uint32_t stride = 0;    // bytes between the rows of a table or image; of kBytes: 0 (none)
                               // or element + 1 .. 65535, of kPixels: element .. 2^22 - 1, with
                               // stride % element bytes of padding; of kJpeg: thousands (1024) of
                               // blocks of coefficients, rounded up; of others 0
  std::uint32_t element = 1;   // bytes of an element of a table (1..4, 8), of a pixel, of a frame;
                               // of kCode 1 for x86, 4 for instructions of four bytes
  std::uint32_t channels = 1;  // of kPixels 1..4, of kSamples and kCompanded 1..8
  bool odd_high = false;       // kBytes with an element of 2: high bytes stand at odd positions
  bool high_first = false;     // kBytes with an element of 4 or 8: the high byte is first
  bool low_first = false;  // kPixels, kSamples, numbers of more than one byte: the low one is first
  bool is_signed = false;  // kSamples, numbers of one byte: signed; wider ones always are, unstated
  bool a_law = false;      // kCompanded: by the A-law, else by the mu-law
  bool operator==(const Layout&) const = default;

  std::uint32_t number_bytes() const { return element / channels; }

  // The flag that the form has, if any, as one bit: what is written.
  bool flag() const { return odd_high || high_first || low_first || is_signed || a_law; }
  // Sets it where form, element and channels say; is_valid() then tells whether it means something.
  void set_flag(bool value) {
    const bool one_byte = number_bytes() == 1;
    odd_high = value && form == Form::kBytes && element < 4;
    high_first = value && form == Form::kBytes && element >= 4;
    a_law = value && form == Form::kCompanded;
    is_signed = value && form == Form::kSamples && one_byte;
    low_first = value && !odd_high && !high_first && !is_signed && !a_law;
  }

  bool is_valid() const {
    if (channels == 0 || element == 0 || !flags_mean_something()) return false;
    const bool whole = element % channels == 0;
    switch (form) {
      case Form::kBytes:
        return channels == 1 && (element <= 4 || element == 8) &&
               (stride == 0 || (stride > element && stride <= 65535));
      case Form::kPixels:
        return whole && channels <= 4 && number_bytes() <= 2 && stride >= element &&
               stride < std::uint32_t{1} << 22;
      case Form::kSamples:
        return whole && channels <= 8 && number_bytes() <= 4 && stride == 0;
      case Form::kCompanded:
        return element == channels && channels <= 8 && stride == 0;
      case Form::kCode:
        return channels == 1 && (element == 1 || element == 4) && stride == 0;
      case Form::kJpeg:
        return channels == 1 && element == 1 && stride >= 1 && stride <= kMaxJpegBlocks / 1024;
    }
    return false;
  }

 private:
  bool flags_mean_something() const {
    const bool numbers = form == Form::kPixels || form == Form::kSamples;
    return (!odd_high || (form == Form::kBytes && element == 2)) &&
           (!high_first || (form == Form::kBytes && element >= 4)) &&
           (!a_law || form == Form::kCompanded) &&
           (!low_first || (numbers && number_bytes() > 1)) &&
           (!is_signed || (form == Form::kSamples && number_bytes() == 1));
  }
};

// Of so many blocks of coefficients. Precondition: 1 to kMaxJpegBlocks.
constexpr Layout jpeg_layout(std::uint32_t blocks) {
  return {.form = Form::kJpeg, .stride = (blocks + 1023) / 1024};
}

// Blocks of coefficients that the layout states at most. Precondition: of kJpeg.
constexpr std::size_t most_jpeg_blocks(const Layout& layout) {
  return std::size_t{layout.stride} * 1024;
}

}  // namespace nnzip
