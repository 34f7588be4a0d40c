// SPDX-License-Identifier: Apache-2.0
// There are none: the system begins a thread of its own for a key that ends the program.
#include "base/platform/signals.h"

namespace nnzip {

void without_signals(const std::function<void()>& body) { body(); }

}  // namespace nnzip
