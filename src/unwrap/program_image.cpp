// SPDX-License-Identifier: Apache-2.0
// Tables of PE and headers of ELF.
#include "unwrap/program_image.h"

#include <algorithm>
#include <cstring>

namespace nnzip {
namespace {

constexpr std::size_t kPeHeader = 24;  // "PE", and the file's header
constexpr std::size_t kFunctionRow = 12;

std::size_t pe_at(const ProgramBytes& program) {
  constexpr std::size_t kStub = 64, kMaxStub = 4096;
  if (!program.has(0, kStub) || program.u8(0) != 'M' || program.u8(1) != 'Z') return 0;
  const std::size_t at = program.u32(60);
  if (at > kMaxStub || !program.has(at, kPeHeader + 2)) return 0;
  return program.u32(at) == 0x4550 ? at : 0;
}

// Of the section that it stands in.
std::uint32_t bytes_of_unwinding(const ProgramBytes& program, const PeImage& image,
                                 std::uint32_t address) {
  constexpr std::uint32_t kHandled = 3, kChained = 4;
  const auto at = image.place_of(address, 4);
  if (!at) return 0;
  const std::uint32_t flags = program.u8(*at) >> 3, codes = program.u8(*at + 2);
  const std::uint32_t more = (flags & kChained) != 0 ? 12 : (flags & kHandled) != 0 ? 8 : 0;
  return 4 + 2 * ((codes + 1) & ~1U) + more;
}

struct FunctionRow {
  std::uint32_t begin = 0, end = 0, unwinding = 0;
};

// Functions begin where the one before ends, or at the next multiple of 16: bytes between the two
// by how likely they are, and back.
std::uint32_t rank_of_gap(std::uint32_t gap, std::uint32_t before_end) {
  const std::uint32_t to_next = (0 - before_end) % 16;
  return gap == to_next ? 0 : gap < to_next ? gap + 1 : gap;
}
std::uint32_t gap_of_rank(std::uint32_t rank, std::uint32_t before_end) {
  const std::uint32_t to_next = (0 - before_end) % 16;
  return rank == 0 ? to_next : rank <= to_next ? rank - 1 : rank;
}

std::uint32_t expected_unwinding(const ProgramBytes& program, const PeImage& image,
                                 const FunctionRow& before) {
  return before.unwinding + bytes_of_unwinding(program, image, before.unwinding);
}

// A section's header: places of what it has, the same of 4 bytes or 8.
struct SectionHeader {
  std::size_t at, wide;
  std::size_t address_at() const { return at + (wide != 0 ? 16 : 12); }
  std::size_t offset_at() const { return at + (wide != 0 ? 24 : 16); }
  std::size_t bytes_at() const { return at + (wide != 0 ? 32 : 20); }
  std::size_t unit_at() const { return at + (wide != 0 ? 48 : 32); }
};

// Where a section is if it follows the one before.
class ExpectedSection {
 public:
  explicit ExpectedSection(const ProgramBytes& program) : program_(program) {}
  std::uint64_t offset(std::uint64_t unit) const {
    return unit > 1 && (unit & (unit - 1)) == 0 ? rounded_up(end_, unit) : end_;
  }
  std::uint64_t address(std::uint64_t offset) const { return offset + ahead_; }
  void follow(const SectionHeader& header, bool loaded, std::uint64_t address,
              std::uint64_t offset) {
    constexpr std::uint32_t kNoBytes = 8;
    const bool has_bytes = program_.u32(header.at + 4) != kNoBytes;
    end_ = offset + (has_bytes ? program_.address(header.bytes_at()) : 0);
    if (loaded) ahead_ = address - offset;
  }

 private:
  const ProgramBytes& program_;
  std::uint64_t end_ = 0, ahead_ = 0;
};

bool change_section_headers(const ProgramBytes& program, std::size_t at, std::size_t count,
                            bool back) {
  constexpr std::uint64_t kLoaded = 2;
  const std::size_t bytes = program.wide() ? 64 : 40;
  if (count > program.size() || !program.has(at, count * bytes)) return false;
  ExpectedSection expected(program);
  for (std::size_t i = 0; i < count; ++i) {
    const SectionHeader header{at + i * bytes, program.wide() ? std::size_t{1} : 0};
    const bool loaded = (program.address(header.at + 8) & kLoaded) != 0;
    const std::uint64_t offset_here = expected.offset(program.address(header.unit_at()));
    std::uint64_t offset = program.address(header.offset_at());
    std::uint64_t address = program.address(header.address_at());
    const auto moved = [&](std::uint64_t by_offset, std::uint64_t by_address) {
      program.put_address(header.offset_at(), offset + by_offset);
      if (loaded) program.put_address(header.address_at(), address + by_address);
    };
    if (back) {
      const std::uint64_t true_offset = offset + offset_here;
      moved(offset_here, expected.address(true_offset));
      offset = program.address(header.offset_at());
      address = program.address(header.address_at());
    } else {
      moved(0 - offset_here, 0 - expected.address(offset));
    }
    expected.follow(header, loaded, address, offset);
  }
  return true;
}

// Numbers in the image that may be addresses, and where the image is to be moved.
class AddressWalk {
 public:
  AddressWalk(const ProgramBytes& program, const PeImage& image, const RelocationTable& table)
      : program_(program), image_(image), table_(table), bytes_(program.wide() ? 8 : 4) {}

