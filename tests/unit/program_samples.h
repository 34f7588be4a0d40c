// SPDX-License-Identifier: Apache-2.0
// Programs of ELF and PE made here, with nothing of what it tests.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "unit/tiny_models.h"

namespace nnzip::test {

// Numbers of a program of either order and width.
class ProgramMaker {
 public:
  ProgramMaker(bool wide, bool high_first) : wide_(wide), high_first_(high_first) {}

  ProgramMaker& number(std::uint64_t value, std::size_t size) {
    bytes_.resize(bytes_.size() + size);
    return put(bytes_.size() - size, value, size);
  }
  ProgramMaker& put(std::size_t at, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t place = high_first_ ? size - 1 - i : i;
      bytes_[at + place] = static_cast<std::uint8_t>(value >> (8 * i));
    }
    return *this;
  }
  ProgramMaker& u16(std::uint64_t value) { return number(value, 2); }
  ProgramMaker& u32(std::uint64_t value) { return number(value, 4); }
  ProgramMaker& word(std::uint64_t value) { return number(value, word_bytes()); }
  ProgramMaker& data(const Bytes& data) {
    bytes_.insert(bytes_.end(), data.begin(), data.end());
    return *this;
  }
  ProgramMaker& text(const std::string& text) {
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    return *this;
  }
  ProgramMaker& align(std::size_t unit) {
    bytes_.resize((bytes_.size() + unit - 1) / unit * unit);
    return *this;
  }
  std::size_t size() const { return bytes_.size(); }
  std::size_t word_bytes() const { return wide_ ? 8 : 4; }
  Bytes& bytes() { return bytes_; }

 private:
  Bytes bytes_;
  bool wide_, high_first_;
};

struct ElfSample {
  Bytes file;
  std::size_t hashes = 0, hash_bytes = 0;  // of the table without its header
  std::size_t index = 0, index_bytes = 0;
};

