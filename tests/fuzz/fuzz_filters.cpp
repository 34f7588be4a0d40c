// SPDX-License-Identifier: Apache-2.0
// Any bytes through every filter and back, both ways round.
#include <algorithm>

#include "filter/filter.h"
#include "filter/integers.h"
#include "filter/repeats.h"
#include "fuzz/fuzz_target.h"
#include "unit/content_samples.h"

namespace nnzip::fuzz {
namespace {

struct Case {
  Filter filter;
  Layout layout;
};
constexpr Case kCases[] = {{Filter::kCalls, {.form = Form::kCode}},
                           {Filter::kBranches, {.form = Form::kCode, .element = 4}},
                           {Filter::kSparc, {.form = Form::kCode, .element = 4}},
                           {Filter::kPowerPc, {.form = Form::kCode, .element = 4}},
                           {Filter::kTurned, {.form = Form::kCode, .element = 4}},
                           {Filter::kColumns, {.stride = 5}},
                           {Filter::kColumns, {.stride = 10}},
                           {Filter::kColumns, {.stride = 8}},
                           {Filter::kCurves, {.stride = 8, .element = 4}},
                           {Filter::kCurves, {.stride = 12, .element = 4}},
                           {Filter::kCurves, {.stride = 16, .element = 8}}};

// Sources of all kinds, by the first bytes.
void check_integers(const Bytes& content) {
  if (content.size() < 3) return;
  const auto source = IntegerSource::unpack(content[0] | content[1] << 8U | content[2] << 16U);
  if (!source) return;
  for (const std::uint32_t width : {2U, 3U, 4U}) {
    const Layout layout{.form = Form::kSamples, .element = width};
    Bytes back(content.size());
    demand(revert_integers(*source, layout, apply_integers(*source, layout, content), back) &&
               back == content,
           "numbers come back");
    revert_integers(*source, layout, std::span(content).subspan(3), back);
  }
}

}  // namespace

std::vector<Input> inputs() {
  return {{"code", test::x86_code(2000)},
          {"opcodes alone", Bytes(300, 0xE8)},
          {"escapes alone", Bytes(300, 0x0F)},
          {"a list of copies", {9, 1, 5, 6, 1, 'a', 'b', 'c'}},
          {"noise", test::Random(1).bytes(2000)},
          {"floats", test::floats(300)},
          {"numbers", test::FileMaker().little(0x09171B, 3).data(test::floats(300))}};
}

}  // namespace nnzip::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nnzip;
  const Bytes content(data, data + size);
  for (const auto& [filter, layout] : fuzz::kCases) {
    FilterChain chain{{filter}};
    const Bytes filtered = apply_filters(chain, layout, content);
    fuzz::demand(revert_filters(chain, layout, filtered, size) == content,
                 "what is filtered comes back");
    fuzz::demand(
        apply_filters(chain, layout, revert_filters(chain, layout, content, size)) == content,
        "no two contents become one");
    if (size == 0) continue;
    FilterChain longer{{Filter::kRepeats}, {filter}};
    const Bytes folded = apply_filters(longer, layout, content);
    fuzz::demand(revert_filters(longer, layout, folded, size) == content,
                 "what is folded and filtered comes back");
  }
  fuzz::check_integers(content);
  Bytes back(size);
  fuzz::demand(unfold_repeats(fold_repeats(content).bytes, back) && back == content,
               "what is folded comes back");
  // Of any size that the first byte says.
  Bytes hostile(size == 0 ? 0 : std::size_t{1} << (data[0] % 20));
  if (size != 0) unfold_repeats(std::span(content).subspan(1), hostile);
  return 0;
}
