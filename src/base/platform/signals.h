// SPDX-License-Identifier: Apache-2.0
// Signals are for the threads of the program, not for those of the library.
#pragma once

#include <functional>

namespace nnzip {

// Calls body while the calling thread takes no signals: nor do the threads that begin there.
void without_signals(const std::function<void()>& body);

}  // namespace nnzip