// A library with so many functions of those names, and a table of pointers to them. It is loaded
// where its bytes are.
inline ElfSample elf_file(bool wide, bool high_first, std::size_t functions = 100) {
  ProgramMaker out(wide, high_first);
  ElfSample sample;
  out.text(
         "\x7F"
         "ELF")
      .number(wide ? 2 : 1, 1)
      .number(high_first ? 2 : 1, 1)
      .number(1, 1);
  out.align(16);
  out.u16(3).u16(0).u32(1).word(0).word(0).word(0).u32(0);  // the place of headers comes later
  const std::size_t header_end = out.size();
  out.u16(wide ? 64 : 52).u16(0).u16(0).u16(wide ? 64 : 40).u16(10).u16(9).align(64);

  std::vector<std::string> names;
  std::vector<std::uint32_t> places;
  std::string strings(1, '\0');
  for (std::size_t i = 0; i < functions; ++i) {
    names.push_back("name_" + std::to_string(i * i * 7 % 1000) + "_of_" + std::to_string(i));
    places.push_back(static_cast<std::uint32_t>(strings.size()));
    strings += names.back() + '\0';
  }
  const std::uint32_t buckets = 17, words = 4, shift = 6, bits = wide ? 64 : 32;
  const auto hash = [&](std::size_t i) {
    std::uint32_t h = 5381;
    for (const char c : names[i]) h = h * 33 + static_cast<std::uint8_t>(c);
    return h;
  };
  std::vector<std::size_t> order(functions);
  for (std::size_t i = 0; i < functions; ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return hash(i) % buckets; });
  const auto begin_of = [&](std::size_t i) { return 0x10000 + 48 * i; };
  const auto bytes_of = [&](std::size_t i) { return 33 + i * 5 % 16; };

  struct Part {
    std::uint64_t name, type, flags, at, bytes, link;
  };
  std::vector<Part> parts{{}};
  std::string section_names(1, '\0');
  const auto end_part = [&](const std::string& name, std::uint64_t type, std::uint64_t flags,
                            std::size_t at, std::uint64_t link) {
    parts.push_back({section_names.size(), type, flags, at, out.size() - at, link});
    section_names += name + '\0';
  };

  std::size_t at = out.size();
  out.u32(buckets).u32(1).u32(words).u32(shift);
  sample.hashes = out.size();
  std::vector<std::uint64_t> bloom(words);
  for (std::size_t i = 0; i < functions; ++i)
    bloom[hash(i) / bits % words] |=
        std::uint64_t{1} << hash(i) % bits | std::uint64_t{1} << (hash(i) >> shift) % bits;
  for (const std::uint64_t word : bloom) out.word(word);
  for (std::uint32_t b = 0; b < buckets; ++b) {
    const auto found = std::ranges::find(order, b, [&](auto i) { return hash(i) % buckets; });
    out.u32(found == order.end() ? 0 : 1 + static_cast<std::uint64_t>(found - order.begin()));
  }
  for (std::size_t k = 0; k < functions; ++k) {
    const bool last =
        k + 1 == functions || hash(order[k + 1]) % buckets != hash(order[k]) % buckets;
    out.u32((hash(order[k]) & ~1U) | (last ? 1U : 0U));
  }
  sample.hash_bytes = out.size() - sample.hashes;
  end_part(".gnu.hash", 0x6FFFFFF6, 2, at, 2);

  out.align(8);
  at = out.size();
  out.data(Bytes(wide ? 24 : 16));
  for (const std::size_t i : order) {
    out.u32(places[i]);
    if (wide) out.number(0x12, 1).number(0, 1).u16(1);
    out.word(begin_of(i)).word(bytes_of(i));
    if (!wide) out.number(0x12, 1).number(0, 1).u16(1);
  }
  end_part(".dynsym", 11, 2, at, 3);
  at = out.size();
  out.text(strings);
  end_part(".dynstr", 3, 2, at, 0);

  out.align(8);
  at = out.size();
  const std::size_t rows = 20, row = 3 * out.word_bytes();
  const std::size_t data = (at + rows * row + 63) / 64 * 64;
  for (std::size_t i = 0; i < rows; ++i)
    out.word(data + i * out.word_bytes()).word(8).word(begin_of(i * 3 % functions));
  end_part(".rela.dyn", 4, 2, at, 2);
  out.align(64);
  at = out.size();
  for (std::size_t i = 0; i < rows; ++i) out.word(begin_of(i * 3 % functions));
  end_part(".data", 1, 3, at, 0);

  out.align(8);
  at = out.size();
  const auto plain_hash = [&](std::size_t i) {
    std::uint32_t h = 0;
    for (const char c : names[i]) {
      h = h * 16 + static_cast<std::uint8_t>(c);
      h = (h ^ (h & 0xF0000000) >> 24) & 0xFFFFFFF;
    }
    return h;
  };
  std::vector<std::uint32_t> first(13), next(functions + 1);
  for (std::uint32_t k = 1; k <= functions; ++k) {
    std::uint32_t& bucket = first[plain_hash(order[k - 1]) % first.size()];
    next[k] = std::exchange(bucket, k);
  }
  out.u32(first.size()).u32(next.size());
  for (const std::uint32_t entry : first) out.u32(entry);
  for (const std::uint32_t entry : next) out.u32(entry);
  end_part(".hash", 5, 2, at, 2);

  out.align(8);
  sample.index = at = out.size();
  sample.index_bytes = 12 + 8 * functions;
  const std::size_t records = (at + sample.index_bytes + 7) / 8 * 8, record = 24;
  out.text(std::string("\x01\x1B\x03\x3B", 4));
  out.u32(records - (at + 4)).u32(functions);
  for (std::size_t i = 0; i < functions; ++i)
    out.u32(begin_of(i) - at).u32(records + record * (1 + i) - at);
  end_part(".eh_frame_hdr", 1, 2, at, 0);
  out.align(8);
  at = out.size();
  out.u32(record - 4).u32(0).text(std::string("\x01zR\0\x01\x78\x10\x01\x1B", 9));
  out.align(8);
  for (std::size_t i = 0; i < functions; ++i) {
    const std::size_t here = out.size();
    out.u32(record - 4).u32(here + 4 - at).u32(begin_of(i) - (here + 8)).u32(bytes_of(i));
    out.number(0, 1).number(0x41 + i % 4, 1).align(8);
  }
  out.u32(0);
  end_part(".eh_frame", 1, 2, at, 0);
  at = out.size();
  section_names += std::string(".shstrtab") + '\0';
  out.text(section_names);
  parts.push_back({section_names.size() - 10, 3, 0, at, out.size() - at, 0});

  out.align(8);
  out.put(header_end - 4 - out.word_bytes(), out.size(), out.word_bytes());
  for (const Part& part : parts) {
    out.u32(part.name).u32(part.type).word(part.flags);
    out.word((part.flags & 2) != 0 ? part.at : 0).word(part.at).word(part.bytes);
    out.u32(part.link).u32(0).word(8).word(0);
  }
  sample.file = out.bytes();
  return sample;
}

