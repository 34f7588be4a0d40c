// SPDX-License-Identifier: Apache-2.0
// Which parameters a stream was made with, found by trying.
#pragma once

#include <limits>

#include "unwrap/deflate_parameters.h"
#include "unwrap/deflate_tokens.h"

namespace nnzip {

// Any answer is right; a good one makes few corrections.
class ParameterGuess {
 public:
  // stream: must outlive the guess.
  explicit ParameterGuess(const InflatedDeflate& stream);

  // Sets one parameter after the other to what makes the fewest corrections in the first `tokens`.
  // Whether more tokens could tell more: there are more, and it looks as if one encoder of zlib's
  // kind made the stream.
  bool improve(std::size_t tokens);
  const DeflateParameters& best() const { return best_; }

 private:
  static constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

  void improve_each();
  template <typename Field, typename Value>
  void attempt(Field field, Value value);
  void attempt_matcher(std::uint8_t matcher, std::uint8_t window_bits);
  void attempt(const DeflateParameters& tried);
  std::size_t trial(const DeflateParameters& parameters) const;

  const InflatedDeflate& stream_;
  DeflateParameters best_;
  std::uint8_t tight_window_ = 15;  // bits of the smallest one in which all distances lie
  std::size_t all_tokens_ = 0, tokens_ = 0;
  std::size_t least_ = kAll;  // corrections of best_
};

}  // namespace nnzip