  // Calls decide(address, may_be) at each place; if that says so, an address stands there.
  template <typename Decide>
  void run(const Decide& decide) const {
    for (const PeImage::Section& section : image_.sections) {
      if (section.at == table_.at) continue;
      for (std::uint32_t i = 0; i + bytes_ <= section.bytes;) {
        const std::uint64_t value = program_.address(section.at + i);
        const bool may_be = value >= image_.base && value - image_.base < image_.image_bytes;
        i += decide(section.address + i, may_be) ? bytes_ : 1;
      }
    }
  }

 private:
  const ProgramBytes& program_;
  const PeImage& image_;
  const RelocationTable& table_;
  std::uint32_t bytes_;
};

constexpr std::size_t kBlockHeader = 8;
constexpr std::uint32_t kPage = 4096;

// The table of addresses in blocks of a page each.
Bytes written_table(const std::vector<std::uint32_t>& addresses, std::uint32_t type) {
  Bytes table;
  ByteWriter out(table);
  for (std::size_t i = 0; i < addresses.size();) {
    const std::uint32_t page = addresses[i] & ~(kPage - 1);
    std::size_t end = i;
    while (end < addresses.size() && (addresses[end] & ~(kPage - 1)) == page) ++end;
    const std::size_t entries = end - i, padded = entries + entries % 2;
    out.u32(page);
    out.u32(static_cast<std::uint32_t>(kBlockHeader + 2 * padded));
    for (; i < end; ++i)
      out.u16(static_cast<std::uint16_t>(type << 12 | (addresses[i] & (kPage - 1))));
    if (padded != entries) out.u16(0);
  }
  return table;
}

std::vector<std::uint32_t> read_table(const ProgramBytes& program, const RelocationTable& table,
                                      std::uint32_t type) {
  std::vector<std::uint32_t> addresses;
  const std::size_t end = table.at + table.bytes;
  for (std::size_t at = table.at; end - at >= kBlockHeader;) {
    const std::uint32_t page = program.u32(at), bytes = program.u32(at + 4);
    if (bytes < kBlockHeader || bytes > end - at) break;
    for (std::size_t i = at + kBlockHeader; i + 2 <= at + bytes; i += 2) {
      const std::uint32_t entry = program.u16(i);
      if (entry >> 12 == type) addresses.push_back(page + (entry & (kPage - 1)));
    }
    at += bytes;
  }
  return addresses;
}

std::uint32_t relocation_type(const ProgramBytes& program) { return program.wide() ? 10 : 3; }

}  // namespace

std::optional<std::size_t> PeImage::place_of(std::uint32_t address, std::uint32_t size) const {
  for (const Section& section : sections) {
    if (address < section.address || address - section.address >= section.bytes) continue;
    const std::uint32_t within = address - section.address;
    if (size > section.bytes - within) return {};
    return std::size_t{section.at} + within;
  }
  return {};
}

bool is_wide_pe(const ProgramBytes& program) {
  const std::size_t at = pe_at(program);
  return at != 0 && program.u16(at + kPeHeader) == 0x20B;
}

std::optional<PeImage> pe_image(const ProgramBytes& program) {
  constexpr std::uint32_t kMaxSections = 96;
  constexpr std::size_t kSectionHeader = 40;
  constexpr std::uint16_t kPlain = 0x10B, kWide = 0x20B;
  const std::size_t pe = pe_at(program);
  if (pe == 0) return {};
  const std::size_t header = pe + kPeHeader;
  const std::size_t count = program.u16(pe + 6), header_bytes = program.u16(pe + 20);
  const std::uint16_t magic = program.u16(header);
  const bool wide = magic == kWide;
  if ((magic != kPlain && !wide) || wide != program.wide() || count > kMaxSections) return {};
  const std::size_t directories = header + (wide ? 112 : 96), rows = 6;
  if (header_bytes < directories + 8 * rows - header ||
      !program.has(header, header_bytes + count * kSectionHeader))
    return {};
  PeImage image;
  image.machine = program.u16(pe + 4);
  image.base = program.address(header + (wide ? 24 : 28));
  image.image_bytes = program.u32(header + 56);
  const auto directory = [&](std::size_t row, std::uint32_t& address, std::uint32_t& bytes) {
    address = program.u32(directories + 8 * row);
    bytes = program.u32(directories + 8 * row + 4);
  };
  directory(3, image.functions, image.function_bytes);
  directory(5, image.relocations, image.relocation_bytes);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = header + header_bytes + i * kSectionHeader;
    const PeImage::Section section{program.u32(at + 12), program.u32(at + 16),
                                   program.u32(at + 20)};
    image.end = std::max(image.end, std::size_t{section.at} + section.bytes);
    if (section.bytes != 0 && program.has(section.at, section.bytes))
      image.sections.push_back(section);
  }
  return image;
}

