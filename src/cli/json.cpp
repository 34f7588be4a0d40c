// SPDX-License-Identifier: Apache-2.0
// JSON as text.
#include "json.h"

#include <cmath>

namespace nnzip {

std::string json_text(const Json& json) {
  return json.dump(2, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace) + '\n';
}

double rounded(double number, double scale) { return std::round(number * scale) / scale; }

}  // namespace nnzip
