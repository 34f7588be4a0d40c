// SPDX-License-Identifier: Apache-2.0
// A suffix is of type S if it comes before the suffix that follows it in the text, else of type L,
// as the last one is. Leftmost S (LMS) are those of type S behind one of type L. Once LMS suffixes
// are in order, by their bytes or by an order of what is between them, one pass puts those of type
// L in order, a second one those of type S.
#include "bwt/suffix_array.h"

#include <algorithm>
#include <vector>

#include "bwt/key_sort.h"

namespace nnzip {
namespace {

// Places to come are asked for so far ahead.
constexpr std::int32_t kAhead = 24;
// Keys that are looked at for each LMS suffix, on average, before induction is to sort them.
constexpr std::int64_t kBudget = 6;

// An entry of order_ that is not final is a place s > 0 whose neighbour s - 1 is still to be put in
// order by the pass at work, or ~s where a later pass does that, or nothing does. 0 is no entry.
template <typename Symbol>
class SuffixSorter {
 public:
  // Symbols are below `symbols`. Precondition: n >= 1.
  SuffixSorter(const Symbol* text, std::int32_t* order, std::int32_t n, std::int32_t symbols)
      : text_(text), order_(order), n_(n), counts_(symbols), bucket_(symbols) {
    for (std::int32_t i = 0; i < n; ++i) ++counts_[text[i]];
  }

  void sort() {
    if (!put_by_keys()) put_by_induction();
    induce_l<false>();
    induce_s<false>();
  }

 private:
  // Calls visit(place) for each LMS suffix, the last one first.
  template <typename Visit>
  void for_each_lms(const Visit& visit) const {
    bool is_s = false;
    for (std::int32_t i = n_ - 2; i >= 0; --i) {
      if (text_[i] == text_[i + 1]) continue;
      const bool was_s = is_s;
      is_s = text_[i] < text_[i + 1];
      if (was_s && !is_s) visit(i + 1);
    }
  }

  void begin_buckets() {
    std::int32_t sum = 0;
    for (std::size_t c = 0; c < bucket_.size(); ++c) {
      bucket_[c] = sum;
      sum += counts_[c];
    }
  }
  void end_buckets() {
    std::int32_t sum = 0;
    for (std::size_t c = 0; c < bucket_.size(); ++c) bucket_[c] = sum += counts_[c];
  }

  void put_by_induction() {
    std::fill_n(order_, n_, 0);
    const std::int32_t count = put_unsorted();
    if (count <= 1) return;
    induce_l<true>();
    induce_s<true>();
    sort_lms(count);
    put_sorted(count);
  }

  // By comparing them, if that does not take too long.
  bool put_by_keys() {
    if constexpr (sizeof(Symbol) == 1) {
      const auto n = static_cast<std::size_t>(n_);
      if (n > KeySorter::kMostBytes) return false;
      const std::vector<std::int32_t> ends = put_by_pairs();
      const auto count = static_cast<std::size_t>(ends.back());
      KeySorter sorter({text_, n}, kBudget * ends.back() + 1000);
      for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
        const auto begin = static_cast<std::size_t>(ends[i]),
                   end = static_cast<std::size_t>(ends[i + 1]);
        if (!sorter.sort({order_ + begin, end - begin}, 2)) return false;
      }
      std::fill(order_ + count, order_ + n, 0);
      put_sorted(ends.back());
      return true;
    }
    return false;
  }

  // LMS suffixes in the order of their first two symbols. Returns where those of each pair begin,
  // and how many there are.
  std::vector<std::int32_t> put_by_pairs() {
    const auto pair = [&](std::int32_t place) {
      return static_cast<std::size_t>(text_[place] << 8 | text_[place + 1]);
    };
    std::vector<std::int32_t> begins((1 << 16) + 1);
    for_each_lms([&](std::int32_t place) { ++begins[pair(place)]; });
    std::int32_t sum = 0;
    for (std::int32_t& begin : begins) begin = sum += begin;
    for_each_lms([&](std::int32_t place) { order_[--begins[pair(place)]] = place; });
    return begins;
  }

  // LMS suffixes to the ends of the buckets of their first symbols. Returns how many there are.
  std::int32_t put_unsorted() {
    end_buckets();
    std::int32_t count = 0;
    for_each_lms([&](std::int32_t place) {
      order_[--bucket_[text_[place]]] = place;
      ++count;
    });
    return count;
  }

