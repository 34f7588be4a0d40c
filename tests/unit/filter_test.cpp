// SPDX-License-Identifier: Apache-2.0
#include "filter/filter.h"

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>

#include "filter/integers.h"
#include "filter/repeats.h"
#include "unit/content_samples.h"
#include "unit/format_examples.h"

namespace nnzip {
namespace {

using test::Random;

constexpr Layout kX86{.form = Form::kCode, .element = 1}, kWords{.form = Form::kCode, .element = 4};

struct Case {
  Filter filter;
  Layout layout;
};
constexpr Case kCases[] = {{Filter::kCalls, kX86},
                           {Filter::kBranches, kWords},
                           {Filter::kColumns, {.stride = 6}},
                           {Filter::kColumns, {.stride = 7, .element = 2, .odd_high = true}},
                           {Filter::kColumns, {.stride = 12}},
                           {Filter::kCurves, {.stride = 8, .element = 4}},
                           {Filter::kCurves, {.stride = 36, .element = 4}},
                           {Filter::kCurves, {.stride = 24, .element = 8}},
                           {Filter::kCurves, {.stride = 36, .element = 4, .high_first = true}},
                           {Filter::kSparc, kWords},
                           {Filter::kPowerPc, kWords},
                           {Filter::kTurned, kWords}};

Bytes applied(const Case& c, Bytes content) {
  FilterChain chain{{c.filter}};
  return apply_filters(chain, c.layout, std::move(content));
}

Bytes reverted(const Case& c, Bytes content) {
  const std::size_t size = content.size();
  return revert_filters({{c.filter}}, c.layout, std::move(content), size);
}

// Bytes that opcodes and operands are made of, so that they meet in every way.
Bytes dense_opcodes(Random& random, std::size_t size) {
  static constexpr std::uint8_t kBytes[] = {0xE8, 0xE9, 0x0F, 0x80, 0x8F, 0x48, 0x4C,
                                            0x8B, 0x8D, 0x05, 0x3D, 0x00, 0xFF, 0x01,
                                            0x94, 0x97, 0x90, 0xB0, 0x40, 0x7F, 0x4B};
  Bytes content(size);
  for (auto& byte : content) byte = kBytes[random.below(sizeof(kBytes))];
  return content;
}

TEST_CASE("Filter.RevertsEveryContent") {
  Random random(7);
  for (const Case& c : kCases) {
    for (std::size_t size = 0; size < 400; ++size) {
      const Bytes content = size % 2 == 0 ? random.bytes(size) : dense_opcodes(random, size);
      CHECK(reverted(c, applied(c, content)) == content);
      CHECK(applied(c, reverted(c, content)) == content);  // no two contents become one
    }
    const Bytes large = dense_opcodes(random, 200000);
    CHECK((reverted(c, applied(c, large)) == large));
    CHECK((applied(c, large) != large));
  }
}

TEST_CASE("Filter.CallsOfOneTargetBecomeAlike") {
  Bytes content(300, 0x90);
  const auto call = [&](std::size_t at, std::int32_t target) {
    content[at] = 0xE8;
    const auto distance = static_cast<std::uint32_t>(target - static_cast<std::int32_t>(at) - 5);
    for (std::size_t i = 0; i < 4; ++i) {
      content[at + 1 + i] = static_cast<std::uint8_t>(distance >> (8 * i));
    }
  };
  call(10, 1234);
  call(200, 1234);
  call(100, -5678);
  call(250, -5678);
  const Bytes filtered = applied(kCases[0], content);
  const auto operand = [&](std::size_t at) {
    return Bytes(filtered.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                 filtered.begin() + static_cast<std::ptrdiff_t>(at) + 5);
  };
  CHECK(operand(10) == Bytes{0, 0, 0x04, 0xD2});
  CHECK(operand(10) == operand(200));
  CHECK(operand(100) == Bytes{0xFF, 0xFF, 0xE9, 0xD2});
  CHECK(operand(100) == operand(250));
}

TEST_CASE("Filter.CurvesTakeWhatIsNoNumber") {
  // Not a number, infinities, both zeros, the smallest and the largest, often repeated.
  static constexpr std::uint32_t kFloats[] = {0x7FC00000, 0xFFFFFFFF, 0x7F800000, 0xFF800000, 0,
                                              0x80000000, 1,          0x7F7FFFFF, 0x3F800000};
  Random random(9);
  test::FileMaker file;
  for (int i = 0; i < 5000; ++i) file.little(kFloats[random.below(std::size(kFloats))], 4);
  const Bytes content = file;
  for (const Case& c : kCases) {
    if (c.filter == Filter::kCurves) CHECK((reverted(c, applied(c, content)) == content));
  }
}

TEST_CASE("Filter.CurvesAreTheSameInBothOrdersOfBytes") {
  const Bytes low_first = test::floats(3000);
  Bytes high_first = low_first;
  for (std::size_t i = 0; i + 4 <= high_first.size(); i += 4) {
    std::reverse(high_first.begin() + static_cast<std::ptrdiff_t>(i),
                 high_first.begin() + static_cast<std::ptrdiff_t>(i + 4));
  }
  const Bytes filtered = applied({Filter::kCurves, {.stride = 40, .element = 4}}, low_first);
  CHECK((applied({Filter::kCurves, {.stride = 40, .element = 4, .high_first = true}}, high_first) ==
         filtered));
}

TEST_CASE("Filter.CurvesLeaveLittleOfAPlane") {
  test::FileMaker file;
  for (std::int64_t i = 0; i < 2000; ++i) {
    const std::int64_t row = i / 50, column = i % 50;
    file.little(static_cast<std::uint64_t>(row * row * row + column * column * column), 4);
  }
  const Bytes filtered = applied({Filter::kCurves, {.stride = 200, .element = 4}}, file);
  CHECK(std::count(filtered.begin() + 4000, filtered.end(), 0) > 3900);
}

TEST_CASE("Filter.CurvesLeaveLittleOfAParabola") {
  test::FileMaker file;
  for (std::int64_t i = 0; i < 100; ++i) {
    file.little(static_cast<std::uint64_t>(3 * i * i - 200 * i + 7), 8).little(std::uint64_t{5}, 8);
  }
  const Bytes filtered = applied({Filter::kCurves, {.stride = 16, .element = 8}}, file);
  CHECK(Bytes(filtered.begin() + 16 * 20, filtered.end()) == Bytes(16 * 80));
}

TEST_CASE("Filter.AgreesWithItsSpecification") {
  const auto check = [](const Case& c, const char* name) {
    const auto examples = test::format_examples(name, "src/filter/FILTERS.md");
    REQUIRE(examples.size() == 1);
    REQUIRE(examples[0].size() == 2);
    CHECK(applied(c, examples[0][0]) == examples[0][1]);
    CHECK(reverted(c, examples[0][1]) == examples[0][0]);
  };
  check(kCases[0], "calls");
  check(kCases[1], "branches");
  check(kCases[2], "columns");
  check(kCases[5], "curves");
  check({Filter::kSparc, kWords}, "sparc");
  check({Filter::kPowerPc, kWords}, "powerpc");
  check({Filter::kTurned, kWords}, "turned");
}

// Numbers of so many bytes, high byte first, on a wave, with some that are none or too large.
Bytes wave(std::size_t count, bool is_float, std::uint32_t bytes, double step) {
  test::FileMaker file;
  for (std::size_t i = 0; i < count; ++i) {
    const double x = std::floor(std::sin(static_cast<double>(i) / 20) * 3e4) * step;
    const double value = i % 500 == 77 ? 1e30 : x;
    const auto bits = !is_float    ? static_cast<std::uint64_t>(static_cast<std::int64_t>(x))
                      : bytes == 8 ? std::bit_cast<std::uint64_t>(value)
                                   : std::bit_cast<std::uint32_t>(static_cast<float>(value));
    file.big(bits, static_cast<int>(bytes));
  }
  return file;
}

FilterStep integers(const IntegerSource& source) {
  return {.filter = Filter::kIntegers, .source = source.packed()};
}

TEST_CASE("Integers.ComeBackFromWhateverTheyAre") {
  Random random(3);
  for (const std::uint32_t width : {2U, 3U, 4U}) {
    const Layout layout{.form = Form::kSamples, .element = width};
    for (const bool is_float : {false, true}) {
      for (const bool low_first : {false, true}) {
        for (const int fine : {0, 7}) {
          const IntegerSource source{4, low_first, is_float,
                                     is_float ? 8 * static_cast<int>(width) - 1 : 1,
                                     is_float ? fine : 0};
          for (const std::size_t size : {0, 3, 4, 101, 1000}) {
            Bytes content = random.bytes(size);
            FilterChain chain{integers(source)};
            const Bytes made = apply_filters(chain, layout, content);
            CHECK((revert_filters(chain, layout, made, size) == content));
          }
        }
      }
    }
  }
}

TEST_CASE("Integers.AreFoundInFloatsAndContainers") {
  struct Of {
    bool is_float;
    std::uint32_t bytes;
    double step;
    std::uint32_t width;
    int scale, fine;
  };
  for (const Of& of :
       {Of{true, 4, 1. / 32768, 2, 15, 0}, Of{true, 8, 1. / 32768, 2, 15, 0},
        Of{true, 4, 1. / (1 << 23), 2, 23, 0}, Of{true, 4, 129. / (1 << 23), 3, 23, 0},
        Of{true, 4, 1, 2, 0, 0}, Of{true, 4, 1. / 46341, 3, 23, 1}, Of{false, 4, 1, 2, 0, 0},
        Of{false, 4, 65536, 2, 2, 0}, Of{false, 3, 256, 2, 1, 0}}) {
    const Bytes content = wave(5000, of.is_float, of.bytes, of.step);
    const auto found = find_integers(content, 2, of.bytes, false, of.is_float);
    REQUIRE(found);
    INFO(of.bytes << " bytes, step " << of.step);
    CHECK(found->layout == Layout{.form = Form::kSamples, .element = 2 * of.width, .channels = 2});
    CHECK(found->source.scale == of.scale);
    CHECK((found->source.fine > 0) == (of.fine > 0));
    FilterChain chain{integers(found->source)};
    const Bytes made = apply_filters(chain, found->layout, content);
    CHECK(chain_fits(chain, found->layout, content.size()));
    if (of.fine == 0) CHECK(made.size() < 5000 * of.width + 110);
    CHECK((revert_filters(chain, found->layout, made, content.size()) == content));
    // Cut short or with more behind, it is nothing that numbers become.
    for (const std::size_t size : {made.size() - 1, made.size() + 1, std::size_t{9}}) {
      Bytes other = made;
      other.resize(size);
      CHECK(revert_filters(chain, found->layout, other, content.size()).empty());
    }
  }
  CHECK_FALSE(find_integers(Random(5).bytes(4000), 1, 4, false, true));
  CHECK_FALSE(find_integers(Random(5).bytes(4000), 1, 4, false, false));
}

TEST_CASE("Integers.AgreeWithTheirSpecification") {
  const auto examples = test::format_examples("integers", "src/filter/FILTERS.md");
  REQUIRE(examples.size() == 1);
  REQUIRE(examples[0].size() == 2);
  FilterChain chain{integers({.bytes = 4, .is_float = true, .scale = 15, .fine = 4})};
  const Layout layout{.form = Form::kSamples, .element = 2};
  CHECK(apply_filters(chain, layout, examples[0][0]) == examples[0][1]);
  CHECK(revert_filters(chain, layout, examples[0][1], examples[0][0].size()) == examples[0][0]);
}

TEST_CASE("Integers.SourcesThatTheFormatDoesNotHave") {
  const Layout words{.form = Form::kSamples, .element = 2};
  const auto fits = [&](std::uint32_t source) {
    return chain_fits({{.filter = Filter::kIntegers, .made_bytes = 9, .source = source}}, words, 9);
  };
  for (const std::uint32_t source : {0x13U, 0x1BU, 0x17U, 0x3FFF13U, 0x02U, 0x0203U}) {
    CHECK(fits(source));
  }
  for (const std::uint32_t source :
       {0x12U, 0x01U, 0x07U, 0x0303U, 0xFF03U, 0x010003U, 0x400013U, 0x33U}) {
    CHECK_FALSE(fits(source));
  }
  CHECK_FALSE(chain_fits({{.filter = Filter::kColumns, .source = 1}}, {.stride = 9}, 9));
}

Bytes unfolded(const Bytes& folded, std::size_t size) {
  Bytes content(size);
  CHECK(unfold_repeats(folded, content));
  return content;
}

TEST_CASE("Repeats.ComeBack") {
  Random random(11);
  for (std::size_t size = 0; size < 300; ++size) {
    for (const Bytes& content : {random.bytes(size), Bytes(size, 7)}) {
      CHECK(unfolded(fold_repeats(content).bytes, size) == content);
    }
  }
  // Periods of many lengths, which break now and then.
  for (std::size_t period = 1; period < 5000; period = period * 5 / 3 + 1) {
    Bytes content = random.bytes(100000);
    for (std::size_t i = period; i < content.size(); ++i) {
      if (random.below(3000) != 0) content[i] = content[i - period];
    }
    const Bytes folded = fold_repeats(content).bytes;
    CHECK((unfolded(folded, content.size()) == content));
    CHECK(folded.size() < period + 1500);
  }
}

TEST_CASE("Repeats.OfOneByteAreAFewBytes") {
  CHECK(fold_repeats(Bytes(1000000, 0)).bytes.size() == 6);
}

TEST_CASE("Repeats.AgreeWithTheirSpecification") {
  const auto examples = test::format_examples("repeats", "src/filter/FILTERS.md");
  REQUIRE(examples.size() == 1);
  REQUIRE(examples[0].size() == 2);
  CHECK(unfolded(examples[0][1], examples[0][0].size()) == examples[0][0]);
}

TEST_CASE("Repeats.DamageIsRefused") {
  Bytes content(10);
  CHECK_FALSE(unfold_repeats(Bytes{}, content));
  CHECK_FALSE(unfold_repeats(Bytes{1, 0, 9}, content));            // nothing to copy from
  CHECK_FALSE(unfold_repeats(Bytes{1, 3, 8, 1, 'a'}, content));    // from before the start
  CHECK_FALSE(unfold_repeats(Bytes{1, 2, 9, 'a'}, content));       // past the end
  CHECK_FALSE(unfold_repeats(Bytes{1, 2, 7, 'a'}, content));       // a literal is missing
  CHECK_FALSE(unfold_repeats(Bytes{1, 2, 8, 'a', 'b'}, content));  // one is left
  CHECK_FALSE(unfold_repeats(Bytes{2, 2, 8, 'a'}, content));       // a copy is missing
  CHECK_FALSE(unfold_repeats(Bytes{1, 2, 0x88, 0x80, 0x80, 0x80, 0x80, 0, 'a'}, content));
  CHECK_FALSE(unfold_repeats(Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0x7F}, content));
  CHECK(unfold_repeats(Bytes{1, 2, 8, 'a'}, content));
  CHECK(content == Bytes(10, 'a'));
}

TEST_CASE("Filter.FitsItsLayoutAlone") {
  const Layout table{.stride = 40, .element = 2, .odd_high = true},
      floats{.stride = 40, .element = 8}, odd{.stride = 42, .element = 4},
      pixels{.form = Form::kPixels, .stride = 90, .element = 3, .channels = 3};
  for (const Layout& layout : {Layout{}, table, floats, odd, pixels, kX86, kWords}) {
    CHECK(filter_fits(Filter::kCalls, layout) == (layout == kX86));
    for (const Filter words :
         {Filter::kBranches, Filter::kSparc, Filter::kPowerPc, Filter::kTurned}) {
      CHECK(filter_fits(words, layout) == (layout == kWords));
    }
    CHECK(filter_fits(Filter::kRepeats, layout) == (layout.form != Form::kPixels));
    CHECK(filter_fits(Filter::kColumns, layout) ==
          (layout.stride >= 40 && layout.form == Form::kBytes));
    CHECK(filter_fits(Filter::kCurves, layout) == (layout == floats));
  }
}

// Code twice, far enough apart that the second time is one copy.
Bytes code_twice() {
  Random random(11);
  Bytes content = dense_opcodes(random, 5000);
  content.insert(content.end(), content.begin(), content.end());
  return content;
}

TEST_CASE("Filter.AChainRevertsFromItsEnd") {
  const Bytes content = code_twice();
  FilterChain chain{{Filter::kRepeats}, {Filter::kCalls}};
  const Bytes filtered = apply_filters(chain, kX86, content);
  CHECK(filtered.size() < content.size() * 3 / 4);
  CHECK(chain[0].made_bytes == filtered.size());
  CHECK(chain_fits(chain, kX86, content.size()));
  CHECK(filtered_bytes(chain, content.size()) == filtered.size());
  CHECK(names_of(chain) == "repeats+calls");
  FilterChain first{chain[0]}, second{chain[1]};
  CHECK((filtered == apply_filters(second, kX86, apply_filters(first, kX86, content))));
  CHECK((revert_filters(chain, kX86, filtered, content.size()) == content));
  // In the other order calls find their targets before there are copies.
  FilterChain other{{Filter::kCalls}, {Filter::kRepeats}};
  const Bytes otherwise = apply_filters(other, kX86, content);
  CHECK((otherwise != filtered));
  CHECK((revert_filters(other, kX86, otherwise, content.size()) == content));
  CHECK((revert_filters(chain, kX86, Bytes(filtered.size(), 0xFF), content.size()).empty()));
}

TEST_CASE("Filter.ChainsThatTheFormatDoesNotHave") {
  const Layout table{.stride = 16, .element = 4};
  const FilterStep repeats{Filter::kRepeats, 50}, columns{Filter::kColumns},
      curves{Filter::kCurves}, calls{Filter::kCalls};
  CHECK(chain_fits({}, table, 100));
  CHECK(chain_fits({repeats, columns, curves}, table, 100));
  CHECK_FALSE(chain_fits({columns, columns}, table, 100));
  CHECK_FALSE(chain_fits({columns, calls}, table, 100));
  CHECK_FALSE(chain_fits({repeats, columns}, table, 49));                 // grows
  CHECK_FALSE(chain_fits({{Filter::kRepeats, 0}, columns}, table, 100));  // leaves nothing
  CHECK_FALSE(chain_fits({{Filter::kColumns, 0, 1}}, table, 100));        // has no unused bits
  CHECK_FALSE(chain_fits(FilterChain(kMaxFilters + 1, columns), table, 100));
  CHECK_FALSE(chain_fits({{static_cast<Filter>(15)}}, table, 100));
}

}  // namespace
}  // namespace nnzip
