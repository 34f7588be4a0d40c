// SPDX-License-Identifier: Apache-2.0
// Files of many formats made in code, so that each header may lie.
#pragma once

#include <bit>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "unit/tiny_models.h"

namespace nnzip::test {

class FileMaker {
 public:
  FileMaker& text(std::string_view text) {
    for (const char c : text) bytes_.push_back(static_cast<std::uint8_t>(c));
    return *this;
  }
  FileMaker& little(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return *this;
  }
  FileMaker& big(std::uint64_t value, int size) {
    for (int i = size; i-- > 0;) bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return *this;
  }
  FileMaker& zeros(std::size_t size) {
    bytes_.resize(bytes_.size() + size);
    return *this;
  }
  FileMaker& data(const Bytes& data) {
    bytes_.insert(bytes_.end(), data.begin(), data.end());
    return *this;
  }
  std::size_t size() const { return bytes_.size(); }
  operator Bytes() const { return bytes_; }  // NOLINT: a maker stands for what it made

 private:
  Bytes bytes_;
};

// Numbers of that many bytes that change slowly, as sound and images do.
inline Bytes smooth(std::size_t bytes, int number_bytes, bool low_first, std::uint32_t seed = 1) {
  Random random(seed);
  Bytes content;
  std::int32_t value = 0, slope = 0;
  while (content.size() < bytes) {
    const int noise = static_cast<int>(random.bytes(1)[0]) - 128;
    slope = (slope * 7 + noise) / 8;
    value += slope;
    for (int i = 0; i < number_bytes; ++i) {
      const int shift = 8 * (low_first ? i : number_bytes - 1 - i);
      content.push_back(static_cast<std::uint8_t>(value >> shift));
    }
  }
  content.resize(bytes);
  return content;
}

// A column of floats on a curve.
inline Bytes floats(std::size_t count) {
  FileMaker file;
  for (std::size_t i = 0; i < count; ++i) {
    const float t = static_cast<float>(i) / static_cast<float>(count);
    file.little(std::bit_cast<std::uint32_t>(1 + t * (1 - t) * (t + 3)), 4);
  }
  return file;
}

inline Bytes wav(std::uint32_t channels, std::uint32_t bits, const Bytes& samples,
                 bool extensible = false) {
  const std::uint32_t frame = channels * bits / 8;
  FileMaker file;
  file.text("RIFF").little(samples.size() + 36, 4).text("WAVEfmt ").little(extensible ? 40 : 16, 4);
  file.little(extensible ? 0xFFFE : 1, 2).little(channels, 2).little(44100, 4);
  file.little(44100 * frame, 4).little(frame, 2).little(bits, 2);
  if (extensible) file.little(22, 2).little(bits, 2).little(3, 4).little(1, 2).zeros(14);
  return file.text("data").little(samples.size(), 4).data(samples);
}

inline Bytes aiff(std::uint32_t channels, std::uint32_t bits, const Bytes& samples) {
  FileMaker file;
  file.text("FORM").big(samples.size() + 46, 4).text("AIFFCOMM").big(18, 4);
  file.big(channels, 2).big(samples.size() / (channels * bits / 8), 4).big(bits, 2).zeros(10);
  return file.text("SSND").big(samples.size() + 8, 4).zeros(8).data(samples);
}

inline Bytes au(std::uint32_t channels, std::uint32_t bits, const Bytes& samples) {
  FileMaker file;
  file.text(".snd").big(24, 4).big(samples.size(), 4).big(bits / 8 + 1, 4);
  return file.big(44100, 4).big(channels, 4).data(samples);
}

// Its names are GUIDs, of which the first four bytes tell.
inline Bytes w64(std::uint32_t channels, std::uint32_t bits, const Bytes& samples) {
  const std::uint32_t frame = channels * bits / 8;
  FileMaker file;
  file.text("riff").zeros(12).little(samples.size() + 104, 8).text("wave").zeros(12);
  file.text("fmt ").zeros(12).little(40, 8).little(1, 2).little(channels, 2).little(44100, 4);
  file.little(44100 * frame, 4).little(frame, 2).little(bits, 2);
  return file.text("data").zeros(12).little(samples.size() + 24, 8).data(samples);
}

inline Bytes caf(std::uint32_t channels, std::uint32_t bits, const Bytes& samples, bool low_first) {
  FileMaker file;
  file.text("caff").big(0x10000, 4).text("desc").big(32, 8).zeros(8).text("lpcm");
  file.big(low_first ? 2 : 0, 4).big(channels * bits / 8, 4).big(1, 4).big(channels, 4);
  file.big(bits, 4);
  return file.text("data").big(samples.size() + 4, 8).zeros(4).data(samples);
}

inline Bytes bmp(std::uint32_t width, std::uint32_t height, std::uint32_t bits,
                 const Bytes& pixels) {
  FileMaker file;
  file.text("BM").little(54 + pixels.size(), 4).little(0, 4).little(54, 4).little(40, 4);
  file.little(width, 4).little(height, 4).little(1, 2).little(bits, 2).zeros(24);
  return file.data(pixels);
}

inline Bytes tga(std::uint32_t width, std::uint32_t height, std::uint32_t bits,
                 const Bytes& pixels) {
  FileMaker file;
  file.zeros(2).little(bits == 8 ? 3 : 2, 1).zeros(9).little(width, 2).little(height, 2);
  return file.little(bits, 1).little(0x20, 1).data(pixels);
}

// In strips of so many rows.
inline Bytes tiff(std::uint32_t width, std::uint32_t height, std::uint32_t channels,
                  std::uint32_t bits, std::uint32_t rows, const Bytes& pixels, bool low_first) {
  FileMaker file;
  const auto put = [&](std::uint64_t value, int size) {
    if (low_first) {
      file.little(value, size);
    } else {
      file.big(value, size);
    }
  };
  const std::uint32_t strips = (height + rows - 1) / rows;
  const std::uint32_t strip = width * channels * bits / 8 * rows;
  const auto total = static_cast<std::uint32_t>(pixels.size());
  const std::uint32_t tables = 8 + total;
  const auto entry = [&](std::uint32_t tag, std::uint32_t count, std::uint32_t value) {
    put(tag, 2);
    put(4, 2);
    put(count, 4);
    put(value, 4);
  };
  file.text(low_first ? std::string_view("II*\0", 4) : std::string_view("MM\0*", 4));
  put(tables + 8 * strips, 4);
  file.data(pixels);
  for (std::uint32_t i = 0; i < strips; ++i) put(8 + i * strip, 4);
  for (std::uint32_t i = 0; i < strips; ++i) put(std::min(strip, total - i * strip), 4);
  put(8, 2);
  entry(256, 1, width);
  entry(257, 1, height);
  entry(258, 1, bits);
  entry(259, 1, 1);
  entry(262, 1, channels == 1 ? 1 : 2);
  entry(273, strips, strips == 1 ? 8 : tables);
  entry(277, 1, channels);
  entry(279, strips, strips == 1 ? total : tables + 4 * strips);
  return file;
}

// type: as "<f4"; shape: as "(3, 4)".
inline Bytes npy(std::string_view type, std::string_view shape, bool columns_first,
                 const Bytes& numbers) {
  FileMaker dictionary;
  dictionary.text("{'descr': '").text(type).text("', 'fortran_order': ");
  dictionary.text(columns_first ? "True" : "False").text(", 'shape': ").text(shape).text(", }\n");
  FileMaker file;
  file.text("\x93NUMPY\x01").zeros(1).little(dictionary.size(), 2).data(dictionary);
  return file.data(numbers);
}

// One tensor of two dimensions behind one of eight floats.
inline Bytes safetensors(std::string_view type, std::string_view shape, const Bytes& numbers) {
  const std::string end = std::to_string(32 + numbers.size());
  FileMaker json;
  json.text(
      "{\"bias\":{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[0,32]},\"w\":{\"dtype\":\"");
  json.text(type)
      .text("\",\"shape\":")
      .text(shape)
      .text(",\"data_offsets\":[32,")
      .text(end)
      .text("]}}");
  return FileMaker().little(json.size(), 8).data(json).zeros(32).data(numbers);
}

// bits: negative of floats.
inline Bytes fits(int bits, std::size_t columns, std::size_t rows, const Bytes& numbers) {
  FileMaker file;
  const auto card = [&](const std::string& text) {
    file.text(text + std::string(80 - text.size(), ' '));
  };
  card("SIMPLE  =                    T");
  card("BITPIX  = " + std::to_string(bits));
  card("NAXIS   = 2");
  card("NAXIS1  = " + std::to_string(columns));
  card("NAXIS2  = " + std::to_string(rows));
  card("END");
  for (int i = 6; i < 36; ++i) card("");
  return file.data(numbers);
}

inline Bytes nifti(std::uint32_t bits, std::uint32_t columns, std::uint32_t rows,
                   const Bytes& numbers) {
  FileMaker file;
  file.little(348, 4).zeros(36).little(2, 2).little(columns, 2).little(rows, 2).zeros(24);
  file.little(4, 2).little(bits, 2).zeros(34).little(std::bit_cast<std::uint32_t>(352.0F), 4);
  return file.zeros(232).text("n+1").zeros(5).data(numbers);
}

// A program whose only executable part is the code, at an offset of 4096.
inline Bytes elf(std::uint32_t machine, const Bytes& code) {
  FileMaker file;
  file.text(
          "\x7F"
          "ELF")
      .little(2, 1)
      .little(1, 1)
      .zeros(10)
      .little(3, 2)
      .little(machine, 2);
  file.zeros(12).little(64, 8).zeros(14).little(56, 2).little(2, 2).zeros(6);
  file.little(1, 4).little(4, 4).zeros(24).little(4096, 8).zeros(16);
  file.little(1, 4).little(5, 4).little(4096, 8).zeros(16).little(code.size(), 8).zeros(16);
  file.zeros(4096 - file.size()).data(code);
  return file.zeros(3000);
}

inline Bytes pe(std::uint32_t machine, const Bytes& code) {
  FileMaker file;
  file.text("MZ").zeros(58).little(128, 4).zeros(64).text("PE").zeros(2).little(machine, 2);
  file.little(2, 2).zeros(12).little(0, 2).zeros(2);
  file.text(".data").zeros(11).little(512, 4).little(512, 4).zeros(12).little(0x40000000, 4);
  file.text(".text").zeros(11).little(code.size(), 4).little(1024, 4).zeros(12);
  file.little(0x60000020, 4).zeros(1024 - file.size() % 1024);
  return file.data(code).zeros(3000);
}

// What calls a few functions again and again.
inline Bytes x86_code(std::size_t bytes) {
  Random random(9);
  FileMaker code;
  while (code.size() < bytes) {
    const Bytes dice = random.bytes(4);
    code.text("\x55\x8B\xEC").little(0x83, 1).little(0xEC, 1).little(dice[0] & 0x38U, 1);
    const std::uint32_t target = (dice[1] & 15U) * 1000;
    code.little(0xE8, 1).little(target - static_cast<std::uint32_t>(code.size()) - 4, 4);
    code.little(0x89, 1).little(0x40 + (dice[2] & 7U), 1).little(dice[3] & 0x7CU, 1);
  }
  Bytes bytes_of_code = code;
  bytes_of_code.resize(bytes);
  return bytes_of_code;
}

inline Bytes tar_member(const std::string& name, const Bytes& content) {
  std::string header = name;
  header.resize(512);
  char octal[16];
  std::snprintf(octal, sizeof(octal), "%011o", static_cast<unsigned>(content.size()));
  header.replace(124, 11, octal);
  header.replace(148, 8, 8, ' ');
  header[156] = '0';
  header.replace(257, 5, "ustar");
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  std::snprintf(octal, sizeof(octal), "%06o", sum);
  header.replace(148, 6, octal);
  header[154] = '\0';
  return FileMaker().text(header).data(content).zeros((512 - content.size() % 512) % 512);
}

inline Bytes operator+(Bytes first, const Bytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace nnzip::test
