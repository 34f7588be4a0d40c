// SPDX-License-Identifier: Apache-2.0
// What the numbers of a block may depend on: the blocks around it, other components at the same
// place, and what is known of the block itself. JPEG.md lists every context.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "jpeg/coefficient_model.h"
#include "jpeg/jpeg_frame.h"

namespace nnzip::jpeg {

constexpr int kInsideSize = 49;  // coefficients that vary in both directions

// Natural positions of these, in the order of scans.
constexpr std::array<std::uint8_t, kInsideSize> inside_order() {
  std::array<std::uint8_t, kInsideSize> order{};
  std::size_t n = 0;
  for (const std::uint8_t position : kNatural) {
    if (position >= 8 && position % 8 != 0) order[n++] = position;
  }
  return order;
}
constexpr std::array<std::uint8_t, kInsideSize> kInsideOrder = inside_order();

// What later blocks ask of a block beside its coefficients.
struct BlockTrace {
  // For each frequency along an edge, sums over those across it: at the last row or column of
  // samples, and at the border behind it. In 1/8192.
  std::array<std::int32_t, 8> bottom{}, right{}, bottom_border{}, right_border{};
  int inside = 0, row = 0, column = 0;  // how many coefficients are not 0
  int surprise = 0;                     // the mean less its prediction
};

class BlockContexts {
 public:
  // coefficients: those of blocks that were coded before are read.
  BlockContexts(const Headers& headers, const Coefficients& coefficients);

  void begin_component(std::size_t component);
  void begin_block(std::size_t x, std::size_t y);
  void end_block();

  // In this order: how many coefficients inside are not 0; each of them, k in kInsideOrder; then of
  // the row and of the column how many and each, k from 1; then the mean. What a call gives is
  // valid until the next one.
  Situation& inside_count();
  void set_inside_count(int count);
  Situation& inside(int k);
  Situation& edge_count(bool row);
  void set_edge_count(bool row, int count);
  Situation& edge(bool row, int k);
  Situation& mean();
  // What the mean is coded as a difference from; after mean().
  int predicted_mean() const { return predicted_mean_; }
  void set_mean(int difference);

  // The coefficient at that natural position; not of the mean.
  void put(int position, int value);
  const std::array<std::int16_t, kBlock>& block() const { return block_; }

 private:
  using Block = const std::int16_t*;

  Block block_at(const Component& component, std::size_t x, std::size_t y) const;
  Block block_beside(const Component& component, std::size_t x, std::size_t y) const;
  std::uint32_t known_sides() const { return (has_above_ ? 2U : 0U) + (has_left_ ? 1U : 0U); }
  std::int32_t step_at(int position) const;
  std::int32_t real_at(int position) const;
  void predict_edges();
  void predict_mean();

  const Headers& headers_;
  const Frame& frame_;
  const Coefficients& coefficients_;

  const Component* component_ = nullptr;
  std::size_t index_ = 0;           // of the component
  std::uint32_t class_ = 0;         // of it: 0, 1 or 2
  std::vector<BlockTrace> traces_;  // of two rows

  // Around the block; of zeros where nothing is.
  Block above_ = nullptr, left_ = nullptr, above_left_ = nullptr, above_right_ = nullptr,
        above2_ = nullptr, left2_ = nullptr;
  Block luma_ = nullptr, other_ = nullptr;  // first component, and the one before
  int luma_inside_ = 0, other_inside_ = 0;
  bool has_above_ = false, has_left_ = false;
  const BlockTrace *above_trace_ = nullptr, *left_trace_ = nullptr, *above_left_trace_ = nullptr,
                   *above_right_trace_ = nullptr;
  BlockTrace* trace_ = nullptr;  // of the block

  // The block.
  std::array<std::int16_t, kBlock> block_{};
  Situation now_;
  int left_to_come_ = 0;  // coefficients that are not 0, of those that are being coded
  int sum_ = 0, last_ = 0, last2_ = 0;
  // Of the coefficients of the row and of the mean as the block above says, of the column and the
  // mean as the left one says; likewise at the border. In 1/8192 of a step of 1.
  std::array<std::int32_t, 8> from_above_{}, from_left_{}, above_border_{}, left_border_{};
  int predicted_mean_ = 0;
};

}  // namespace nnzip::jpeg
