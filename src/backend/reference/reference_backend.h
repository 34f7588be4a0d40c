// SPDX-License-Identifier: Apache-2.0
// The arithmetic of ARITHMETIC.md as plain scalar code: slow, and the judge of every other backend.
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "backend/backend.h"

namespace nnzip::reference {

// One lane, position by position. Reads from top to bottom like the specification.
class Lane {
 public:
  explicit Lane(const Model& model);
  void reset();
  // taps: the values that belong to the next byte, one for each tap of the model.
  void feed(std::uint8_t symbol, std::span<const std::uint8_t> taps, Distribution& next);

  // The residual stream after the embedding and after each layer, of the last symbol fed:
  // [layers + 1][D]. For parity tests.
  const std::vector<std::vector<std::int16_t>>& trace() const { return trace_; }

 private:
  struct KeyValue {
    std::vector<std::int8_t> key, value;  // [G*E]
  };

  void embed(std::uint8_t symbol, std::span<const std::uint8_t> taps);
  void attention(std::size_t layer);
  void attend(const LayerWeights& weights, const std::deque<KeyValue>& kept, std::uint32_t head,
              const std::int8_t* query, std::int8_t* out) const;
  void feed_forward(const LayerWeights& weights);
  void distribution(Distribution& next) const;
  void add_to_residual(const Linear& linear, const std::vector<std::int8_t>& input);
  std::vector<std::int8_t> norm(float constant) const;

  const Config& config_;
  const Weights& weights_;
  std::vector<std::uint8_t> last_bytes_;    // newest first
  std::vector<std::deque<KeyValue>> kept_;  // by layer; distance 0 first
  std::vector<std::int16_t> x_;             // residual stream, [D]
  std::vector<std::vector<std::int16_t>> trace_;
};

class ReferenceBackend : public Backend {
 public:
  std::string name() const override { return "reference"; }
  std::string unavailable() const override { return {}; }
  std::unique_ptr<Engine> load(std::shared_ptr<const Model> model) const override;
};

}  // namespace nnzip::reference
