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

  // Takes the matcher, and if none fits the other parameters too, that make the fewest corrections
  // in the first `tokens`.
  void improve(std::size_t tokens);
  // Tries encoders that seek the shortest block. Whether one of them makes fewer corrections, and
  // so many times fewer; if not, best() stays.
  bool improve_by_shortest(std::size_t tokens, std::size_t times);
  const DeflateParameters& best() const { return best_; }
  std::size_t all_tokens() const { return all_tokens_; }  // bytes of stored blocks count as well
  // Corrections of tokens that best() made in those, and bytes that they would take.
  std::size_t corrections() const { return least_.corrections; }
  std::size_t side_bytes() const { return least_.bytes; }

 private:
  static constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  struct Trial {
    std::size_t corrections = kAll, bytes = kAll;
  };

  void look_at_tokens();
  void attempt_matchers();
  void attempt_others();
  template <typename Field, typename Value>
  void attempt(Field field, Value value);
  void attempt(const DeflateParameters& tried);
  Trial trial(const DeflateParameters& parameters) const;

  const InflatedDeflate& stream_;
  DeflateParameters best_;
  std::uint8_t tight_window_ = 15;  // bits of the smallest one in which all distances lie
  bool matches_ = false, far_matches_ = false;  // any; any at more than 1
  std::size_t all_tokens_ = 0, tokens_ = 0;
  Trial least_;  // of best_
};

}  // namespace nnzip
