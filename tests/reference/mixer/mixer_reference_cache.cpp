// SPDX-License-Identifier: Apache-2.0
// The section The cache of MIXING.md.
#include <algorithm>

#include "reference/mixer/mixer_reference.h"

namespace nnzip {

void MixerReference::look_up_cache() {
  votes_ = near_ = {};
  if (!large_ || distribution_ == nullptr) return;
  std::vector<int> distances;
  for (const auto& [signature, byte] : cache_) {
    int distance = 0;
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint32_t differ = signature[i / 32] ^ distribution_->signature[i / 32];
      if ((differ >> (i % 32) & 1) != 0) ++distance;
    }
    distances.push_back(distance);
  }
  if (distances.empty()) return;
  const int least = *std::min_element(distances.begin(), distances.end());
  for (std::size_t i = 0; i < distances.size(); ++i) {
    const std::uint8_t byte = cache_[i].second;
    std::uint32_t weight = 65280;
    for (int step = least; step < distances[i]; ++step) weight = weight * 183 / 256;
    if (distances[i] <= least + 16) votes_[byte] += weight / 256;
    weight = 256;
    for (int step = std::max(distances[i], 24); step < 74; ++step) weight = weight * 313 / 256;
    if (distances[i] <= 74) near_[byte] += weight / 256;
  }
}

void MixerReference::predict_cache() {
  if (!large_) return;
  for (std::size_t i = 0; i < 6; ++i) inputs_[at_.cache + i] = 0;
  if (distribution_ == nullptr) return;
  std::uint32_t nearest[2] = {13, 13}, near[2] = {7, 7};
  for (unsigned byte = 0; byte < 256; ++byte) {
    if ((256 + byte) >> (8 - k_) != c_) continue;
    nearest[byte >> (7 - k_) & 1] += votes_[byte];
    near[byte >> (7 - k_) & 1] += near_[byte];
  }
  while (std::max(near[0], near[1]) >= 1u << 22) {
    near[0] /= 2;
    near[1] /= 2;
  }
  const auto logit = [](const std::uint32_t* sums) {
    return mixer_reference::log(std::max(sums[1], 1u)) -
           mixer_reference::log(std::max(sums[0], 1u));
  };
  h_ = {std::clamp(logit(nearest), -3071, 3071), std::clamp(logit(near), -3071, 3071)};
  for (std::size_t i = 0; i < 2; ++i) {
    std::int64_t* const x = inputs_.data() + at_.cache + 3 * i;
    x[0] = h_[i];
    x[1] = mixer_reference::stretch(cache_by_c_[i].refine(c_, h_[i]));
    x[2] = mixer_reference::stretch(cache_by_c1_[i].refine((256u * place().c(1) + c_) % z_, h_[i]));
  }
}

}  // namespace nnzip
