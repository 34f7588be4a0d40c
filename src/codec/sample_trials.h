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

// Whether samples of filtered content of that layout, of bytes or code, are not larger by rule.loss
// with the network beside the contexts; true of content that is too short to tell. Takes little
// beside what contexts take for the content.
bool network_helps(std::span<const std::uint8_t> filtered, const Layout& layout,
                   const std::shared_ptr<const Engine>& engine, int threads,
                   const NetworkTrial& rule);

// Whether contexts make samples of what a header calls compressed smaller by rule.gain.
bool contexts_help(std::span<const std::uint8_t> content, const CompressedTrial& rule);

}  // namespace nnzip
