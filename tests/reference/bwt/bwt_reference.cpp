// SPDX-License-Identifier: Apache-2.0
// Rows are sorted by comparing them; counters are found by name.
#include "reference/bwt/bwt_reference.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

#include "coder/range_encoder.h"

namespace nnzip::mixer_reference {
namespace {

using Numbers = std::vector<std::uint64_t>;

int bits_of(std::uint64_t number) {
  int bits = 0;
  for (; number != 0; number >>= 1) ++bits;
  return bits;
}

// The suffixes by where they begin, the empty one first.
Numbers sorted_rows(const Bytes& content) {
  Numbers rows(content.size() + 1);
  std::iota(rows.begin(), rows.end(), 0);
  const auto from = [&](std::uint64_t at) {
    return content.begin() + static_cast<std::ptrdiff_t>(at);
  };
  std::sort(rows.begin(), rows.end(), [&](std::uint64_t a, std::uint64_t b) {
    return std::lexicographical_compare(from(a), content.end(), from(b), content.end());
  });
  return rows;
}

class ColumnReference {
 public:
  void add(unsigned x) {
    run_ = c_[0] == c_[1] ? run_ + 1 : 0;
    const std::int64_t f = run_ > 2 ? 1 : 0;
    std::int64_t g = run_, bits = 0;
    for (std::int64_t rest = run_; rest > 0; rest /= 2) ++bits;
    if (run_ >= 8) g = std::min<std::int64_t>(bits + 4, 15);
    unsigned node = 1;
    for (int k = 7; k >= 0; --k) {
      const int y = static_cast<int>(x >> k & 1);
      std::int64_t alike = 0;
      for (const unsigned c : c_) alike = 2 * alike + ((256 + c) >> (k + 1) == node ? 1 : 0);
      std::int64_t& quick = counter({0, 0, node}, 32768);
      std::int64_t& after = counter({1, c_[0], node}, 32768);
      std::int64_t& seen = counter({2, c_[0], node}, 0);
      const std::int64_t p = (7 * (quick + after) + 2 * counter({1, c_[1], node}, 32768)) >> 4;
      const Name of{3, f, node};
      const std::int64_t low = point(of, p / 4096), high = point(of, p / 4096 + 1);
      const std::int64_t q = low + (((high - low) * (p % 4096)) >> 12);
      std::int64_t& turn = point({4, g, 8 * k + alike}, (p + 2048) / 4096);
      const std::int64_t one = std::clamp<std::int64_t>((4 * q + 3 * turn + p) >> 3, 1, 65535);
      out_.encode_bit(y != 0, static_cast<std::uint32_t>(one));
      learn(quick, y, 2);
      learn(after, y, seen < 2 ? 2 : seen < 6 ? 3 : 4);
      learn(point(of, p / 4096), y, 6);
      learn(point(of, p / 4096 + 1), y, 6);
      learn(turn, y, 7);
      ++seen;
      node = 2 * node + static_cast<unsigned>(y);
    }
    c_ = {x, c_[0], c_[1]};
  }

  Bytes finish() { return out_.finish(); }

 private:
  using Name = std::array<std::int64_t, 3>;

  std::int64_t& counter(const Name& name, std::int64_t first) {
    return counters_.try_emplace(name, first).first->second;
  }
  std::int64_t& point(const Name& of, std::int64_t j) {
    return points_.try_emplace({of, j}, std::min<std::int64_t>(4096 * j, 65535)).first->second;
  }
  static void learn(std::int64_t& p, int y, int rate) { p += (65535 * y - p) >> rate; }

  std::array<unsigned, 3> c_{};  // the newest first
  std::int64_t run_ = 0;
  std::map<Name, std::int64_t> counters_;
  std::map<std::pair<Name, std::int64_t>, std::int64_t> points_;
  RangeEncoder out_;
};

// As the encoder takes them: all there are. The escape is the first of the rarest bytes.
Bytes without_repeats(const Bytes& content, std::uint8_t& escape) {
  std::vector<std::size_t> counts(256);
  for (const std::uint8_t byte : content) ++counts[byte];
  escape =
      static_cast<std::uint8_t>(std::min_element(counts.begin(), counts.end()) - counts.begin());
  std::map<std::uint32_t, std::size_t> places;
  Bytes out;
  for (std::size_t i = 0; i < content.size();) {
    std::size_t p = 0, length = 0;
    if (i >= 4) {
      std::uint32_t before = 0;
      for (std::size_t k = 1; k <= 4; ++k) before = before << 8 | content[i - k];
      p = std::exchange(places[before * 0x9E3779B1u >> 16], i);
    }
    while (p != 0 && i + length < content.size() && content[p + length] == content[i + length]) {
      ++length;
    }
    if (length < 40) {
      out.push_back(content[i]);
      if (p != 0 && content[i] == escape) out.push_back(255);
      ++i;
      continue;
    }
    out.push_back(escape);
    out.insert(out.end(), (length - 40) / 254, 254);
    out.push_back(static_cast<std::uint8_t>((length - 40) % 254));
    i += length;
  }
  return out;
}

// Rows and column.
Bytes sorted_reference(const Bytes& content) {
  const Numbers rows = sorted_rows(content);
  const auto row_of = [&](std::uint64_t suffix) {
    return static_cast<std::uint64_t>(std::find(rows.begin(), rows.end(), suffix) - rows.begin());
  };
  const std::uint64_t whole = row_of(0);
  const int b = std::max(16, bits_of(content.size() - 1) - 3);
  Numbers fields{whole - 1};
  for (std::uint64_t k = 1; k << b < content.size(); ++k) {
    const std::uint64_t row = row_of(k << b);
    fields.push_back(row < whole ? row : row - 1);
  }
  Bytes coded;
  for (const std::uint64_t field : fields) {
    for (int i = 0; i < 3; ++i) coded.push_back(static_cast<std::uint8_t>(field >> (8 * i)));
  }
  ColumnReference column;
  for (const std::uint64_t suffix : rows) {
    if (suffix != 0) column.add(content[suffix - 1]);
  }
  const Bytes bits = column.finish();
  coded.insert(coded.end(), bits.begin(), bits.end());
  return coded;
}

}  // namespace

Bytes bwt_reference(const Bytes& content) {
  std::uint8_t escape = 0;
  const Bytes shortened = without_repeats(content, escape);
  const bool shorter = shortened.size() < content.size();
  const Bytes& sorted = shorter ? shortened : content;
  Bytes coded;
  for (int i = 0; i < 3; ++i) {
    coded.push_back(static_cast<std::uint8_t>((sorted.size() - 1) >> (8 * i)));
  }
  if (shorter) coded.push_back(escape);
  const Bytes rest = sorted_reference(sorted);
  coded.insert(coded.end(), rest.begin(), rest.end());
  return coded;
}

}  // namespace nnzip::mixer_reference
