// SPDX-License-Identifier: Apache-2.0
// What slow ways to code a block are worth, judged by samples before they are taken.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "backend/backend.h"
#include "codec/levels.h"
#include "layout/layout.h"

namespace nnzip {

enum class NetworkGain { kNone, kMaybe, kClear };

// What samples of filtered content of that layout, of bytes or code, gain from the network beside
// the contexts: none if they get larger by rule.loss, clear if smaller by rule.clear; maybe where
// the content is too short to tell. Takes little beside what contexts take for the content.
NetworkGain gain_of_network(std::span<const std::uint8_t> filtered, const Layout& layout,
                            const std::shared_ptr<const Engine>& engine, int threads,
                            const NetworkTrial& rule);

// Whether contexts make samples of what a header calls compressed smaller by rule.gain.
bool contexts_help(std::span<const std::uint8_t> content, const CompressedTrial& rule);

}  // namespace nnzip