struct PeSample {
  Bytes file;
  std::size_t relocations = 0, relocation_bytes = 0;
  std::size_t functions = 0, function_bytes = 0;  // none of narrow ones
};

// A library whose code has so many addresses in it; a wide one has them in its data, and functions.
inline PeSample pe_file(bool wide, std::size_t addresses = 900) {
  ProgramMaker out(wide, false);
  PeSample sample;
  const std::uint64_t base = wide ? 0x180000000 : 0x10000000;
  const std::size_t header = 0x80 + 24, header_bytes = wide ? 240 : 224;
  out.text("MZ").align(60).u32(0x80).align(0x80);
  out.text("PE").align(4).u16(wide ? 0x8664 : 0x14C).u16(3).u32(0).u32(0).u32(0);
  out.u16(header_bytes).u16(0x2102);
  out.u16(wide ? 0x20B : 0x10B).align(4);
  out.bytes().resize(header + header_bytes);
  out.put(header + (wide ? 24 : 28), base, wide ? 8 : 4).put(header + 56, 0x300000, 4);
  const std::size_t directories = header + (wide ? 112 : 96);
  const std::size_t sections = out.size();
  out.data(Bytes(3 * 40)).align(512);
  const auto end_section = [&](std::size_t number, std::size_t address, std::size_t at) {
    out.align(512);
    out.put(sections + 40 * number + 12, address, 4)
        .put(sections + 40 * number + 16, out.size() - at, 4);
    out.put(sections + 40 * number + 20, at, 4);
  };

  Random random(7);
  std::vector<std::uint32_t> places;
  std::size_t at = out.size();
  for (std::size_t i = 0; i < addresses; ++i) {
    if (!wide) out.data(random.bytes(1 + i % 5)).number(0x68, 1);
    if (wide && i % 9 == 0) out.word(i);
    places.push_back(static_cast<std::uint32_t>(0x1000 + out.size() - at));
    out.word(base + 0x1000 + i * 3);
  }
  // One that is none, and one that stands for something else.
  out.word(base + 0x2000).data(Bytes(8));
  places.push_back(static_cast<std::uint32_t>(0x1000 + out.size() - at));
  out.word(12345);
  end_section(0, 0x1000, at);

  at = out.size();
  if (wide) {
    const std::size_t rows = 80, unwinding = 0x100000 + rows * 12;
    sample.functions = at;
    sample.function_bytes = rows * 12;
    out.put(directories + 24, 0x100000, 4).put(directories + 28, sample.function_bytes, 4);
    for (std::size_t i = 0; i < rows; ++i)
      out.u32(0x1000 + 64 * i).u32(0x1000 + 64 * i + 33 + i * 7 % 31).u32(unwinding + 8 * i);
    for (std::size_t i = 0; i < rows; ++i) out.text(std::string("\x01\x04\x01\0\x04\x42\0\0", 8));
  }
  end_section(1, 0x100000, at);

  sample.relocations = at = out.size();
  for (std::size_t i = 0; i < places.size();) {
    const std::uint32_t page = places[i] & ~4095U;
    std::size_t end = i;
    while (end < places.size() && (places[end] & ~4095U) == page) ++end;
    const std::size_t entries = (end - i + 1) / 2 * 2;
    out.u32(page).u32(8 + 2 * entries);
    for (; i < end; ++i) out.u16((wide ? 0xA000U : 0x3000U) | (places[i] & 4095U));
    out.align(4);
  }
  sample.relocation_bytes = out.size() - at;
  out.put(directories + 40, 0x200000, 4).put(directories + 44, sample.relocation_bytes, 4);
  end_section(2, 0x200000, at);
  sample.file = out.bytes();
  return sample;
}

}  // namespace nnzip::test
