// SPDX-License-Identifier: Apache-2.0
// The byte that contexts and matches expect, before its first bit.
#include "mixer/bytes/byte_predictor.h"

namespace nnzip::mixer {

template <Effort kEffort>
ExpectedByte BytePredictorOf<kEffort>::expected() const {
  ExpectedByte expected;
  std::array<int, 256> votes{};
  int most = 0;
  for (int i = 0; i < kContexts; ++i) {
    if (runs_.byte[i] == 0) continue;
    const int byte = runs_.byte[i] & 255;
    votes[byte] += runs_.input[i];
    if (votes[byte] > most) {
      most = votes[byte];
      expected.contexts = byte;
    }
  }
  for (const Match& match : streams_[stream_].matches) {
    if (match.position == 0 || match.length < expected.match_bytes) continue;
    expected.match = match.expected;
    expected.match_bytes = match.length;
  }
  return expected;
}

template ExpectedByte BytePredictorOf<Effort::kUsual>::expected() const;
template ExpectedByte BytePredictorOf<Effort::kLarge>::expected() const;

}  // namespace nnzip::mixer
