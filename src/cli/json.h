// SPDX-License-Identifier: Apache-2.0
// JSON for programs to read.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace nnzip {

// Objects keep the order in which their names were added.
using Json = nlohmann::ordered_json;

// Lines of ASCII, so that no terminal obeys a name. Bytes that are not UTF-8 become U+FFFD.
std::string json_text(const Json& json);

// The nearest multiple of 1 / scale, which has few digits.
double rounded(double number, double scale);

}  // namespace nnzip