std::optional<std::vector<std::uint64_t>> clear_relocations(const ProgramBytes& program,
                                                            const RelocationTable& table) {
  const auto image = pe_image(program);
  if (!image || !program.has(table.at, table.bytes)) return {};
  const std::uint32_t type = relocation_type(program);
  const auto addresses = read_table(program, table, type);
  if (!std::ranges::is_sorted(addresses)) return {};
  const Bytes again = written_table(addresses, type);
  if (!std::ranges::equal(again, program.part(table.at, table.bytes))) return {};
  std::vector<std::uint64_t> wrong, others;
  std::uint64_t right = 0;
  std::uint32_t last_other = 0;
  AddressWalk(program, *image, table).run([&](std::uint32_t address, bool may_be) {
    const bool is = std::ranges::binary_search(addresses, address);
    if (may_be) {
      if (is) {
        ++right;
      } else {
        wrong.push_back(right);
        right = 0;
      }
    } else if (is) {
      others.push_back(address - last_other);
      last_other = address;
    }
    return is;
  });
  std::vector<std::uint64_t> corrections{wrong.size()};
  corrections.insert(corrections.end(), wrong.begin(), wrong.end());
  corrections.insert(corrections.end(), others.begin(), others.end());
  std::ranges::fill(program.part(table.at, table.bytes), std::uint8_t{0});
  return corrections;
}

bool make_relocations(const ProgramBytes& program, const RelocationTable& table,
                      const std::vector<std::uint64_t>& corrections) {
  const auto image = pe_image(program);
  if (!image || !program.has(table.at, table.bytes) || corrections.empty() ||
      corrections[0] > corrections.size() - 1)
    return false;
  const auto wrong_end = static_cast<std::size_t>(1 + corrections[0]);
  std::size_t wrong = 1, other = wrong_end;
  std::uint64_t right = 0;
  auto next_other = [&, before = std::uint64_t{0}]() mutable -> std::uint64_t {
    if (other == corrections.size()) return ~std::uint64_t{0};
    return before += corrections[other++];
  };
  std::uint64_t other_at = next_other();
  std::vector<std::uint32_t> addresses;
  AddressWalk(program, *image, table).run([&](std::uint32_t address, bool may_be) {
    bool is = address == other_at;
    if (may_be) {
      is = wrong == wrong_end || right != corrections[wrong];
      right = is ? right + 1 : 0;
      if (!is) ++wrong;
    } else if (is) {
      other_at = next_other();
    }
    if (is && addresses.size() <= table.bytes / 2) addresses.push_back(address);
    return is;
  });
  const Bytes made = written_table(addresses, relocation_type(program));
  if (made.size() != table.bytes) return false;
  std::ranges::copy(made, program.part(table.at, table.bytes).begin());
  return true;
}

bool apply_function_table(const ProgramBytes& program, std::size_t at, std::size_t rows) {
  const auto image = pe_image(program);
  if (!image || rows > program.size() || !program.has(at, rows * kFunctionRow)) return false;
  FunctionRow before;
  for (std::size_t i = 0; i < rows; ++i, at += kFunctionRow) {
    const std::uint32_t unwinding = expected_unwinding(program, *image, before);
    const FunctionRow row{program.u32(at), program.u32(at + 4), program.u32(at + 8)};
    program.put32(at, rank_of_gap(row.begin - before.end, before.end));
    program.put32(at + 4, row.end - row.begin);
    program.put32(at + 8, row.unwinding - unwinding);
    before = row;
  }
  return true;
}

bool revert_function_table(const ProgramBytes& program, std::size_t at, std::size_t rows) {
  const auto image = pe_image(program);
  if (!image || rows > program.size() || !program.has(at, rows * kFunctionRow)) return false;
  FunctionRow before;
  for (std::size_t i = 0; i < rows; ++i, at += kFunctionRow) {
    before.unwinding = program.u32(at + 8) + expected_unwinding(program, *image, before);
    before.begin = before.end + gap_of_rank(program.u32(at), before.end);
    before.end = before.begin + program.u32(at + 4);
    program.put32(at, before.begin);
    program.put32(at + 4, before.end);
    program.put32(at + 8, before.unwinding);
  }
  return true;
}

bool apply_section_headers(const ProgramBytes& program, std::size_t at, std::size_t count) {
  return change_section_headers(program, at, count, false);
}

bool revert_section_headers(const ProgramBytes& program, std::size_t at, std::size_t count) {
  return change_section_headers(program, at, count, true);
}

}  // namespace nnzip