  void ask_for(std::int32_t entry) const {
    __builtin_prefetch(text_ + std::max(entry, ~entry) - 1);
  }

  // From the first suffix on, what stands before each in the text. kLmsAlone: to compare LMS
  // substrings; entries that no S will be induced of are dropped.
  template <bool kLmsAlone>
  void induce_l() {
    begin_buckets();
    put_l(n_ - 1);
    for (std::int32_t i = 0; i < n_; ++i) {
      if (i + kAhead < n_) ask_for(order_[i + kAhead]);
      const std::int32_t s = order_[i];
      if (s > 0) {
        put_l(s - 1);
        order_[i] = kLmsAlone ? 0 : ~s;
      } else if (s < 0) {
        order_[i] = ~s;
      }
    }
  }
  void put_l(std::int32_t s) {
    const Symbol c = text_[s];
    const bool before_is_s = s > 0 && text_[s - 1] < c;
    order_[bucket_[c]++] = before_is_s ? ~s : s;
  }

  // The same from the last one on. kLmsAlone: negative entries remain, those of LMS suffixes.
  template <bool kLmsAlone>
  void induce_s() {
    end_buckets();
    for (std::int32_t i = n_ - 1; i >= 0; --i) {
      if (i >= kAhead) ask_for(order_[i - kAhead]);
      const std::int32_t s = order_[i];
      if (s > 0) {
        const Symbol c = text_[s - 1];
        const bool before_is_l = s > 1 && text_[s - 2] > c;
        order_[--bucket_[c]] = before_is_l ? ~(s - 1) : s - 1;
        if (kLmsAlone) order_[i] = 0;
      } else if (s < 0 && !kLmsAlone) {
        order_[i] = ~s;
      }
    }
  }

  // The LMS suffixes in order into the first `count` places; the others become 0. They are sorted
  // by their substrings up to the next one so far.
  void sort_lms(std::int32_t count) {
    std::int32_t found = 0;
    for (std::int32_t i = 0; i < n_; ++i) {
      if (order_[i] < 0) order_[found++] = ~order_[i];
    }
    std::fill(order_ + count, order_ + n_, 0);
    const std::int32_t names = name_lms(count);
    std::int32_t* const reduced = order_ + n_ - count;
    if (names < count) {
      std::int32_t* to = order_ + n_;
      for (std::int32_t i = count + (n_ - 1) / 2; i >= count; --i) {
        if (order_[i] != 0) *--to = order_[i] - 1;
      }
      SuffixSorter<std::int32_t>(reduced, order_, count, names).sort();
      std::int32_t* place_of = order_ + n_;
      for_each_lms([&](std::int32_t place) { *--place_of = place; });
      for (std::int32_t i = 0; i < count; ++i) order_[i] = reduced[order_[i]];
    }
    std::fill(order_ + count, order_ + n_, 0);
  }

  // Names substrings by their rank from 1 on. The name of the one at s goes to order_[count + s/2],
  // which no other has, since LMS suffixes are two places apart. Returns how many names there are.
  std::int32_t name_lms(std::int32_t count) {
    std::int32_t* const of = order_ + count;
    std::int32_t end = n_;
    for_each_lms([&](std::int32_t place) {
      of[place >> 1] = end - place;
      end = place;
    });
    std::int32_t name = 0, last = 0, last_length = 0;
    for (std::int32_t i = 0; i < count; ++i) {
      const std::int32_t s = order_[i], length = of[s >> 1];
      // One that reaches the end is unlike all others.
      const bool same = length == last_length && s + length < n_ && last + length < n_ &&
                        std::equal(text_ + s, text_ + s + length + 1, text_ + last);
      if (!same) ++name;
      of[s >> 1] = name;
      last = s;
      last_length = length;
    }
    return name;
  }

  void put_sorted(std::int32_t count) {
    end_buckets();
    for (std::int32_t i = count - 1; i >= 0; --i) {
      const std::int32_t place = order_[i];
      order_[i] = 0;
      order_[--bucket_[text_[place]]] = place;
    }
  }

  const Symbol* text_;
  std::int32_t* order_;
  std::int32_t n_;
  std::vector<std::int32_t> counts_, bucket_;
};

}  // namespace

void sort_suffixes(std::span<const std::uint8_t> text, std::span<std::int32_t> order) {
  if (text.empty()) return;
  SuffixSorter<std::uint8_t>(text.data(), order.data(), static_cast<std::int32_t>(text.size()), 256)
      .sort();
}

}  // namespace nnzip
