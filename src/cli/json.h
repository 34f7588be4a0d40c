// SPDX-License-Identifier: Apache-2.0
// Text as JSON.
#pragma once

#include <string>
#include <string_view>

namespace nnzip {

// A JSON string with its quotes, in ASCII and UTF-8. Bytes that are not UTF-8 become U+FFFD.
std::string json_string(std::string_view text);

// Whether json_string keeps every byte of the text.
bool is_utf8(std::string_view text);

}  // namespace nnzip
